// SPDX-License-Identifier: EUPL-1.2

package card

import (
	"crypto/x509"
	"encoding/asn1"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Holder is whose the card is, as its certificate says.
type Holder struct {
	FiscalCode FiscalCode
	Given      string // "" when the certificate does not say
	Surname    string
}

// Attributes of the subject (X.520).
var (
	oidSurname   = asn1.ObjectIdentifier{2, 5, 4, 4}
	oidGivenName = asn1.ObjectIdentifier{2, 5, 4, 42}
)

// maxSubjectName bounds what is kept of a name.
const maxSubjectName = 120

// HolderOf reads the holder of a certificate. The Codice Fiscale is the first 16
// characters of the common name; behind it, after a slash, is the card's number.
func HolderOf(c *x509.Certificate) (Holder, error) {
	cn := c.Subject.CommonName
	code, rest := cn, ""
	if len(cn) > fiscalLength {
		code, rest = cn[:fiscalLength], cn[fiscalLength:]
	}
	fc, ok := ParseFiscalCode(code)
	if !ok || code != strings.TrimSpace(code) || rest != "" && rest[0] != '/' {
		return Holder{}, refuse(NoFiscalCode, nil)
	}
	h := Holder{FiscalCode: fc}
	for _, a := range c.Subject.Names {
		text, ok := a.Value.(string)
		switch {
		case !ok:
		case a.Type.Equal(oidGivenName):
			h.Given = cleanName(text)
		case a.Type.Equal(oidSurname):
			h.Surname = cleanName(text)
		}
	}
	return h, nil
}

// cleanName keeps what can stand on a page: an authority may have issued anything.
func cleanName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > maxSubjectName {
		s = string(r[:maxSubjectName])
	}
	return s
}
