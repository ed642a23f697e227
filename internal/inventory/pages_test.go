// SPDX-License-Identifier: EUPL-1.2

package inventory_test

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/inventory"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/i18n"
)

func TestEverySentenceExistsInEveryLanguage(t *testing.T) {
	bundle, err := i18n.Load(inventory.Locales)
	if err != nil {
		t.Fatal(err)
	}
	if err := bundle.Check(); err != nil {
		t.Error(err)
	}
}

// browse asks for a page as somebody and gives status, body and address to go on to.
func (w *world) browse(t testing.TB, who, method, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	var body *strings.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	} else {
		body = strings.NewReader("")
	}
	r := httptest.NewRequest(method, path, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return w.send(r, who)
}

func (w *world) send(r *http.Request, who string) *httptest.ResponseRecorder {
	r.Header.Set("X-Test-Person", who)
	rec := httptest.NewRecorder()
	w.gate.ServeHTTP(rec, r)
	return rec
}

func TestPagesOfAFreshOrganisation(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, path := range []string{"", "/new", "/import", "/import?kind=csv", "/import?kind=cyclonedx", "/photo", "/photo?day=2026-01-01", "/changes", "/suggest?q=fort", "?format=csv", "?q=%00%ff&state=zz&sort=-zz"} {
			if rec := w.browse(t, "technician", "GET", "/o/one/stack"+path, nil); rec.Code != 200 {
				t.Errorf("%q: %d %s", path, rec.Code, rec.Body)
			}
			if rec := w.browse(t, "neighbour", "GET", "/o/one/stack"+path, nil); rec.Code != 404 {
				t.Errorf("%q as a neighbour: %d", path, rec.Code)
			}
		}
		for path, want := range map[string]int{"/photo?day=yesterday": 422, "/changes?from=x": 422, "?after=!!": 404, "/items/999": 404, "/items/x": 404, "/import/999": 404, "/items/1/edit": 404} {
			if rec := w.browse(t, "technician", "GET", "/o/one/stack"+path, nil); rec.Code != want {
				t.Errorf("%q: %d, want %d", path, rec.Code, want)
			}
		}
		if body := w.browse(t, "technician", "GET", "/o/one/stack", nil).Body.String(); !strings.Contains(body, "Nessuna tecnologia dichiarata") {
			t.Error("the empty list does not say how to begin")
		}
		if rec := w.browse(t, "leader", "GET", "/o/one/stack", nil); rec.Code != 200 || strings.Contains(rec.Body.String(), "Aggiungi") {
			t.Errorf("a reader is offered to write: %d", rec.Code)
		}
		for _, path := range []string{"/ops/names", "/ops/names/affected", "/ops/names?name=nothing"} {
			if rec := w.browse(t, "analyst", "GET", path, nil); rec.Code != 200 {
				t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
			}
			if rec := w.browse(t, "technician", "GET", path, nil); rec.Code != 404 {
				t.Errorf("%s as a member: %d", path, rec.Code)
			}
		}
	})
}

func TestAStoryOnThePages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rec := w.browse(t, "technician", "POST", "/o/one/stack", url.Values{"label": {"<script>alert(1)</script> posta 5.2"}})
		if rec.Code != 303 {
			t.Fatalf("%d %s", rec.Code, rec.Body)
		}
		body := w.browse(t, "technician", "GET", "/o/one/stack", nil).Body.String()
		if strings.Contains(body, "<script>alert") || !strings.Contains(body, "&lt;script&gt;alert") {
			t.Error("a hostile name is not harmless")
		}
		id := items(t, w, 1)[0].ID
		page := "/o/one/stack/items/" + itoa(id)
		if body := w.browse(t, "technician", "GET", page+"?find=zimbra", nil).Body.String(); !strings.Contains(body, "a:zimbra:collaboration") {
			t.Error("the product cannot be found on the item's page")
		}
		if rec := w.browse(t, "technician", "POST", page+"/confirm", url.Values{"product": {"a:zimbra:collaboration"}}); rec.Code != 303 {
			t.Fatalf("confirm: %d %s", rec.Code, rec.Body)
		}
		if i := items(t, w, 1)[0]; i.State != inventory.Resolved || i.Version != "5.2" {
			t.Errorf("%+v", i)
		}
		body = w.browse(t, "technician", "GET", page+"/edit", nil).Body.String()
		seen := between(body, `name="seen" value="`, `"`)
		form := url.Values{"label": {"La posta"}, "version": {"8.8.15"}, "quantity": {"due"}, "exposure": {"internet"}, "criticality": {"high"}, "seen": {seen}}
		if rec := w.browse(t, "technician", "POST", page+"/edit", form); rec.Code != 422 || !strings.Contains(rec.Body.String(), "8.8.15") {
			t.Errorf("what was typed is lost: %d", rec.Code)
		}
		form.Set("quantity", "2")
		w.clock.Advance(time.Minute)
		if rec := w.browse(t, "technician", "POST", page+"/edit", form); rec.Code != 303 {
			t.Errorf("edit: %d %s", rec.Code, rec.Body)
		}
		if rec := w.browse(t, "technician", "POST", page+"/edit", form); rec.Code != 409 && rec.Code != 422 {
			t.Errorf("an old form was taken: %d", rec.Code)
		}
		if body := w.browse(t, "technician", "GET", page, nil).Body.String(); !strings.Contains(body, "Storia") || !strings.Contains(body, "8.8.15") {
			t.Error("the item's page lacks its history")
		}
		if rec := w.browse(t, "technician", "POST", "/o/one/stack/bulk", url.Values{"id": {itoa(id)}, "do": {"remove"}}); rec.Code != 200 || len(items(t, w, 1)) != 1 {
			t.Errorf("removed without asking: %d", rec.Code)
		}
		if rec := w.browse(t, "technician", "POST", "/o/one/stack/bulk", url.Values{"id": {itoa(id)}, "do": {"remove"}, "sure": {"yes"}}); rec.Code != 303 || len(items(t, w, 1)) != 0 {
			t.Errorf("not removed: %d", rec.Code)
		}
		if rec := w.browse(t, "leader", "POST", "/o/one/stack", url.Values{"label": {"x"}}); rec.Code != 403 {
			t.Errorf("a reader wrote: %d", rec.Code)
		}
	})
}

