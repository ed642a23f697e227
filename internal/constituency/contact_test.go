// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"martinella/data"
	"martinella/internal/access"
	. "martinella/internal/constituency"
	"martinella/internal/constituency/hours"
	"martinella/internal/platform/audit"
	"martinella/internal/platform/fault"
)

func save(t testing.TB, w *world, s access.Scope, id, version int64, f ContactForm) Contact {
	t.Helper()
	c, err := w.SaveContact(t.Context(), s, id, version, f)
	if err != nil {
		t.Fatalf("saving %s: %v", f.Name, err)
	}
	return c
}

func TestRolesDecideWhichFieldsAreNeeded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o := w.approved(t, firenze(), Basic)
		s := member(t, o.ID, access.OrgSecurity)
		for _, c := range []struct {
			form   ContactForm
			fields []string
		}{
			{ContactForm{}, []string{"roles", "name"}},
			{ContactForm{Name: "A", Roles: []string{"king"}}, []string{"roles"}},
			{ContactForm{Name: "A", Roles: []string{"head_of_security"}}, []string{"email", "phone"}},
			{ContactForm{Name: "A", Roles: []string{"round_the_clock"}}, []string{"phone_24h"}},
			{ContactForm{Name: "A", Roles: []string{"dpo", "round_the_clock"}, Phone: "x", Hours: "sempre"}, []string{"email", "phone", "phone_24h", "hours"}},
			{ContactForm{Name: "A", Roles: []string{"legal_representative"}, Digest: true}, []string{"email"}},
			{ContactForm{Name: "A", Roles: []string{"legal_representative"}, Substitute: 999}, []string{"substitute"}},
		} {
			_, err := w.SaveContact(t.Context(), s, 0, 0, c.form)
			var got []string
			for _, f := range fault.Of(err).Fields {
				got = append(got, f.Name)
			}
			if fault.KindOf(err) != fault.Invalid || !cmp.Equal(got, c.fields) {
				t.Errorf("%+v: %v, want %v", c.form, err, c.fields)
			}
		}
	})
}

func TestContactsAreChangedOnceAndLogged(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		o := w.approved(t, firenze(), Basic)
		s := member(t, o.ID, access.OrgAdmin)
		c := save(t, w, s, 0, 0, ContactForm{Name: "Bruno", Roles: []string{"technical"}, Email: "b@ente.it", Hours: "lun-ven 8-14", Language: "nb"})
		sub := save(t, w, s, 0, 0, ContactForm{Name: "Carla", Roles: []string{"round_the_clock"}, PhoneAlways: "+39 055 1", Substitute: c.ID})
		f := ContactForm{Name: "Bruno B.", Roles: []string{"technical", "dpo"}, Email: "b@ente.it", Hours: "h24"}
		changed := save(t, w, s, c.ID, c.Version, f)
		if changed.Version != 2 || !changed.Has("dpo") || changed.Language != "it" {
			t.Errorf("changed: %+v", changed)
		}
		if _, err := w.SaveContact(ctx, s, c.ID, c.Version, f); !errors.Is(err, fault.New(fault.Conflict, "constituency.changed_meanwhile")) {
			t.Errorf("an old version overwrote: %v", err)
		}
		f.Substitute = sub.ID
		if _, err := w.SaveContact(ctx, s, c.ID, changed.Version, f); fault.KindOf(err) != fault.Invalid {
			t.Errorf("two substitutes for each other: %v", err)
		}
		if err := w.RemoveContact(ctx, s, c.ID); err != nil {
			t.Fatal(err)
		}
		all, err := w.Contacts(ctx, s)
		if err != nil || len(all) != 2 || all[1].Name != "Carla" || all[1].Substitute != 0 {
			t.Errorf("left: %+v, %v", all, err)
		}
		log, err := w.audit.List(ctx, audit.Query{Organisation: o.ID, Action: "contact.", Limit: 10})
		if err != nil || len(log) != 4 || log[0].Action != "contact.removed" || string(log[1].Detail) != `{"fields":["roles","name","language","hours"],"roles":["technical","dpo"]}` {
			t.Errorf("log: %+v, %v", log, err)
		}
	})
}

func TestWhoReceivesTheDigest(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o := w.approved(t, firenze(), Basic)
		s := member(t, o.ID, access.OrgAdmin)
		who := func() []Recipient {
			t.Helper()
			scope, err := access.System("digest").For(o.ID)
			if err != nil {
				t.Fatal(err)
			}
			r, err := w.DigestRecipients(t.Context(), scope)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		ada := Recipient{Name: "Ada Rossi", Email: "a.rossi@comune.fi.it", Language: "it"}
		if diff := cmp.Diff([]Recipient{ada}, who()); diff != "" {
			t.Error(diff)
		}
		save(t, w, s, 0, 0, ContactForm{Name: "Bruno", Roles: []string{"technical"}, Email: "b@ente.it", Digest: true, Language: "en"})
		save(t, w, s, 0, 0, ContactForm{Name: "Copia", Roles: []string{"technical"}, Email: "b@ente.it", Digest: true})
		if diff := cmp.Diff([]Recipient{ada, {Name: "Bruno", Email: "b@ente.it", Language: "en"}}, who()); diff != "" {
			t.Error(diff)
		}
		all, err := w.Contacts(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			if err := w.RemoveContact(t.Context(), s, c.ID); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff([]Recipient{ada}, who()); diff != "" {
			t.Errorf("without contacts, who registered it: %s", diff)
		}
		w.decide(t, o.ID, Suspend, "", "sospeso")
		if len(who()) != 0 {
			t.Error("a suspended body still receives the digest")
		}
	})
}

func TestWhoToCall(t *testing.T) {
	ref, err := LoadReference(data.Files)
	if err != nil {
		t.Fatal(err)
	}
	week, err := hours.Parse("lun-ven 8-14")
	if err != nil {
		t.Fatal(err)
	}
	chart := []Contact{
		{ID: 1, Name: "Referente", Roles: []string{"security_contact"}, Phone: "1", Hours: week, Substitute: 4},
		{ID: 2, Name: "Turno", Roles: []string{"round_the_clock"}, PhoneAlways: "2"},
		{ID: 3, Name: "Tecnico", Roles: []string{"technical"}, Phone: "3"},
		{ID: 4, Name: "Vice", Roles: []string{"communication"}, Phone: "4", Hours: hours.Always()},
		{ID: 5, Name: "DPO", Roles: []string{"dpo"}, Phone: "5"},
	}
	for at, want := range map[string][]string{
		"2026-11-23T09:00:00Z": {"Referente now", "Turno always", "Tecnico unknown", "Vice other", "DPO other"},
		"2026-11-23T20:00:00Z": {"Vice now", "Turno always", "Tecnico unknown", "Referente outside", "DPO other"},
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range WhoToCall(ref, Duty{Contacts: chart}, now) {
			got = append(got, c.Name+" "+string(c.Reach))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("at %s: %s", at, diff)
		}
	}
	var missing []string
	for _, r := range Missing(ref, "NO", chart) {
		missing = append(missing, r.ID)
	}
	if diff := cmp.Diff([]string{"legal_representative"}, missing); diff != "" {
		t.Errorf("missing in Norway, where there is no RTD: %s", diff)
	}
}
