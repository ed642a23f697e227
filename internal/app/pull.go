// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"crypto/x509"
	"net/http"
	"strings"

	"martinella/internal/inventory"
	"martinella/internal/platform/fetch"
)

// puller lets the inventory reach the servers --source-allow names, and no others.
func (a *App) puller() inventory.Puller {
	hosts := sourceHosts(a.Config.SourceAllow)
	return inventory.Puller{Seal: a.box, Hosts: hosts, Client: func(roots *x509.CertPool) (*http.Client, error) {
		c, err := fetch.New(fetch.Options{UserAgent: "Martinella/" + a.Version, Hosts: hosts, Roots: roots})
		if err != nil {
			return nil, err
		}
		return c.HTTP(), nil
	}}
}

// sourceHosts reads "name:port" entries; one without port is at 443.
func sourceHosts(text string) (out []string) {
	for _, h := range strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' }) {
		if !strings.Contains(h, ":") {
			h += ":443"
		}
		out = append(out, strings.ToLower(h))
	}
	return out
}
