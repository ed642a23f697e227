// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"testing"

	"martinella/internal/access"
	. "martinella/internal/constituency"
	"martinella/internal/platform/quiet"
)

// TestEverybodySaysHowHeGetsAlerts: the contact himself, whatever his role, and who keeps the contacts.
func TestEverybodySaysHowHeGetsAlerts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o := w.submitted(t, body(1))
		admin, reader := member(t, o.ID, access.OrgAdmin), member(t, o.ID, access.OrgLeader)
		form := ContactForm{Roles: []string{"head_of_security"}, Name: "Anna Neri", Email: "anna@example.it", Phone: "+39 055 123456", PhoneAlways: "+39 055 123457", Language: "it", QuietFrom: "22:00", QuietTo: "7.30"}
		c, err := w.SaveContact(t.Context(), admin, 0, 0, form)
		if err != nil || c.Wish != (quiet.Wish{Hours: quiet.Hours{From: 22 * 60, To: 7*60 + 30}}) {
			t.Fatalf("%+v, %v", c.Wish, err)
		}
		for what, wrong := range map[string]WishForm{
			"constituency.wish": {AlertMails: "never"}, "one of two": {QuietFrom: "22:00"}, "the same": {QuietFrom: "22:00", QuietTo: "22:00"}, "no time": {QuietFrom: "lunch", QuietTo: "13:00"},
		} {
			if err := w.SaveWish(t.Context(), reader, "anna@example.it", wrong); err == nil {
				t.Errorf("%s: kept", what)
			}
		}
		if err := w.SaveWish(t.Context(), reader, "ANNA@example.it", WishForm{QuietDaysOff: true, AlertMails: "collect"}); err != nil {
			t.Fatal(err)
		}
		own, err := w.Wished(t.Context(), reader, "anna@example.it")
		if err != nil || len(own) != 1 || own[0].Wish != (quiet.Wish{Hours: quiet.Hours{DaysOff: true}, Mails: quiet.Collect}) {
			t.Errorf("%+v, %v", own, err)
		}
		if err := w.SaveWish(t.Context(), reader, "nobody@example.it", WishForm{}); err == nil {
			t.Error("who is no contact chose")
		}
		form.AlertMails, form.QuietFrom, form.QuietTo = "each", "", ""
		if c, err = w.SaveContact(t.Context(), admin, c.ID, own[0].Version, form); err != nil || c.Wish != (quiet.Wish{}) {
			t.Errorf("%+v, %v", c.Wish, err)
		}
	})
}
