// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	. "martinella/internal/constituency"
	"martinella/internal/platform/fault"
)

// chartSite is a body with two contacts who stand in for one another.
func chartSite(t *testing.T) (s *site, o Organisation, ada, bruno Contact) {
	t.Helper()
	s = newSite(t, func(d *Deps) { d.Instance.ContactPhone = "+39 055 999" })
	o = s.approved(t, firenze(), Full)
	s.join("ada", o.ID, access.OrgAdmin)
	s.join("lettore", o.ID, access.OrgLeader)
	own := member(t, o.ID, access.OrgAdmin)
	all, err := s.Contacts(t.Context(), own)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all { // who registered the body
		if err := s.RemoveContact(t.Context(), own, c.ID); err != nil {
			t.Fatal(err)
		}
	}
	bruno = save(t, s.world, own, 0, 0, ContactForm{Name: "Bruno Neri", Roles: []string{"technical"}, Email: "b@ente.it", Phone: "055 222", Hours: "lun-ven 8-18"})
	ada = save(t, s.world, own, 0, 0, ContactForm{Name: "Ada Rossi", Roles: []string{"security_contact"}, Email: "a@ente.it", Phone: "055 111", Hours: "lun-ven 8:30-13:30", Substitute: bruno.ID})
	return s, o, ada, bruno
}

func id(c Contact) string { return strconv.FormatInt(c.ID, 10) }

func inOrder(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		i := strings.Index(text, w)
		if i < 0 {
			t.Fatalf("%q does not follow where it should in %s", w, text)
		}
		text = text[i:]
	}
}

func TestWhoDoICallNow(t *testing.T) {
	s, _, ada, _ := chartSite(t)
	_, page := s.get(t, "operator", "/ops/call/c_d612") // 10:00 in Rome
	inOrder(t, page, `href="tel:055111"`, "Ada Rossi", "13:30", `href="tel:055222"`, "Bruno Neri", "18:00", `href="tel:+39055999"`)

	day := url.Values{"first": {"2026-11-23"}, "last": {"2026-11-25"}}
	if status, to := s.post(t, "ada", "/o/c_d612/contacts/"+id(ada)+"/absences", day); status != http.StatusSeeOther {
		t.Fatalf("recording an absence: %d %s", status, to)
	}
	_, page = s.get(t, "operator", "/ops/call/c_d612")
	inOrder(t, page, `href="tel:055222"`, "Bruno Neri", "Ada Rossi", "25 novembre 2026", `href="tel:055111"`)
	_, page = s.get(t, "operator", "/ops/call/c_d612?at=2026-12-25T10:00")
	inOrder(t, page, "Natale", "Ada Rossi", "28 dicembre 2026")

	if status, to := s.get(t, "operator", "/ops/call?q=firenze"); status != http.StatusSeeOther || to != "/ops/call/c_d612" {
		t.Errorf("one name that fits: %d %s", status, to)
	}
	if status, page := s.get(t, "operator", "/ops/call?q=nessuno"); status != http.StatusOK || strings.Contains(page, "Ada Rossi") {
		t.Errorf("no name that fits: %d", status)
	}
	for _, bad := range []string{"domani", "2026-13-40T99:99", "0001-01-01T00:00", "9999-12-31T23:59"} {
		if status, _ := s.get(t, "operator", "/ops/call/c_d612?at="+bad); status != http.StatusUnprocessableEntity {
			t.Errorf("at=%s: %d", bad, status)
		}
	}
	if _, page := s.get(t, "operator", "/ops/members"); !strings.Contains(page, `action="/ops/call"`) {
		t.Error("the quick box is not on every page")
	}
	if _, page := s.get(t, "ada", "/o/c_d612/contacts"); strings.Contains(page, `action="/ops/call"`) {
		t.Error("a member is offered the CSIRT's quick box")
	}
}

