// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	. "martinella/internal/constituency"
	"martinella/internal/platform/fault"
)

func administrator() access.Scope {
	return access.Principal{Person: 9, Staff: []access.Role{access.Administrator}}.Territory()
}

// terms is a version to publish, in force from a day.
func terms(version string, day time.Time) NewConditions {
	return NewConditions{Version: version, Effective: day, NeedsAcceptance: true, GraceDays: 30, By: "Amalia",
		Texts: map[string]string{"it": "Primo.\r\n\r\nSecondo,\nsu due righe.", "en": "", "nb": ""}, Changed: map[string]string{"it": "Il secondo paragrafo."}}
}

func onDay(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func (w *world) agreement(t testing.TB, s access.Scope) Agreement {
	t.Helper()
	a, err := w.Agreement(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestRegistrationRecordsTheExactText(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o := w.approved(t, firenze(), Basic)
		a := w.agreement(t, member(t, o.ID, access.OrgLeader))
		if a.Wanted != nil || len(a.Accepted) != 1 {
			t.Fatalf("after registering: %+v", a)
		}
		sum := sha256.Sum256([]byte(strings.Join(w.Reference().CurrentConditions().In("it"), "\n\n")))
		got := a.Accepted[0]
		if got.Version != "2026-11" || got.How != "registration" || got.Name != "Ada Rossi" || got.Language != "it" || got.SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("%+v", got)
		}
		if _, err := w.db.Exec(t.Context(), "UPDATE agreement_acceptance SET sha256 = ''"); err != nil { // as an upgrade leaves it
			t.Fatal(err)
		}
		if old := w.agreement(t, member(t, o.ID, access.OrgLeader)).Accepted[0]; old.SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("from before hashes were kept: %+v", old)
		}
	})
}

func TestANewVersionIsToldAskedForAndAccepted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.working(t, nil)
		o := w.approved(t, firenze(), Basic)
		w.approved(t, body(1), Full)
		s := member(t, o.ID, access.OrgAdmin)
		w.drain(t)
		start := len(w.post.mails)
		if err := w.Publish(t.Context(), administrator(), terms("2027-01", onDay(2027, 1, 1))); err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		w.drain(t)
		if n := len(w.post.mails) - start; n != 2 || !strings.Contains(w.post.last(t).Text, "Il secondo paragrafo.") {
			t.Errorf("%d members told: %s", n, w.post.last(t).Text)
		}
		if a := w.agreement(t, s); a.Wanted != nil || a.Next == nil || a.Next.Version != "2027-01" || a.Current.Version != "2026-11" {
			t.Errorf("before its day: %+v", a.Standing)
		}
		w.clock.Set(time.Date(2027, 1, 1, 9, 0, 0, 0, time.UTC))
		a := w.agreement(t, s)
		if a.Wanted == nil || a.Wanted.Version != "2027-01" || a.Late(w.clock.Now()) || len(a.Current.In("it")) != 2 {
			t.Fatalf("on its day: %+v", a.Standing)
		}
		if !a.Late(time.Date(2027, 2, 1, 9, 0, 0, 0, time.UTC)) {
			t.Error("never late")
		}
		if to, err := w.DigestRecipients(t.Context(), s); err != nil || len(to) != 1 {
			t.Errorf("warnings stop for whom did not accept: %v, %v", to, err)
		}
		if err := w.Accept(t.Context(), s, "Ada", "2026-11", "it"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("an old version: %v", err)
		}
		if err := w.Accept(t.Context(), member(t, o.ID, access.OrgSecurity), "Ivo", "2027-01", "it"); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("who may not: %v", err)
		}
		if err := w.Accept(t.Context(), s, "Ada", "2027-01", "nb"); err != nil {
			t.Fatal(err)
		}
		a = w.agreement(t, s)
		if a.Wanted != nil || a.Accepted[0].Language != "it" || a.Accepted[0].SHA256 != a.Current.Hash("it") || a.Accepted[0].How != "portal" {
			t.Errorf("accepted: %+v", a.Accepted[0])
		}
		r := body(2)
		if err := w.Apply(t.Context(), access.Visitor(), r); fault.KindOf(err) != fault.Invalid {
			t.Errorf("registering with the old version: %v", err)
		}
		r.ConditionsVersion = "2027-01"
		w.apply(t, r)
	})
}

func TestConditionsByTier(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		basic, full := w.approved(t, firenze(), Basic), w.approved(t, body(1), Full)
		n := terms("full-1", onDay(2026, 11, 23))
		n.Tier = Full
		if err := w.Publish(t.Context(), administrator(), n); err != nil {
			t.Fatal(err)
		}
		if a := w.agreement(t, member(t, basic.ID, access.OrgAdmin)); a.Wanted != nil || a.Current.Version != "2026-11" {
			t.Errorf("Basic: %+v", a.Standing)
		}
		if a := w.agreement(t, member(t, full.ID, access.OrgAdmin)); a.Wanted == nil || a.Current.Version != "full-1" {
			t.Errorf("Full: %+v", a.Standing)
		}
		minor := terms("2026-12", onDay(2026, 11, 23))
		minor.NeedsAcceptance = false
		if err := w.Publish(t.Context(), administrator(), minor); err != nil {
			t.Fatal(err)
		}
		if a := w.agreement(t, member(t, basic.ID, access.OrgAdmin)); a.Wanted != nil || a.Current.Version != "2026-12" {
			t.Errorf("a version nobody must accept: %+v", a.Standing)
		}
	})
}

func TestWrongVersionsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ok := func(change func(*NewConditions)) NewConditions {
			n := terms("2027-01", onDay(2027, 1, 1))
			change(&n)
			return n
		}
		for field, n := range map[string]NewConditions{
			"version":    ok(func(n *NewConditions) { n.Version = "due parole" }),
			"effective":  ok(func(n *NewConditions) { n.Effective = onDay(2026, 11, 22) }),
			"tier":       ok(func(n *NewConditions) { n.Tier = "platinum" }),
			"grace_days": ok(func(n *NewConditions) { n.GraceDays = 999 }),
			"text_it":    ok(func(n *NewConditions) { n.Texts["it"] = " " }),
			"changed_it": ok(func(n *NewConditions) { n.Changed = nil }),
		} {
			err := w.Publish(t.Context(), administrator(), n)
			if f := fault.Of(err); f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		for _, taken := range []string{"2026-11", "2027-01", "2027-01"} {
			err := w.Publish(t.Context(), administrator(), ok(func(n *NewConditions) { n.Version = taken }))
			if first := taken == "2027-01" && err == nil; !first && fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s again: %v", taken, err)
			}
		}
		if err := w.Publish(t.Context(), operator(1), terms("x", onDay(2027, 1, 1))); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("an operator publishes: %v", err)
		}
	})
}

func pdf(fill int) []byte {
	return []byte("%PDF-1.7\n" + strings.Repeat("x", fill) + "\n%%EOF\n")
}

func TestSignedCopiesAreKeptForTheirBodyOnly(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o, other := w.approved(t, firenze(), Basic), w.approved(t, body(1), Basic)
		s, foreign := member(t, o.ID, access.OrgAdmin), member(t, other.ID, access.OrgAdmin)
		big := pdf(700_000)
		for range 2 {
			if err := w.KeepSigned(t.Context(), s, "Ada", `C:\tmp\accordo.pdf`, bytes.NewReader(big)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.KeepSigned(t.Context(), foreign, "Bo", "../../x", bytes.NewReader(big)); err != nil {
			t.Fatal(err)
		}
		files := w.agreement(t, s).Files
		if len(files) != 2 || files[0].Filename != "accordo.pdf" || files[0].Size != int64(len(big)) {
			t.Fatalf("%+v", files)
		}
		if n := w.number(t, "SELECT count(*) FROM blob WHERE state = 'kept'"); n != 3 {
			t.Errorf("%d files are kept", n)
		}
		if _, data, err := w.Signed(t.Context(), s, files[0].ID); err != nil || !bytes.Equal(data, big) {
			t.Errorf("%d bytes back, %v", len(data), err)
		}
		if _, _, err := w.Signed(t.Context(), foreign, files[0].ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another tenant's: %v", err)
		}
		for name, data := range map[string][]byte{
			"an image": []byte("\x89PNG\r\n"), "empty": nil, "cut off": big[:1000], "a page": []byte("<html>%PDF-1.7 %%EOF"),
		} {
			if err := w.KeepSigned(t.Context(), s, "Ada", "x.pdf", bytes.NewReader(data)); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := w.KeepSigned(t.Context(), s, "Ada", "x.pdf", bytes.NewReader(pdf(11<<20))); fault.KindOf(err) != fault.TooLarge {
			t.Errorf("11 MB: %v", err)
		}
		if _, err := w.db.Exec(t.Context(), "UPDATE blob SET sha256 = 'other'"); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.Signed(t.Context(), s, files[0].ID); err == nil {
			t.Error("a damaged copy is handed out")
		}
	})
}

func (w *world) number(t *testing.T, query string) (n int) {
	t.Helper()
	if err := w.db.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// asBefore keeps a signed copy as it was kept before files were.
func (w *world) asBefore(t *testing.T, org int64, data []byte) {
	t.Helper()
	sum := sha256.Sum256(data)
	hash := hex.EncodeToString(sum[:])
	must := func(query string, args ...any) {
		if _, err := w.db.Exec(t.Context(), query, args...); err != nil {
			t.Fatal(err)
		}
	}
	must("INSERT INTO document (sha256, size, created_at) VALUES ($1,$2,1) ON CONFLICT DO NOTHING", hash, len(data))
	for seq, part := range [][]byte{data[:5], data[5:]} {
		must("INSERT INTO document_chunk (sha256, seq, data) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING", hash, seq, part)
	}
	must("INSERT INTO agreement_file (organisation_id, version, sha256, size, filename, at, actor, name) VALUES ($1,'2026-11',$2,$3,'a.pdf',1,'person:1','Ada')", org, hash, len(data))
}

func TestSignedCopiesAreMovedOutOfTheDatabase(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o, other := w.approved(t, firenze(), Basic), w.approved(t, body(1), Basic)
		s := member(t, o.ID, access.OrgAdmin)
		first, second := pdf(10), pdf(20)
		w.asBefore(t, o.ID, first)
		w.asBefore(t, other.ID, first) // the same content
		w.asBefore(t, o.ID, second)
		read := func() {
			t.Helper()
			files := w.agreement(t, s).Files
			for i, want := range [][]byte{second, first} {
				if _, data, err := w.Signed(t.Context(), s, files[i].ID); err != nil || !bytes.Equal(data, want) {
					t.Errorf("%d bytes of %d, %v", len(data), len(want), err)
				}
			}
		}
		read()
		if err := w.MoveSigned(t.Context(), s); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a member moves: %v", err)
		}
		for range 2 { // again moves nothing
			if err := w.MoveSigned(t.Context(), access.System("test")); err != nil {
				t.Fatal(err)
			}
			read()
		}
		if kept, left := w.number(t, "SELECT count(*) FROM blob WHERE state = 'kept'"), w.number(t, "SELECT (SELECT count(*) FROM document) + (SELECT count(*) FROM document_chunk)"); kept != 3 || left != 0 {
			t.Errorf("%d files, %d rows in the database", kept, left)
		}
	})
}

