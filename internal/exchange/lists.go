// SPDX-License-Identifier: EUPL-1.2

package exchange

// list is a plain list for firewalls.
type list struct {
	file string
	of   string // the type of its indicators
}

// lists names all of them.
func lists() []list {
	return []list{{"ips.txt", "ip"}, {"networks.txt", "network"}, {"domains.txt", "domain"}, {"domains.rpz", "domain"}, {"urls.txt", "url"},
		{"md5.txt", "md5"}, {"sha1.txt", "sha1"}, {"sha256.txt", "sha256"}}
}