func TestImportOnThePages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rec := w.browse(t, "technician", "POST", "/o/one/stack/import", url.Values{"kind": {"paste"}, "text": {"FortiOS 7.2.5\ncpe:2.3:broken\n"}})
		refused := rec.Header().Get("Location")
		body := w.browse(t, "technician", "GET", refused, nil).Body.String()
		if rec.Code != 303 || !strings.Contains(body, "Riga 2") {
			t.Fatalf("%d %s", rec.Code, body)
		}
		again := strings.ReplaceAll(between(body, `href="/o/one/stack/import?kind=paste`, `"`), "&amp;", "&")
		if body := w.browse(t, "technician", "GET", "/o/one/stack/import?kind=paste"+again, nil).Body.String(); !strings.Contains(body, "cpe:2.3:broken") {
			t.Error("what was pasted is lost")
		}
		var upload bytes.Buffer
		m := multipart.NewWriter(&upload)
		if err := m.WriteField("kind", "cyclonedx"); err != nil {
			t.Fatal(err)
		}
		part, err := m.CreateFormFile("file", "bom.json")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(sbom("1", library("aaa-nobody", "1.0")))); err != nil {
			t.Fatal(err)
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("POST", "/o/one/stack/import", &upload)
		r.Header.Set("Content-Type", m.FormDataContentType())
		rec = w.send(r, "technician")
		ready := rec.Header().Get("Location")
		if body := w.browse(t, "technician", "GET", ready, nil).Body.String(); rec.Code != 303 || !strings.Contains(body, "aaa-nobody") {
			t.Fatalf("%d %s", rec.Code, body)
		}
		if rec := w.browse(t, "neighbour", "POST", ready+"/apply", url.Values{}); rec.Code != 404 {
			t.Errorf("a neighbour: %d", rec.Code)
		}
		if rec := w.browse(t, "technician", "POST", ready+"/apply", url.Values{}); rec.Code != 303 || len(items(t, w, 1)) != 1 {
			t.Errorf("%d %s", rec.Code, rec.Body)
		}
		if rec := w.browse(t, "technician", "GET", ready, nil); rec.Code != 200 {
			t.Errorf("the import's page afterwards: %d", rec.Code)
		}
		if rec := w.browse(t, "technician", "POST", "/o/one/stack/import", url.Values{"kind": {"csv"}}); rec.Code != 422 {
			t.Errorf("no file: %d", rec.Code)
		}
	})
}

func TestOperatorsClarifyNamesWithoutSeeingWhose(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		add(t, w, 1, inventory.Entry{Label: "Il nostro gestionale", Asset: "segreto-srv", Owner: "ufficio-segreto"})
		add(t, w, 2, inventory.Entry{Label: "il nostro gestionale"})
		body := w.browse(t, "analyst", "GET", "/ops/names", nil).Body.String()
		if !strings.Contains(body, "nostro gestionale") || strings.Contains(body, "segreto") || strings.Contains(body, "Comune Uno") {
			t.Errorf("the work list: %s", body)
		}
		link := strings.ReplaceAll(between(body, `href="/ops/names?name=`, `"`), "&amp;", "&")
		if rec := w.browse(t, "analyst", "GET", "/ops/names?name="+link, nil); rec.Code != 200 {
			t.Errorf("%d", rec.Code)
		}
		key, err := url.QueryUnescape(link)
		if err != nil {
			t.Fatal(err)
		}
		if rec := w.browse(t, "analyst", "POST", "/ops/names?name="+link, url.Values{"name": {key}}); rec.Code != 422 {
			t.Errorf("nothing was chosen: %d", rec.Code)
		}
		if rec := w.browse(t, "analyst", "POST", "/ops/names", url.Values{"name": {key}, "product": {"a:zimbra:collaboration"}}); rec.Code != 303 {
			t.Fatalf("%d %s", rec.Code, rec.Body)
		}
		w.drain(t)
		for org := int64(1); org <= 2; org++ {
			if i := items(t, w, org)[0]; i.State != inventory.Resolved {
				t.Errorf("organisation %d: %+v", org, i)
			}
		}
		if rec := w.browse(t, "analyst", "POST", "/ops/names/affected", url.Values{"vendor": {"ACME"}, "name": {"Mail"}, "product": {"a:zimbra:collaboration"}}); rec.Code != 303 {
			t.Errorf("affected: %d %s", rec.Code, rec.Body)
		}
	})
}

