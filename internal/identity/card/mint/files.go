// SPDX-License-Identifier: EUPL-1.2

package mint

import (
	"crypto/x509"
	"fmt"
	"net"

	"software.sslmate.com/src/go-pkcs12"
)

// addNames puts names and addresses where TLS clients look for them.
func addNames(t *x509.Certificate, names []string) {
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, name)
		}
	}
}

// PKCS12 writes the card as browsers import it, along with who issued it.
func (c *Card) PKCS12(a *Authority, password string) ([]byte, error) {
	out, err := pkcs12.Modern.Encode(c.Key, c.Certificate, []*x509.Certificate{a.Certificate}, password)
	if err != nil {
		return nil, fmt.Errorf("writing the card for browsers: %w", err)
	}
	return out, nil
}
