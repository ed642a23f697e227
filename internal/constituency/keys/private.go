// SPDX-License-Identifier: EUPL-1.2

package keys

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// holdsPrivate says whether there is a private key anywhere in what was handed
// over: by the words of its frame, or, in binary, by its structure. It is asked
// before anything else is read, and rather refuses too much.
func holdsPrivate(data []byte) bool {
	upper := bytes.ToUpper(data)
	for _, words := range []string{"PRIVATE KEY", "BEGIN PGP PRIVATE", "PUTTY-USER-KEY-FILE"} {
		if bytes.Contains(upper, []byte(words)) {
			return true
		}
	}
	return privatePackets(data) || privateDER(data)
}

// The packet types of secret keys and secret subkeys, RFC 9580 section 5.
const (
	tagSecretKey    = 5
	tagSecretSubkey = 7
	maxPackets      = 10_000
)

// privatePackets says whether binary OpenPGP data hold a secret key packet.
func privatePackets(data []byte) bool {
	if len(data) == 0 || data[0]&0x80 == 0 {
		return false
	}
	r := packet.NewOpaqueReader(bytes.NewReader(data))
	for range maxPackets {
		p, err := r.Next()
		if err != nil {
			return false
		}
		if p.Tag == tagSecretKey || p.Tag == tagSecretSubkey {
			return true
		}
	}
	return true // no public key has that many
}

// privateDER recognises PKCS #1, SEC 1 and PKCS #8 keys, encrypted ones too, and PKCS #12 files.
func privateDER(data []byte) bool {
	if _, err := x509.ParsePKCS8PrivateKey(data); err == nil {
		return true
	}
	if _, err := x509.ParsePKCS1PrivateKey(data); err == nil {
		return true
	}
	if _, err := x509.ParseECPrivateKey(data); err == nil {
		return true
	}
	var pfx struct { // RFC 7292, section 4
		Version  int
		AuthSafe asn1.RawValue
		MAC      asn1.RawValue `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(data, &pfx); err == nil && pfx.Version == 3 {
		return true
	}
	if _, err := asn1.Unmarshal(data, &struct { // RFC 5958, section 3
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}{}); err == nil {
		return true
	}
	// PKCS #12 is often written with indefinite lengths, which encoding/asn1 does not read.
	return bytes.HasPrefix(data, []byte{0x30, 0x80, 0x02, 0x01, 0x03})
}
