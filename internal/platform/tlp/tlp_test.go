// SPDX-License-Identifier: EUPL-1.2

package tlp_test

import (
	"testing"

	"martinella/internal/platform/tlp"
)

func TestWithin(t *testing.T) {
	for _, c := range []struct {
		label, limit tlp.Label
		want         bool
	}{
		{tlp.Clear, tlp.Green, true}, {tlp.Green, tlp.Green, true}, {tlp.Amber, tlp.Green, false},
		{tlp.AmberStrict, tlp.Amber, false}, {tlp.Red, tlp.AmberStrict, false}, {tlp.Red, tlp.Red, true},
		{"", tlp.Red, false}, {"TLP:WHITE", tlp.Red, false}, {"tlp:clear", tlp.Green, false},
	} {
		if got := c.label.Within(c.limit); got != c.want {
			t.Errorf("%q within %q: %v", c.label, c.limit, got)
		}
	}
}