func upload(t *testing.T, path, name string, data []byte) *http.Request {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return r
}

func TestAgreementPages(t *testing.T) {
	s := newSite(t, nil)
	s.sessions["amalia"] = s.sessions["operator"]
	admin := *s.sessions["operator"]
	admin.Principal.Staff = []access.Role{access.Administrator}
	s.sessions["amalia"] = &admin
	o := s.approved(t, firenze(), Basic)
	s.join("ada", o.ID, access.OrgAdmin)
	if status, _ := s.get(t, "operator", "/ops/agreements/new"); status != 403 {
		t.Errorf("an operator's form: %d", status)
	}
	form := url.Values{"version": {"2026-12"}, "effective": {"2026-11-23"}, "needs_acceptance": {"yes"}, "grace_days": {"10"}, "text_it": {"Uno.\n\nDue <b>."}, "changed_it": {""}}
	if status, page := s.post(t, "amalia", "/ops/agreements/new", form); status != 422 || !strings.Contains(page, "Due &lt;b&gt;.") {
		t.Errorf("without what changed: %d", status)
	}
	form.Set("changed_it", "Due")
	if status, to := s.post(t, "amalia", "/ops/agreements/new", form); status != 303 || to != "/ops/agreements" {
		t.Fatalf("published: %d %s", status, to)
	}
	_, home := s.get(t, "ada", "/o/c_d612")
	mustContain(t, "home", home, "/o/c_d612/agreements", "2026-12")
	_, page := s.get(t, "ada", "/o/c_d612/agreements")
	mustContain(t, "the agreement", page, "Due &lt;b&gt;.", `name="version" value="2026-12"`, "/conditions?version=2026-11")
	if status, _ := s.post(t, "ada", "/o/c_d612/agreements/accept", url.Values{"version": {"2026-12"}}); status != 422 {
		t.Errorf("without the tick: %d", status)
	}
	if status, _ := s.post(t, "ada", "/o/c_d612/agreements/accept", url.Values{"version": {"2026-12"}, "accept": {"yes"}}); status != 303 {
		t.Errorf("accepted: %d", status)
	}
	if status, _ := s.send(t, "ada", upload(t, "/o/c_d612/agreements/files", "accordo è.pdf", pdf(10))); status != 303 {
		t.Errorf("uploaded: %d", status)
	}
	if status, page := s.send(t, "ada", upload(t, "/o/c_d612/agreements/files", "x.exe", []byte("MZ"))); status != 422 || !strings.Contains(page, "Non è un PDF intero") {
		t.Errorf("a program: %d", status)
	}
	id := s.agreement(t, member(t, o.ID, access.OrgAdmin)).Files[0].ID
	file := fmt.Sprintf("/o/c_d612/agreements/files/%d", id)
	for who, want := range map[string]int{"ada": 200, "operator": 200, "auditor": 200, "": 303} {
		if status, _ := s.get(t, who, file); status != want {
			t.Errorf("%q downloads: %d", who, status)
		}
	}
	for _, lang := range []string{"en", "nb", "it"} {
		s.sessions["ada"].Person.Language, s.sessions["amalia"].Person.Language = lang, lang
		for who, path := range map[string]string{"ada": "/o/c_d612/agreements", "amalia": "/ops/agreements"} {
			if status, _ := s.get(t, who, path); status != 200 {
				t.Errorf("%s in %s: %d", path, lang, status)
			}
		}
	}
	if status, page := s.get(t, "", "/register"); status != 200 || !strings.Contains(page, "Due &lt;b&gt;.") {
		t.Errorf("the public form: %d", status)
	}
}