func TestAbsencesAreCheckedAndEnd(t *testing.T) {
	s, o, ada, _ := chartSite(t)
	path := "/o/c_d612/contacts/" + id(ada) + "/absences"
	for _, bad := range []url.Values{{}, {"first": {"2026-11-25"}, "last": {"2026-11-24"}}, {"first": {"2026-11-01"}, "last": {"2026-11-02"}},
		{"first": {"2026-11-25"}, "last": {"2028-11-25"}}, {"first": {"2036-11-25"}}, {"first": {"ieri"}}} {
		if status, _ := s.post(t, "ada", path, bad); status != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d", bad, status)
		}
	}
	own := member(t, o.ID, access.OrgAdmin)
	a, err := s.AddAbsence(t.Context(), own, ada.ID, s.clock.Now(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	other := s.approved(t, body(1), Basic)
	if _, err := s.RemoveAbsence(t.Context(), member(t, other.ID, access.OrgAdmin), a.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another body removes an absence: %v", err)
	}
	if status, to := s.post(t, "ada", "/o/c_d612/absences/"+strconv.FormatInt(a.ID, 10)+"/remove", nil); status != http.StatusSeeOther || to != path {
		t.Errorf("removing an absence: %d %s", status, to)
	}
	if all, err := s.Absences(t.Context(), own); err != nil || len(all) != 0 {
		t.Errorf("after it was removed: %v, %v", all, err)
	}
	if a, err = s.AddAbsence(t.Context(), own, ada.ID, s.clock.Now(), time.Time{}); err != nil {
		t.Fatal(err)
	}
	if status, _ := s.post(t, "lettore", path, url.Values{"first": {"2026-11-25"}}); status != http.StatusForbidden {
		t.Errorf("somebody who may only read: %d", status)
	}
	s.clock.Advance(40 * 24 * time.Hour)
	if err := s.Tidy(t.Context(), access.System("tidy")); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := s.db.QueryRow(t.Context(), "SELECT count(*) FROM contact_absence").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d absences are kept after they ended, %v", n, err)
	}
}

func TestTheChartIsDrawnAndTold(t *testing.T) {
	s, o, ada, bruno := chartSite(t)
	status, page := s.get(t, "ada", "/o/c_d612/contacts/chart")
	if status != http.StatusOK || !strings.Contains(page, "<svg") || !strings.Contains(page, "/contacts/new?role=round_the_clock") {
		t.Fatalf("%d: no drawing, or a missing role is not offered", status)
	}
	if strings.Count(page, `href="tel:055111"`) < 2 {
		t.Error("drawing and table do not both have the number")
	}
	if _, page := s.get(t, "lettore", "/o/c_d612/contacts/chart"); strings.Contains(page, "contacts/new") {
		t.Error("who may only read is offered to add")
	}
	posts := ChartOf(s.Reference(), o.Country, []Contact{ada, bruno}, nil, s.clock.Now())
	if len(posts) != 1 || posts[0].Role.ID != "legal_representative" || len(posts[0].Held) != 0 {
		t.Fatalf("the missing legal representative is not the head: %+v", posts)
	}
	for _, p := range posts[0].Under {
		if p.Role.ID == "security_contact" && (len(p.Under) != 2 || p.Held[0].Substitute.Name != "Bruno Neri") {
			t.Errorf("under the security contact: %+v", p)
		}
	}
	lacking := Contact{ID: 9, Roles: []string{"round_the_clock"}, Name: "Turno", Phone: "1"}
	found := false
	for _, p := range ChartOf(s.Reference(), "NO", []Contact{lacking}, nil, s.clock.Now())[0].Under {
		for _, under := range append(p.Under, p) {
			found = found || len(under.Held) > 0 && len(under.Held[0].Lacks) == 1 && under.Held[0].Lacks[0] == "phone_24h"
		}
	}
	if !found {
		t.Error("a round-the-clock contact without its number is not told")
	}
}

// Every role of the data comes to the chart's head, whatever roles are left out on the way.
func TestRolesOfTheDataHaveNoLoop(t *testing.T) {
	ref := reference(t)
	for _, r := range ref.Roles {
		at := r
		for range len(ref.Roles) {
			if up, ok := ref.Role(at.Under); ok {
				at = up
			}
		}
		if at.Under != "" {
			t.Errorf("%s is under %s for ever", r.ID, at.ID)
		}
	}
}
