// SPDX-License-Identifier: EUPL-1.2

package card

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/url"
	"strings"
)

// maxHeader bounds the header a reverse proxy hands a certificate over in: a
// card's has 2 KB, or 3 URL-encoded.
const maxHeader = 16 << 10

// FromHeader reads the certificate a reverse proxy put into a header: PEM, as
// Apache's SSL_CLIENT_CERT has it (the line ends as blanks, as a header cannot
// hold them) or URL-encoded as nginx's $ssl_client_escaped_cert. More than one
// header is refused: one of them would be the client's own. Apache's word for
// no certificate is "(null)".
func FromHeader(values []string) (*x509.Certificate, error) {
	if len(values) > 1 {
		return nil, refuse(HandOffTwice, nil)
	}
	if len(values) == 0 || values[0] == "" || values[0] == "(null)" {
		return nil, refuse(NoCertificate, nil)
	}
	text := values[0]
	if len(text) > maxHeader {
		return nil, refuse(Unreadable, nil)
	}
	if strings.Contains(text, "%") {
		plain, err := url.PathUnescape(text) // not QueryUnescape: a plus is base64's own
		if err != nil {
			return nil, refuse(Unreadable, err)
		}
		text = plain
	}
	return parseHeader(text)
}

func parseHeader(text string) (*x509.Certificate, error) {
	const begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
	body, ok := strings.CutPrefix(strings.TrimSpace(text), begin)
	body, rest, closed := strings.Cut(body, end)
	if !ok || !closed || strings.TrimSpace(rest) != "" {
		return nil, refuse(Unreadable, nil)
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(body), ""))
	if err != nil {
		return nil, refuse(Unreadable, err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, refuse(Unreadable, err)
	}
	return c, nil
}

// ToHeader writes a certificate as nginx hands it over, for tests and for
// proxies of one's own.
func ToHeader(c *x509.Certificate) string {
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}
