// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/ratelimit"
	"martinella/internal/platform/secret"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

// people signs in whoever the header names.
type people map[string]*gate.Session

func (p people) Authenticate(r *http.Request) (*gate.Session, error) {
	return p[r.Header.Get("X-Test-Person")], nil
}

type directory map[string]gate.Organisation

func (d directory) OrganisationByCode(_ context.Context, _ access.Scope, code string) (gate.Organisation, error) {
	if o, ok := d[code]; ok {
		return o, nil
	}
	return gate.Organisation{}, fault.New(fault.NotFound, "access.organisation")
}

func (d directory) OrganisationsByID(context.Context, access.Scope, []int64) ([]gate.Organisation, error) {
	return nil, nil
}

// world is the API with a room of notes behind it.
type world struct {
	t       testing.TB
	db      *db.DB
	clock   *clock.Fake
	gate    *gate.Gate
	api     *api.API
	handler http.Handler
	notes   *notes
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	bundle, err := i18n.Load(ui.Locale, gate.Locale, api.Locale)
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.New([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	cast := people{
		"editor": {Principal: access.Principal{Person: 1, Memberships: map[int64][]access.Role{1: {access.OrgAdmin}}}, Person: gate.Person{ID: 1}},
		"reader": {Principal: access.Principal{Person: 2, Memberships: map[int64][]access.Role{1: {access.OrgLeader}}}, Person: gate.Person{ID: 2, Language: "nb"}},
		"other":  {Principal: access.Principal{Person: 3, Memberships: map[int64][]access.Role{2: {access.OrgAdmin}}}, Person: gate.Person{ID: 3}},
	}
	bodies := directory{"c_d612": {ID: 1, Code: "c_d612", Accredited: true}, "c_g999": {ID: 2, Code: "c_g999", Accredited: true}}
	w := &world{t: t, db: d, clock: clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))}
	w.gate = gate.New(gate.Config{Auth: cast, Directory: bodies, Bundle: bundle, Log: slog.New(slog.DiscardHandler), Zone: time.UTC, BaseURL: "https://csirt.example"})
	w.api = api.New(w.gate, api.Deps{DB: d, Clock: w.clock, Signer: box, BaseURL: "https://csirt.example",
		Meter: ratelimit.New(w.clock, ratelimit.Limit{Burst: 100, Every: time.Second})})
	w.notes = &notes{db: d}
	w.notes.declare(w.api)
	w.api.Complete()
	w.handler = web.Secure(w.gate, web.Config{Log: slog.New(slog.DiscardHandler), CrossOrigin: http.HandlerFunc(w.gate.CrossOrigin)})
	return w
}

// onBoth runs a test on both engines.
func onBoth(t *testing.T, f func(w *world)) {
	schema := db.Migration{Module: "notes", FS: notesSchema}
	dbtest.Each(t, []db.Migration{api.Migrations(), schema}, func(t *testing.T, d *db.DB) { f(newWorld(t, d)) })
}

// ask sends a request; header is name, value, name, value…
func (w *world) ask(who, method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "https://csirt.example"+path, strings.NewReader(body))
	r.Header.Set("X-Test-Person", who)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return rec
}

// want asks and checks status and, of an error, the code.
func (w *world) want(status int, code, who, method, path, body string, header ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	rec := w.ask(who, method, path, body, header...)
	if rec.Code != status {
		w.t.Errorf("%s %s as %q: %d, want %d: %s", method, path, who, rec.Code, status, rec.Body)
	}
	if code == "" {
		return rec
	}
	var p web.ProblemDocument
	if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil || p.Code != code || p.Status != status || p.Title == "" || p.Detail == "" {
		w.t.Errorf("%s %s: problem %+v (%v), want %s", method, path, p, err, code)
	}
	if got := rec.Header().Get("Content-Type"); got != "application/problem+json" {
		w.t.Errorf("%s %s: a problem came as %q", method, path, got)
	}
	return rec
}

func decode[T any](t *testing.T, rec *httptest.ResponseRecorder) (v T) {
	t.Helper()
	d := json.NewDecoder(rec.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil && err != io.EOF {
		t.Fatalf("%v: %s", err, rec.Body)
	}
	return v
}

// number writes an id.
func number(n int64) string { return strconv.FormatInt(n, 10) }
