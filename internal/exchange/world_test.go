// SPDX-License-Identifier: EUPL-1.2

package exchange_test

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/exchange"
	"martinella/internal/platform/audit"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/tlp"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

// The organisations of the tests; the third is not accredited.
const castelvento, roccasalina, nuova = int64(1), int64(2), int64(3)

// world is the room with what it stands on; it plays the neighbours itself.
type world struct {
	*testing.T
	*exchange.Module
	db     *db.DB
	clock  *clock.Fake
	server http.Handler
	alerts []sent
	reads  int // of whole alerts
}

// sent is an alert and whom it went to.
type sent struct {
	exchange.Alert
	to []int64
}

func each(t *testing.T, f func(w *world)) {
	dbtest.Each(t, []db.Migration{{Module: "audit", FS: audit.Migrations}, exchange.Migrations()}, func(t *testing.T, d *db.DB) { f(newWorld(t, d)) })
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{db: d, clock: clock.NewFake(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC))}
	w.T, _ = t.(*testing.T)
	bundle, err := i18n.Load(exchange.Locale, ui.Locale, gate.Locale)
	if err != nil {
		t.Fatal(err)
	}
	w.Module, err = exchange.New(exchange.Deps{
		DB: d, Clock: w.clock, Audit: audit.New(d, w.clock.Now), Organisations: w, Alerts: w, Owned: w, Log: slog.New(slog.DiscardHandler),
		HTML: func(s string) string { return "<p>" + s + "</p>" }, Name: "CSIRT Prova", BaseURL: "https://csirt.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	g := gate.New(gate.Config{Auth: strangers{}, Directory: noDirectory{}, Bundle: bundle, Log: slog.New(slog.DiscardHandler), Zone: time.UTC, BaseURL: "https://csirt.example"})
	if err := w.Register(g); err != nil {
		t.Fatal(err)
	}
	w.server = web.Secure(g, web.Config{Log: slog.New(slog.DiscardHandler)})
	return w
}

type strangers struct{}

func (strangers) Authenticate(*http.Request) (*gate.Session, error) { return nil, nil }

type noDirectory struct{}

func (noDirectory) OrganisationByCode(context.Context, access.Scope, string) (gate.Organisation, error) {
	return gate.Organisation{}, nil
}

func (noDirectory) OrganisationsByID(context.Context, access.Scope, []int64) ([]gate.Organisation, error) {
	return nil, nil
}

// Organisations implements exchange.Organisations.
func (w *world) Organisations(_ context.Context, _ access.Scope, ids []int64) (out []exchange.Organisation, err error) {
	codes := map[int64]string{castelvento: "c_x101", roccasalina: "c_x102", nuova: "c_x103"}
	for _, id := range ids {
		if codes[id] != "" {
			out = append(out, exchange.Organisation{ID: id, Code: codes[id], Name: "Comune di Prova", Accredited: id != nuova, Zone: time.UTC})
		}
	}
	return out, nil
}

// Owned implements exchange.Owned.
func (w *world) Owned(context.Context, access.Scope) ([]string, error) {
	return []string{".castelvento.example", "203.0.113.0/24"}, nil
}

func (w *world) asked(s access.Scope, q exchange.Question) (out []exchange.Alert) {
	org, _ := s.Organisation()
	for _, a := range w.alerts {
		own := q.Own != "" && a.TLP.Within(q.Own) && slices.Contains(a.to, org)
		shared := q.Shared != "" && a.TLP.Within(q.Shared)
		if a.TLP != tlp.Red && (own || shared) && (q.Withdrawn || !a.Withdrawn) {
			out = append(out, a.Alert)
		}
	}
	slices.SortFunc(out, func(a, b exchange.Alert) int { return cmp.Or(a.Changed.Compare(b.Changed), cmp.Compare(a.ID, b.ID)) })
	return out
}

// Stamp implements exchange.Alerts.
func (w *world) Stamp(_ context.Context, s access.Scope, q exchange.Question) (out exchange.Stamp, err error) {
	for _, a := range w.asked(s, q) {
		out.Count, out.Versions, out.Last = out.Count+1, out.Versions+a.Version, a.Changed
	}
	return out, nil
}

// Since implements exchange.Alerts.
func (w *world) Since(_ context.Context, s access.Scope, q exchange.Question, after exchange.Place, limit int) (out []exchange.Alert, err error) {
	for _, a := range w.asked(s, q) {
		if (a.Changed.After(after.At) || a.Changed.Equal(after.At) && a.ID > after.ID) && len(out) < limit {
			out = append(out, a)
		}
	}
	w.reads += len(out)
	return out, nil
}

// Newest implements exchange.Alerts.
func (w *world) Newest(_ context.Context, s access.Scope, q exchange.Question, limit int) ([]exchange.Alert, error) {
	all := w.asked(s, q)
	slices.Reverse(all)
	return all[:min(limit, len(all))], nil
}

// One implements exchange.Alerts.
func (w *world) One(_ context.Context, s access.Scope, q exchange.Question, id int64) (exchange.Alert, error) {
	for _, a := range w.asked(s, q) {
		if a.ID == id {
			return a, nil
		}
	}
	return exchange.Alert{}, fault.New(fault.NotFound, "exchange.none")
}

// send sends an alert a minute after the one before.
func (w *world) send(label tlp.Label, change func(a *exchange.Alert), to ...int64) exchange.Alert {
	w.clock.Advance(time.Minute)
	a := exchange.Alert{ID: int64(len(w.alerts) + 1), Version: 2, Kind: "alert", Severity: "high", TLP: label, Sent: w.clock.Now(), Changed: w.clock.Now(),
		Texts: map[string]exchange.Text{"it": {Title: "Allerta " + string(label), Body: "Aggiornate subito."}}}
	if change != nil {
		change(&a)
	}
	w.alerts = append(w.alerts, sent{a, to})
	w.clock.Advance(time.Minute)
	return a
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) wants(code string, err error) {
	w.Helper()
	if err == nil || fault.Of(err).Code != code {
		w.Errorf("want %s, got %v", code, err)
	}
}

// as gives the scope of a role in an organisation.
func as(r access.Role, org int64) access.Scope {
	s, _ := access.Principal{Person: 7, Memberships: map[int64][]access.Role{org: {r}}}.In(org)
	return s
}

func csirt(r access.Role) access.Scope {
	return access.Principal{Person: 8, Staff: []access.Role{r}}.Territory()
}

// keyOf makes a key of an organisation and gives its secret.
func (w *world) keyOf(org int64, d exchange.Door, allow string) (exchange.Key, string) {
	w.Helper()
	k, secret, err := w.Create(w.Context(), as(access.OrgAdmin, org), exchange.Form{Name: "Programma", Door: d, Allow: allow})
	w.must(err)
	return k, secret
}

// neighbour makes a key of a neighbour.
func (w *world) neighbour(d exchange.Door, upto tlp.Label) string {
	w.Helper()
	_, secret, err := w.Create(w.Context(), csirt(access.Manager), exchange.Form{Name: "CSIRT vicino", Door: d, Upto: upto})
	w.must(err)
	return secret
}

// get asks for an address; header is name, value, name, value…
func (w *world) get(path string, header ...string) *httptest.ResponseRecorder {
	return w.ask("GET", path, header...)
}

func (w *world) ask(method, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.RemoteAddr = "198.51.100.7:4000"
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	out := httptest.NewRecorder()
	w.server.ServeHTTP(out, r)
	return out
}
