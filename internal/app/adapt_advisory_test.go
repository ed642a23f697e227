// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"strings"
	"testing"

	"martinella/internal/constituency"
)

// Alerts go to those who are called in an emergency; to the others only where there is nobody else.
func TestWhoIsWrittenAnAlert(t *testing.T) {
	addressee := func(name string, emergency bool) constituency.Addressee {
		return constituency.Addressee{Contact: constituency.Contact{Name: name, Email: name + "@x.example"}, Emergency: emergency}
	}
	security, technician, mayor := addressee("s", true), addressee("t", true), addressee("m", false)
	for _, c := range []struct {
		all  []constituency.Addressee
		want string
	}{
		{[]constituency.Addressee{security, technician, mayor}, "s@x.example t@x.example"}, {[]constituency.Addressee{mayor}, "m@x.example"}, {nil, ""},
	} {
		var got []string
		for _, a := range emergencyFirst(c.all) {
			if got = append(got, a.Address); a.Roleless == (a.Address == "s@x.example" || a.Address == "t@x.example") {
				t.Errorf("%+v", a)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%v, want %s", got, c.want)
		}
	}
}
