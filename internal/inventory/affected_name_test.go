// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAffectedNamesGoOnWhereTheyStopped(t *testing.T) {
	all := []AffectedName{{"a b", "x\ny", 3}, {"b", "", 3}, {"", "z", 2}, {"", "z z", 2}}
	if !slices.IsSortedFunc(all, AffectedName.Compare) {
		t.Errorf("%v is not the order", all)
	}
	for _, a := range all {
		if got := parseAffected(a.cursor()); got == nil || *got != a {
			t.Errorf("%q is read as %v", a.cursor(), got)
		}
	}
	for _, bad := range []string{"", "3\na", "x\na\nb"} {
		if diff := cmp.Diff((*AffectedName)(nil), parseAffected(bad)); diff != "" {
			t.Error(diff)
		}
	}
}
