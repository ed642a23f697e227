// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"path"
	"strings"

	"martinella/internal/platform/fault"
)

// fields are the header of a mail or of a part of one.
type fields map[string][]string

func (h fields) get(name string) string { return mail.Header(h).Get(name) }

// media is what a part says it is.
func (h fields) media() (kind string, params map[string]string) {
	kind, params, err := mime.ParseMediaType(h.get("Content-Type"))
	if err != nil || kind == "" {
		kind, _, _ = strings.Cut(strings.ToLower(h.get("Content-Type")), ";")
	}
	if kind = strings.TrimSpace(kind); !strings.Contains(kind, "/") {
		kind = "text/plain" // RFC 2045, 5.2
	}
	return kind, params
}

// said is the text of a part, and whether it was written as text.
type said struct {
	words string
	plain bool
}

// walker goes through the parts of a mail.
type walker struct {
	b     *builder
	parts int
}

// entity reads one part and those in it.
func (w *walker) entity(h fields, body []byte, depth int) (said, error) {
	if w.parts++; w.parts > maxParts {
		return said{}, fault.New(fault.Invalid, CodeParts, fault.P{"limit": maxParts})
	}
	kind, params := h.media()
	inside := strings.HasPrefix(kind, "multipart/") || kind == "message/rfc822" || kind == "message/global"
	if inside && depth >= maxNesting {
		w.b.warn(WarnBrokenMail, kind)
		w.file(h, kind, body)
		return said{}, nil
	}
	if strings.HasPrefix(kind, "multipart/") {
		return w.multipart(kind, params, body, depth)
	}
	body = w.decoded(h, body)
	if kind == "message/rfc822" || kind == "message/global" {
		w.file(h, kind, body)
		return w.enclosed(body, depth)
	}
	disposition, _, _ := mime.ParseMediaType(h.get("Content-Disposition"))
	switch {
	case strings.HasSuffix(kind, "pkcs7-mime"):
		w.smime(params)
	case disposition == "attachment":
	case kind == "text/plain":
		return said{w.b.decodeText(body, params["charset"]), true}, nil
	case kind == "text/html":
		return said{tidy(htmlText(w.b.decodeText(body, params["charset"]))), false}, nil
	}
	w.file(h, kind, body)
	return said{}, nil
}

func (w *walker) smime(params map[string]string) {
	if strings.EqualFold(params["smime-type"], "signed-data") {
		w.b.protect(SignedSMIME)
	} else {
		w.b.protect(EncryptedSMIME)
	}
}

// multipart reads parts: of alternatives the one that says most, of a signed
// part what was signed, else one after the other.
func (w *walker) multipart(kind string, params map[string]string, body []byte, depth int) (said, error) {
	switch protocol := params["protocol"]; {
	case kind == "multipart/encrypted":
		w.b.protect(EncryptedPGP)
	case kind == "multipart/signed" && strings.Contains(protocol, "pkcs7"):
		w.b.protect(SignedSMIME)
	case kind == "multipart/signed":
		w.b.protect(SignedPGP)
	}
	var all []said
	err := w.each(params["boundary"], body, func(h fields, part []byte) error {
		text, err := w.entity(h, part, depth+1)
		all = append(all, text)
		return err
	})
	if err != nil {
		return said{}, err
	}
	if kind == "multipart/alternative" {
		return alternative(all), nil
	}
	var words []string
	for _, s := range all {
		if strings.TrimSpace(s.words) != "" {
			words = append(words, s.words)
		}
	}
	return said{strings.Join(words, "\n\n"), true}, nil
}

// each calls do for every part. What is broken is told, what came before is kept.
func (w *walker) each(boundary string, body []byte, do func(fields, []byte) error) error {
	if boundary == "" {
		w.b.warn(WarnBrokenMail, "boundary")
		return nil
	}
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			w.b.warn(WarnBrokenMail, "multipart")
			return nil
		}
		content, broken := io.ReadAll(part)
		if err := do(fields(part.Header), content); err != nil {
			return err
		}
		if broken != nil {
			w.b.warn(WarnBrokenMail, "multipart")
			return nil
		}
	}
}

// alternative takes the text a person wrote as text, unless it only says that
// one's program cannot show the other.
func alternative(all []said) (best said) {
	for _, s := range all {
		switch {
		case strings.TrimSpace(s.words) == "":
		case best.words == "", best.plain && len(s.words) > 4*len(best.words), !best.plain && s.plain && 4*len(s.words) >= len(best.words):
			best = s
		}
	}
	return best
}

// enclosed reads a mail that was passed on as a file.
func (w *walker) enclosed(data []byte, depth int) (said, error) {
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		w.b.warn(WarnBrokenMail, "message/rfc822")
		return said{}, nil
	}
	body, err := io.ReadAll(m.Body)
	if err != nil {
		w.b.warn(WarnBrokenMail, "message/rfc822")
		return said{}, nil
	}
	text, err := w.entity(fields(m.Header), body, depth+1)
	if subject := decodeWords(mime.WordDecoder{CharsetReader: wordReader}, m.Header.Get("Subject")); subject != "" {
		text.words = "Subject: " + oneLine(subject) + "\n" + text.words
	}
	return text, err
}

// decoded undoes the transfer encoding. A base64 that is cut gives what came before.
func (w *walker) decoded(h fields, body []byte) []byte {
	var r io.Reader
	switch strings.ToLower(strings.TrimSpace(h.get("Content-Transfer-Encoding"))) {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, bytes.NewReader(bytes.Map(base64Letter, body)))
	case "quoted-printable":
		r = quotedprintable.NewReader(bytes.NewReader(body))
	default:
		return body
	}
	out, err := io.ReadAll(r)
	if err != nil {
		w.b.warn(WarnBrokenMail, h.get("Content-Transfer-Encoding"))
	}
	return out
}

// base64Letter drops what is none: blanks, and what mail servers put between.
func base64Letter(r rune) rune {
	if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '+' || r == '/' || r == '=' {
		return r
	}
	return -1
}

// file lists a part as an attachment.
func (w *walker) file(h fields, kind string, data []byte) {
	_, params, _ := mime.ParseMediaType(h.get("Content-Disposition"))
	name := params["filename"]
	if name == "" {
		_, params = h.media()
		name = params["name"]
	}
	name = clean(decodeWords(mime.WordDecoder{CharsetReader: wordReader}, name))
	if name = path.Base(strings.ReplaceAll(name, `\`, "/")); name == "." || name == "/" {
		name = ""
	}
	sum := sha256.Sum256(data)
	w.b.doc.Mail.Attachments = append(w.b.doc.Mail.Attachments,
		Attachment{Name: short(name, maxTitle), Type: short(clean(kind), maxTitle), Size: len(data), SHA256: hex.EncodeToString(sum[:]), Data: data})
}
