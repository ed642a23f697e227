// SPDX-License-Identifier: EUPL-1.2

package password

import "strings"

// Occupy takes the only slot, as a hash under way does.
func (h *Hasher) Occupy() (release func()) {
	h.slots <- struct{}{}
	return func() { <-h.slots }
}

// List gives the common passwords.
func List() []string { return strings.Split(strings.TrimSuffix(common(), "\n"), "\n") }

// Listed looks one up.
func Listed(s string) bool { return listed(s) }

// Reparse reads a PHC string and writes it again; cost is passes times memory.
func Reparse(s string) (text string, cost uint64, ok bool) {
	p, err := parsePHC(s)
	if err != nil {
		return "", 0, false
	}
	return p.String(), uint64(p.params.Time) * uint64(p.params.Memory), true
}
