// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/access"
	. "martinella/internal/constituency"
	"martinella/internal/platform/fault"
)

// asked gives to whom mails that ask for a confirmation went, since the n-th mail.
func (p *postbox) asked(since int) (to []string) {
	for _, m := range p.mails[since:] {
		if m.Kind == "confirm.ask" {
			to = append(to, m.To)
		}
	}
	return to
}

func (p *postbox) confirmation(t testing.TB) string {
	t.Helper()
	for i := len(p.mails) - 1; i >= 0; i-- {
		if found := regexp.MustCompile(`/confirm/([A-Za-z0-9_-]{40,})`).FindStringSubmatch(p.mails[i].Text); found != nil {
			return found[1]
		}
	}
	t.Fatal("no mail asks for a confirmation")
	return ""
}

// hourly lets the world's clock run until a day, looking every hour as the schedule does.
func (w *world) hourly(t testing.TB, until time.Time) {
	t.Helper()
	for w.clock.Now().Before(until) {
		w.clock.Advance(time.Hour)
		w.sweep(t)
	}
}

func (w *world) sweep(t testing.TB) {
	t.Helper()
	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.drain(t)
}

func TestMembersAreAskedAfterNinetyDaysThenEveryThirty(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.working(t, nil)
		o := w.approved(t, firenze(), Basic) // 23 November 2026, Monday
		s := member(t, o.ID, access.OrgAdmin)
		sub, err := w.SaveContact(t.Context(), s, 0, 0, ContactForm{Roles: []string{"technical"}, Name: "Sara", Email: "sara@comune.fi.it", Language: "en"})
		if err != nil {
			t.Fatal(err)
		}
		all, err := w.Contacts(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		ada := all[0]
		_, err = w.SaveContact(t.Context(), s, ada.ID, ada.Version, ContactForm{Roles: ada.Roles, Name: ada.Name, Email: ada.Email, Phone: ada.Phone, Substitute: sub.ID})
		if err != nil {
			t.Fatal(err)
		}
		start := len(w.post.mails)
		w.clock.Set(time.Date(2027, 2, 19, 23, 0, 0, 0, time.UTC))
		w.hourly(t, time.Date(2027, 2, 22, 7, 0, 0, 0, time.UTC)) // day 90 is Sunday 21 February
		if got := w.post.asked(start); len(got) != 0 {
			t.Fatalf("asked on a weekend, or too early: %v", got)
		}
		w.hourly(t, time.Date(2027, 2, 22, 12, 0, 0, 0, time.UTC)) // Monday, 9:00 in Rome is 8:00 UTC
		if diff := cmp.Diff([]string{"a.rossi@comune.fi.it"}, w.post.asked(start)); diff != "" {
			t.Fatalf("first the contact (-want +got):\n%s", diff)
		}
		first := w.post.confirmation(t)
		second := len(w.post.mails)
		w.clock.Set(time.Date(2027, 3, 23, 12, 0, 0, 0, time.UTC))
		w.hourly(t, time.Date(2027, 3, 24, 12, 0, 0, 0, time.UTC))
		if diff := cmp.Diff([]string{"a.rossi@comune.fi.it", "sara@comune.fi.it"}, w.post.asked(second)); diff != "" {
			t.Errorf("then the substitute too (-want +got):\n%s", diff)
		}
		if waiting, err := w.Waiting(t.Context(), operator(1)); err != nil || waiting.Silent != 0 {
			t.Errorf("silent after two mails: %+v, %v", waiting, err)
		}
		w.clock.Set(time.Date(2027, 4, 23, 10, 0, 0, 0, time.UTC))
		w.sweep(t)
		if waiting, err := w.Waiting(t.Context(), operator(1)); err != nil || waiting.Silent != 1 {
			t.Errorf("after three: %+v, %v", waiting, err)
		}
		if p, err := w.List(t.Context(), operator(1), Filter{Silent: true, Limit: 5}); err != nil || len(p.Rows) != 1 {
			t.Errorf("list of the silent: %v, %v", p.Rows, err)
		}
		if _, err := w.ConfirmByLink(t.Context(), access.Visitor(), first); fault.Of(err).Code != "constituency.confirm_expired" {
			t.Errorf("a link of sixty days ago: %v", err)
		}
		if _, err := w.ConfirmByLink(t.Context(), access.Visitor(), w.post.confirmation(t)); err != nil {
			t.Fatal(err)
		}
		c, left, err := w.Confirmation(t.Context(), s)
		if err != nil || c.Asked != 0 || c.How != "link" || !c.At.Equal(w.clock.Now()) || len(left) != 0 {
			t.Errorf("confirmed: %+v %v, %v", c, left, err)
		}
		if want := time.Date(2027, 7, 22, 7, 0, 0, 0, time.UTC); !c.Next.Equal(want) { // 9:00 of summer time
			t.Errorf("next %s, want %s", c.Next, want)
		}
		if _, err := w.ConfirmByLink(t.Context(), access.Visitor(), w.post.confirmation(t)); fault.Of(err).Code != "constituency.confirm_used" {
			t.Errorf("the same link twice: %v", err)
		}
	})
}

