// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"strings"
	"testing"

	"martinella/internal/constituency"
)

// Alerts go to those who are called in an emergency; to the others only where there is nobody else.
func TestWhoIsWrittenAnAlert(t *testing.T) {
	call := func(name, email string, order int) constituency.Call {
		return constituency.Call{Contact: constituency.Contact{Name: name, Email: email}, Role: constituency.ContactRole{Call: order}}
	}
	security, technician, mayor := call("s", "s@x.example", 1), call("t", "", 3), call("m", "m@x.example", 0)
	for _, c := range []struct {
		calls []constituency.Call
		want  string
	}{
		{[]constituency.Call{security, technician, mayor}, "s@x.example"}, {[]constituency.Call{technician, mayor}, "m@x.example"}, {nil, ""},
	} {
		var got []string
		for _, a := range emergencyFirst(c.calls) {
			got = append(got, a.Address)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%v, want %s", got, c.want)
		}
	}
}
