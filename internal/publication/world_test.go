// SPDX-License-Identifier: EUPL-1.2

package publication_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/audit"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/events"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/mailcrypt"
	"martinella/internal/publication"
	"martinella/internal/publication/csaf"
	"martinella/web/ui"
)

var visitor = access.Visitor()

const happened = "test.published"

// world is the room with what it stands on; it plays the room of alerts itself.
type world struct {
	*testing.T
	*publication.Module
	deps   publication.Deps
	db     *db.DB
	clock  *clock.Fake
	queue  *jobs.Queue
	bus    *events.Bus
	server *httptest.Server
	alerts map[int64]publication.Alert
}

func each(t *testing.T, f func(w *world)) {
	dbtest.Each(t, []db.Migration{
		{Module: "jobs", FS: jobs.Migrations}, {Module: "events", FS: events.Migrations}, {Module: "audit", FS: audit.Migrations}, publication.Migrations(),
	}, func(t *testing.T, d *db.DB) { f(newWorld(t, d)) })
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{T: t, db: d, clock: clock.NewFake(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)), alerts: map[int64]publication.Alert{}}
	bundle, err := i18n.Load(publication.Locale, ui.Locale, gate.Locale)
	w.must(err)
	w.queue = jobs.New(d, w.clock, slog.New(slog.DiscardHandler), jobs.Config{})
	w.bus = events.NewBus(w.queue, w.clock)
	w.deps = publication.Deps{
		DB: d, Clock: w.clock, Queue: w.queue, Audit: audit.New(d, w.clock.Now), Log: slog.New(slog.DiscardHandler), Bundle: bundle.WithNow(w.clock.Now), Alerts: w, PGP: w.key(365 * 24 * time.Hour), Zone: time.UTC,
		Name: "CSIRT Prova", Owner: "Ente di prova", Email: "csirt@csirt.example", Phone: "+39 055 0000000", BaseURL: "https://csirt.example", Language: "it", Prefix: "CSIRT-PROVA", Markdown: func(s string) string { return "<p>" + s + "</p>" },
	}
	w.open(w.deps)
	return w
}

// open makes the room anew, as another start of the program does, and its doors.
func (w *world) open(d publication.Deps) {
	w.Helper()
	w.Module = publication.New(d)
	g := gate.New(gate.Config{Auth: nobody{}, Directory: nobody{}, Bundle: d.Bundle, Log: d.Log, Zone: time.UTC, BaseURL: d.BaseURL})
	w.must(w.Register(g, w.queue, w.bus, happened))
	w.server = httptest.NewServer(g)
	w.Cleanup(w.server.Close)
}

func (w *world) key(life time.Duration) *mailcrypt.PGP {
	w.Helper()
	p, _, err := mailcrypt.MakePGP("CSIRT Prova", "csirt@csirt.example", life, nil, w.clock.Now().Add(-time.Hour))
	w.must(err)
	return p
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// Public implements publication.Alerts.
func (w *world) Public(_ context.Context, _ access.Scope, id int64) (publication.Alert, error) {
	a, ok := w.alerts[id]
	if !ok {
		return a, fault.New(fault.NotFound, "publication.unknown")
	}
	return a, nil
}

// OpenPublic implements publication.Alerts.
func (w *world) OpenPublic(context.Context, access.Scope, int64, int64) (publication.File, io.ReadCloser, error) {
	return publication.File{}, nil, fault.New(fault.NotFound, "advisory.attachment")
}

// PublicVersions implements publication.Alerts.
func (w *world) PublicVersions(_ context.Context, _ access.Scope, after int64, limit int) (out []publication.Version, err error) {
	for id := after + 1; id < 1000 && len(out) < limit; id++ {
		if a, ok := w.alerts[id]; ok {
			out = append(out, publication.Version{ID: id, Version: a.Version})
		}
	}
	return out, nil
}

// alert is a made-up one.
func (w *world) alert(id int64) publication.Alert {
	return publication.Alert{ID: id, Version: 2, Kind: "alert", Severity: "critical", Content: publication.Content{
		Texts: map[string]publication.Text{"it": {Title: "FortiOS da aggiornare", Body: "## Che cosa fare\n\nAggiornare **subito**."}, "en": {Title: "Update FortiOS", Body: "Update **now**."}},
		CVEs:  []string{"CVE-2026-10001"}, Links: []string{"https://vendor.example/a"}, Products: []csaf.Product{{Text: "FortiOS < 7.2.8", Vendor: "Fortinet", Product: "FortiOS", Versions: "< 7.2.8"}},
		Revisions: []csaf.Revision{{At: w.clock.Now()}},
	}}
}

// happens tells of an alert as the room of alerts does, and lets the work be done.
func (w *world) happens(a publication.Alert) {
	w.Helper()
	w.alerts[a.ID] = a
	w.must(w.db.Tx(w.Context(), func(tx *db.Tx) error {
		return w.bus.Publish(w.Context(), tx, events.Event{Kind: happened, Payload: map[string]int64{"advisory": a.ID}})
	}))
	_, err := w.queue.Drain(w.Context())
	w.must(err)
}

// get fetches a path; it gives the body and the answer.
func (w *world) get(path string, header ...string) (string, *http.Response) {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), http.MethodGet, w.server.URL+path, nil)
	w.must(err)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := w.server.Client().Do(r)
	w.must(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	w.must(err)
	return string(body), res
}

// fetch wants an answer of 200.
func (w *world) fetch(path string) string {
	w.Helper()
	body, res := w.get(path)
	if res.StatusCode != http.StatusOK {
		w.Fatalf("%s: %s", path, res.Status)
	}
	return body
}

// nobody has signed in, and there are no organisations.
type nobody struct{}

func (nobody) Authenticate(*http.Request) (*gate.Session, error) { return nil, nil }

func (nobody) OrganisationByCode(context.Context, access.Scope, string) (gate.Organisation, error) {
	return gate.Organisation{}, nil
}

func (nobody) OrganisationsByID(context.Context, access.Scope, []int64) ([]gate.Organisation, error) {
	return nil, nil
}
