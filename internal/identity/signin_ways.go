// SPDX-License-Identifier: EUPL-1.2

package identity

import "github.com/a-h/templ"

// ways are what the sign-in page offers beside address and password, in this
// order: each brings its own file, and a line here.
func (m *Module) ways(next string) (out []templ.Component) {
	if m.PasskeysOffered() {
		out = append(out, passkeyWay(next))
	}
	if places := m.places(); len(places) > 0 {
		out = append(out, placesWay(places, next))
	}
	return out
}
