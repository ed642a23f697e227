// SPDX-License-Identifier: EUPL-1.2

package mailcrypt

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// ErrFragile is an entity that servers on the way would change.
var ErrFragile = errors.New("the mail has lines that end in blanks, are too long or are not in CRLF: its signature would break on the way")

// maxLine is the longest line mail carries, in bytes without its end (RFC 5322, 2.1.1).
const maxLine = 998

// Canonical gives every line the end mail wants.
func Canonical(s []byte) []byte {
	s = bytes.ReplaceAll(s, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(s, []byte("\n"), []byte("\r\n"))
}

// sturdy refuses what would not arrive as it was signed (RFC 3156, section 3 and 5).
func sturdy(entity []byte) error {
	for line := range bytes.Lines(entity) {
		body, whole := bytes.CutSuffix(line, []byte("\r\n"))
		if !whole && bytes.ContainsAny(line, "\r\n") || len(body) > maxLine || bytes.ContainsAny(body, "\r\n\x00") ||
			bytes.HasSuffix(body, []byte(" ")) || bytes.HasSuffix(body, []byte("\t")) || bytes.HasPrefix(body, []byte("From ")) {
			return ErrFragile
		}
		for _, c := range body {
			if c >= 0x80 {
				return ErrFragile
			}
		}
	}
	return nil
}

// Around gives the multipart/signed entity of the signed one and its signature.
// The line end before the boundary belongs to the boundary (RFC 2046, 5.1.1).
func (s Signature) Around(entity []byte, boundary string) []byte {
	protocol, part := "application/pgp-signature", pgpSignature(s.Data)
	if s.Kind == SMime {
		protocol, part = "application/pkcs7-signature", smimeSignature(s.Data)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "Content-Type: multipart/signed; micalg=%s;\r\n protocol=\"%s\";\r\n boundary=\"%s\"\r\n\r\n", s.MicAlg, protocol, boundary)
	b.WriteString("--" + boundary + "\r\n")
	b.Write(entity)
	b.WriteString("\r\n--" + boundary + "\r\n" + part + "\r\n--" + boundary + "--\r\n")
	return b.Bytes()
}

func pgpSignature(armoured []byte) string {
	return "Content-Type: application/pgp-signature; name=\"signature.asc\"\r\nContent-Description: OpenPGP digital signature\r\n" +
		"Content-Disposition: attachment; filename=\"signature.asc\"\r\n\r\n" + string(Canonical(bytes.TrimRight(armoured, "\n")))
}

func smimeSignature(der []byte) string {
	return "Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\nContent-Transfer-Encoding: base64\r\n" +
		"Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n" + base64Lines(der)
}

// encryptedPGP is the entity of RFC 3156, section 4.
func encryptedPGP(armoured []byte, boundary string) []byte {
	boundary = "e" + boundary
	return []byte("Content-Type: multipart/encrypted;\r\n protocol=\"application/pgp-encrypted\";\r\n boundary=\"" + boundary + "\"\r\n\r\n" +
		"--" + boundary + "\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n" +
		"--" + boundary + "\r\nContent-Type: application/octet-stream; name=\"encrypted.asc\"\r\nContent-Disposition: inline; filename=\"encrypted.asc\"\r\n\r\n" +
		string(Canonical(bytes.TrimRight(armoured, "\n"))) + "\r\n\r\n--" + boundary + "--\r\n")
}

// enveloped is the entity of RFC 8551, section 3.3.
func enveloped(der []byte) []byte {
	return []byte("Content-Type: application/pkcs7-mime; smime-type=enveloped-data;\r\n name=\"smime.p7m\"\r\nContent-Transfer-Encoding: base64\r\n" +
		"Content-Disposition: attachment; filename=\"smime.p7m\"\r\n\r\n" + base64Lines(der) + "\r\n")
}

func base64Lines(data []byte) string {
	const width = 76
	text := base64.StdEncoding.EncodeToString(data)
	var b strings.Builder
	for len(text) > width {
		b.WriteString(text[:width] + "\r\n")
		text = text[width:]
	}
	return b.String() + text
}