func TestSuggestAnswersScriptsToo(t *testing.T) {
	d := dbtest.SQLite(t, migrations())
	w := newWorld(t, d)
	body := w.browse(t, "technician", "GET", "/o/one/stack/suggest?q=fortios+7.2.5", nil).Body.String()
	if !strings.Contains(body, `data-value="o:fortinet:fortios"`) || !strings.Contains(body, `data-text="Fortinet FortiOS 7.2.5"`) {
		t.Errorf("fragment %s", body)
	}
	var answer struct {
		Products []struct{ Ref string }
	}
	rec := w.browse(t, "technician", "GET", "/o/one/stack/suggest?q=mozila&format=json", nil)
	if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil || len(answer.Products) == 0 || !strings.HasPrefix(answer.Products[0].Ref, "a:mozilla:") {
		t.Errorf("%s %v", rec.Body, err)
	}
}

// TestTheListAsksLittle counts the statements of the list's page: they must not grow with the rows.
func TestTheListAsksLittle(t *testing.T) {
	d := dbtest.SQLite(t, migrations())
	w := newWorld(t, d)
	count := func() int {
		n := 0
		d.OnQuery(func(string) { n++ })
		defer d.OnQuery(nil)
		if rec := w.browse(t, "technician", "GET", "/o/one/stack?state=unknown&sort=-criticality", nil); rec.Code != 200 {
			t.Fatalf("%d", rec.Code)
		}
		return n
	}
	add(t, w, 1, inventory.Entry{Label: "uno sconosciuto"})
	few := count()
	for n := range 120 {
		add(t, w, 1, inventory.Entry{Label: "sconosciuto", Asset: itoa(int64(n))})
	}
	if many := count(); many != few || many > 3 {
		t.Errorf("%d statements for one row, %d for fifty", few, many)
	}
}

func TestTheFileHasTheWholeList(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t, migrations()))
	add(t, w, 1, inventory.Entry{Label: "=HYPERLINK(1)"})
	add(t, w, 1, inventory.Entry{Label: "Firefox"})
	body := w.browse(t, "technician", "GET", "/o/one/stack?format=csv", nil).Body.String()
	if strings.Count(body, "\n") != 3 || !strings.Contains(body, "'=HYPERLINK") {
		t.Errorf("%q", body)
	}
}

func between(s, from, to string) string {
	_, rest, _ := strings.Cut(s, from)
	out, _, _ := strings.Cut(rest, to)
	return out
}

// desk signs in whoever the header names, and knows two organisations.
type desk struct{}

var cast = map[string]access.Principal{
	"technician": {Person: 101, Memberships: map[int64][]access.Role{1: {access.OrgTechnician}}},
	"leader":     {Person: 201, Memberships: map[int64][]access.Role{1: {access.OrgLeader}}},
	"neighbour":  {Person: 102, Memberships: map[int64][]access.Role{2: {access.OrgAdmin}}},
	"analyst":    {Person: 9, Staff: []access.Role{access.Analyst}},
}

func (desk) Authenticate(r *http.Request) (*gate.Session, error) {
	p, ok := cast[r.Header.Get("X-Test-Person")]
	if !ok {
		return nil, nil
	}
	return &gate.Session{Recent: true, Principal: p, Person: gate.Person{ID: p.Person, Name: "Anna Bianchi"}}, nil
}

func (desk) OrganisationByCode(_ context.Context, _ access.Scope, code string) (gate.Organisation, error) {
	for _, o := range organisations {
		if o.Code == code {
			return o, nil
		}
	}
	return gate.Organisation{}, notFound
}

func (desk) OrganisationsByID(context.Context, access.Scope, []int64) ([]gate.Organisation, error) {
	return nil, nil
}

var organisations = []gate.Organisation{{ID: 1, Code: "one", Name: "Comune Uno", Accredited: true}, {ID: 2, Code: "two", Name: "Comune Due", Accredited: true}}
