// SPDX-License-Identifier: EUPL-1.2

package exchange

// address is where a program is pointed to.
type address struct {
	Name string // the end of a catalogue's key
	URL  string
}

// addresses lists what a key opens. Where the secret is a part of the address it stands in it.
func (m *Module) addresses(k Key, secret string) []address {
	at := m.deps.BaseURL
	switch k.Door {
	case Feed:
		return []address{{"feed", at + "/feeds/" + secret + ".atom"}}
	case Blocklist:
		var out []address
		for _, l := range lists() {
			out = append(out, address{"list", at + "/blocklists/" + secret + "/" + l.file})
		}
		return out
	}
	return []address{{"taxii", at + "/taxii2/"}, {"misp", at + "/misp/"}}
}
