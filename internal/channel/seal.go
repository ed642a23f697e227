// SPDX-License-Identifier: EUPL-1.2

package channel

import "strconv"

// What is sealed says whose it is, so that a row copied into another
// organisation's does not open there.
func (m *Module) seal(text, what string, org int64) ([]byte, error) {
	return m.deps.Seal.Seal([]byte(text), use(what, org))
}

// unseal gives "" for what was erased.
func (m *Module) unseal(sealed []byte, what string, org int64) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := m.deps.Seal.Open(sealed, use(what, org))
	return string(plain), err
}

func use(what string, org int64) string { return "channel." + what + ":" + strconv.FormatInt(org, 10) }
