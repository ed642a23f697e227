// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"slices"
	"testing"
	"time"

	. "martinella/internal/constituency"
)

// Whoever has an address is written to: also without a telephone, also behind the same switchboard.
func TestWhoIsWrittenToNeedsNoTelephone(t *testing.T) {
	d := Duty{
		Contacts: []Contact{
			{ID: 1, Name: "Tecla", Roles: []string{"technical"}, Email: "tecla@x.example"},
			{ID: 2, Name: "Ada", Roles: []string{"security_contact"}, Email: "ada@x.example", Phone: "055 1", Substitute: 4},
			{ID: 3, Name: "Bruno", Roles: []string{"head_of_security"}, Email: "bruno@x.example", Phone: "055 1"},
			{ID: 4, Name: "Carla", Roles: []string{"communication"}, Email: "carla@x.example"},
			{ID: 5, Name: "Ada", Roles: []string{"technical"}, Email: "ADA@x.example"},
			{ID: 6, Name: "Senza", Roles: []string{"technical"}, Phone: "055 2"},
		},
		Last: []Call{{Contact: Contact{Name: "Firma", Email: "firma@x.example"}, Phone: "055 1"}},
	}
	for absent, want := range map[bool][]string{
		false: {"Ada security_contact", "Bruno head_of_security", "Tecla technical", "Carla communication", "Firma "},
		true:  {"Ada security_contact", "Carla security_contact", "Bruno head_of_security", "Tecla technical", "Firma "},
	} {
		d.Absences = nil
		if absent {
			d.Absences = []Absence{{Contact: 2, First: "2026-11-20", Last: "2026-11-30"}}
		}
		d.Contacts[1].Hours, d.Contacts[3].Hours = week(t, "lun-dom 0:00-23:59"), week(t, "lun-dom 0:00-23:59")
		var got []string
		for _, c := range WhoToWrite(reference(t), d, time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)) {
			got = append(got, c.Name+" "+c.Role)
		}
		if !slices.Equal(got, want) {
			t.Errorf("absent %v:\ngot  %q\nwant %q", absent, got, want)
		}
	}
}