// While a contact is away, who stands in for him is asked with him: the first who is there.
func TestWhoStandsInIsAskedWhileAContactIsAway(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.working(t, nil)
		o := w.approved(t, firenze(), Basic)
		s := member(t, o.ID, access.OrgAdmin)
		add := func(name string, substitute int64) int64 {
			c, err := w.SaveContact(t.Context(), s, 0, 0, ContactForm{Roles: []string{"technical"}, Name: name, Email: strings.ToLower(name) + "@comune.fi.it", Substitute: substitute})
			if err != nil {
				t.Fatal(err)
			}
			return c.ID
		}
		third := add("Terzo", 0)
		second := add("Sara", third)
		all, err := w.Contacts(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		ada := all[slices.IndexFunc(all, func(c Contact) bool { return c.Has("security_contact") })]
		if _, err := w.SaveContact(t.Context(), s, ada.ID, ada.Version, ContactForm{Roles: ada.Roles, Name: ada.Name, Email: ada.Email, Phone: ada.Phone, Substitute: second}); err != nil {
			t.Fatal(err)
		}
		day := func(month time.Month, day int) time.Time { return time.Date(2027, month, day, 10, 0, 0, 0, time.UTC) }
		for contact, until := range map[int64]time.Time{ada.ID: day(2, 28), second: day(2, 22)} {
			if _, err := w.AddAbsence(t.Context(), s, contact, day(2, 20), until); err != nil {
				t.Fatal(err)
			}
		}
		start := len(w.post.mails)
		w.clock.Set(day(2, 22))
		w.sweep(t)
		if diff := cmp.Diff([]string{"a.rossi@comune.fi.it", "sara@comune.fi.it", "terzo@comune.fi.it"}, w.post.asked(start)); diff != "" {
			t.Errorf("both are away (-want +got):\n%s", diff)
		}
	})
}

func TestNobodyIsAskedTwice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.working(t, nil)
		o := w.approved(t, firenze(), Basic)
		start := len(w.post.mails)
		w.clock.Set(time.Date(2027, 2, 22, 9, 0, 0, 0, time.UTC))
		for range 3 { // two nodes look, and one of them again
			if err := w.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		w.drain(t)
		w.sweep(t)
		if got := w.post.asked(start); len(got) != 1 {
			t.Errorf("asked %v", got)
		}
		w.decide(t, o.ID, Suspend, None, "prova")
		w.clock.Set(time.Date(2027, 3, 25, 9, 0, 0, 0, time.UTC))
		w.sweep(t)
		if got := w.post.asked(start); len(got) != 1 {
			t.Errorf("a suspended body is asked: %v", got)
		}
		if _, err := w.ConfirmByLink(t.Context(), access.Visitor(), w.post.confirmation(t)); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a suspended body confirms: %v", err)
		}
		w.decide(t, o.ID, Resume, None, "prova")
		w.clock.Set(time.Date(2027, 6, 24, 9, 0, 0, 0, time.UTC)) // Saint John, if it were the patron's day
		if err := w.EditOwn(t.Context(), member(t, o.ID, access.OrgAdmin), w.get(t, o.ID).Version, OwnForm{Language: "it", TimeZone: "Europe/Rome", PatronDay: "06-24"}); err != nil {
			t.Fatal(err)
		}
		w.sweep(t)
		if got := w.post.asked(start); len(got) != 1 {
			t.Errorf("asked on the patron's day: %v", got)
		}
		w.clock.Set(time.Date(2027, 6, 25, 7, 0, 0, 0, time.UTC))
		w.sweep(t)
		if got := w.post.asked(start); len(got) != 2 {
			t.Errorf("asked the day after: %v", got)
		}
	})
}

func TestTheLinkShowsFirstAndConfirmsByButton(t *testing.T) {
	s := newSite(t, nil)
	o := s.approved(t, firenze(), Basic)
	s.join("ada", o.ID, access.OrgAdmin)
	s.join("leo", o.ID, access.OrgLeader)
	s.clock.Set(time.Date(2027, 2, 22, 9, 0, 0, 0, time.UTC))
	s.sweep(t)
	path := "/confirm/" + s.world.post.confirmation(t)
	for range 3 { // scanners follow links
		if status, page := s.get(t, "", path); status != 200 || !strings.Contains(page, "Ada Rossi") || !strings.Contains(page, "/o/c_d612/confirm") {
			t.Fatalf("the link: %d", status)
		}
	}
	head := httptest.NewRequest(http.MethodHead, path, nil)
	if status, _ := s.send(t, "", head); status != 200 {
		t.Errorf("HEAD: %d", status)
	}
	if c, _, err := s.Confirmation(t.Context(), member(t, o.ID, access.OrgAdmin)); err != nil || c.Asked != 1 {
		t.Errorf("looking confirmed: %+v, %v", c, err)
	}
	_, home := s.get(t, "ada", "/o/c_d612")
	mustContain(t, "home", home, "/o/c_d612/confirm")
	_, page := s.get(t, "ada", "/o/c_d612/confirm")
	mustContain(t, "the page", page, `action="/o/c_d612/confirm"`, "Richiesta numero 1")
	if _, page := s.get(t, "leo", "/o/c_d612/confirm"); strings.Contains(page, `action="/o/c_d612/confirm"`) {
		t.Error("who only reads is offered the button")
	}
	if status, page := s.post(t, "", path, nil); status != 200 || !strings.Contains(page, "confermati") {
		t.Errorf("the button: %d", status)
	}
	if status, _ := s.post(t, "", path, nil); status != 409 {
		t.Errorf("twice: %d", status)
	}
	for _, wrong := range []string{"/confirm/x", "/confirm/AAAA", path + "A"} {
		if status, _ := s.get(t, "", wrong); status != 404 {
			t.Errorf("%s: %d", wrong, status)
		}
	}
	if status, _ := s.post(t, "ada", "/o/c_d612/confirm", nil); status != 303 {
		t.Errorf("signed in: %d", status)
	}
	if status, page := s.get(t, "operator", "/ops/members?record=silent"); status != 200 || strings.Contains(page, "Comune di Firenze") {
		t.Errorf("the silent: %d", status)
	}
}
