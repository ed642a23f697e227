// SPDX-License-Identifier: EUPL-1.2

package advisory_test

import (
	"strings"
	"testing"

	"martinella/internal/advisory"
	"martinella/internal/platform/tlp"
)

// Above TLP:AMBER the text leaves only encrypted, to those with a usable key; the others are told that it waits, and the operator sees who and why.
func TestAStrictAlertLeavesEncryptedOrNotAtAll(t *testing.T) {
	each(t, func(w *world) {
		w.keys = map[string]advisory.Key{
			"paolo@castelvento.example": {State: advisory.KeyUsable, Kind: "openpgp", Data: []byte("key")},
			"rita@roccasalina.example":  {State: advisory.KeyExpired, Data: []byte("old")},
		}
		s, _ := w.staff(teresaID)
		e := entry()
		e.TLP = tlp.AmberStrict
		r, err := w.Preview(w.Context(), s, e)
		w.must(err)
		states := map[string]advisory.KeyState{}
		for _, x := range r.Members {
			for _, c := range x.Contacts {
				states[strings.ToLower(c.Address)] = c.KeyState
			}
		}
		if r.People != 3 || r.Announced != 2 || states["paolo@castelvento.example"] != advisory.KeyUsable || states["rita@roccasalina.example"] != advisory.KeyExpired || states["shared@example.org"] != advisory.KeyNone {
			t.Errorf("%+v %v", r, states)
		}
		w.send(e)
		for _, mail := range w.mails {
			sealed := strings.EqualFold(mail.To.Address, "paolo@castelvento.example")
			if whole := strings.Contains(mail.Text+mail.HTML+mail.Subject, "FortiOS") || strings.Contains(mail.Text, "subito"); whole != sealed {
				t.Errorf("%s:\n%s\n%s", mail.To.Address, mail.Subject, mail.Text)
			}
			if (mail.Key.State == advisory.KeyUsable) != sealed || strings.Contains(mail.OuterSubject, "FortiOS") || (mail.OuterSubject != "") != sealed {
				t.Errorf("%s: key %v, outside %q", mail.To.Address, mail.Key.State, mail.OuterSubject)
			}
		}
		e.Reference, e.TLP, w.mails = "", tlp.Amber, nil
		w.send(e)
		for _, mail := range w.mails {
			if mail.Key.State != "" || !strings.Contains(mail.Text, "subito") {
				t.Errorf("%s: %v\n%s", mail.To.Address, mail.Key.State, mail.Text)
			}
		}
	})
}
