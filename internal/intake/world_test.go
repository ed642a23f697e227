// SPDX-License-Identifier: EUPL-1.2

package intake_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/intake"
	"martinella/internal/platform/audit"
	"martinella/internal/platform/blob"
	"martinella/internal/platform/bounce"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/fetch"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/mailcrypt"
	"martinella/internal/platform/mailer"
	"martinella/internal/platform/secret"
	"martinella/internal/platform/tlp"
)

// publisher is a source: it answers as it is told.
type publisher struct {
	mu     sync.Mutex
	answer http.HandlerFunc
	asked  []*http.Request
}

func (p *publisher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked = append(p.asked, r.Clone(context.Background()))
	answer := p.answer
	p.mu.Unlock()
	answer(w, r)
}

func (p *publisher) says(f http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = f
}

// last is the last request it got.
func (p *publisher) last() *http.Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[len(p.asked)-1]
}

type world struct {
	*testing.T
	*intake.Module
	*publisher
	db     *db.DB
	clock  *clock.Fake
	queue  *jobs.Queue
	server *httptest.Server
	mails  []intake.Mail
	got    []intake.Alert // committed
	fails  func(a intake.Alert) error
	after  func() error // inside the alert's transaction, after all else
	ring   *mailcrypt.Ring
	backs  []mailer.Bounce // noted, committed
	became mailer.Noted    // what the mailer says of the next ones
	tls    *tls.Config     // of mail servers
}

func each(t *testing.T, f func(w *world)) {
	dbtest.Each(t, []db.Migration{{Module: "jobs", FS: jobs.Migrations}, {Module: "audit", FS: audit.Migrations}, {Module: "blob", FS: blob.Migrations}, intake.Migrations()},
		func(t *testing.T, d *db.DB) { f(newWorld(t, d)) })
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{T: t, db: d, publisher: &publisher{}, clock: clock.NewFake(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC))}
	w.queue = jobs.New(d, w.clock, slog.New(slog.DiscardHandler), jobs.Config{})
	w.server = httptest.NewServer(w.publisher)
	t.Cleanup(w.server.Close)
	box, err := secret.New(make([]byte, 32))
	w.must(err)
	bundle, err := i18n.Load(intake.Locale, fetch.Locale)
	w.must(err)
	pool := w.certify()
	line, err := fetch.New(fetch.Options{Roots: pool, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, MaxBytes: 64 << 20, Timeout: 3 * time.Second, Stall: 300 * time.Millisecond})
	w.must(err)
	folder, err := blob.NewFolder(t.TempDir())
	w.must(err)
	t.Cleanup(func() { w.must(folder.Close()) })
	key, err := blob.NewKey()
	w.must(err)
	files := blob.New(d, w.clock, w.queue, folder, key)
	w.must(files.Register())
	w.ring, w.became = new(mailcrypt.Ring), mailer.NotedNow
	w.Module = intake.New(intake.Deps{
		Return: w, Files: files, Keys: w.ring, Own: bounce.Own{Domain: "csirt.example"},
		DB: d, Clock: w.clock, Queue: w.queue, Audit: audit.New(d, w.clock.Now), Log: slog.New(slog.DiscardHandler), Bundle: bundle.WithNow(w.clock.Now),
		Alerts: w, Mail: w, Seal: box, Line: line, Zone: time.UTC, Name: "CSIRT Prova", BaseURL: "https://csirt.example", Plain: true, Jitter: func() float64 { return 0 },
	})
	w.must(w.Register(gate.New(gate.Config{Bundle: bundle}), w.queue))
	return w
}

// Receive is the room of alerts: what begins with POISON cannot be read, what has KNOWN is known.
func (w *world) Receive(ctx context.Context, _ access.Scope, a intake.Alert, then func(context.Context, *db.Tx, intake.Receipt) error) error {
	if w.fails != nil {
		if err := w.fails(a); err != nil {
			return err
		}
	}
	if bytes.Contains(a.Data, []byte("POISON")) {
		return fault.New(fault.Invalid, "intake.feed.form")
	}
	return w.db.Tx(ctx, func(tx *db.Tx) error {
		if err := then(ctx, tx, intake.Receipt{Advisory: int64(len(w.got) + 1), Known: bytes.Contains(a.Data, []byte("KNOWN"))}); err != nil {
			return err
		}
		if w.after != nil {
			if err := w.after(); err != nil {
				return err
			}
		}
		tx.AfterCommit(func() { w.got = append(w.got, a) })
		return nil
	})
}

func (w *world) Queue(_ context.Context, tx *db.Tx, m intake.Mail) error {
	tx.AfterCommit(func() { w.mails = append(w.mails, m) })
	return nil
}

// Preview is the room of alerts.
func (w *world) Preview(mail []byte) (string, error) { return string(mail), nil }

// Bounced is the mailer.
func (w *world) Bounced(_ context.Context, tx *db.Tx, b mailer.Bounce) (mailer.Noted, error) {
	tx.AfterCommit(func() { w.backs = append(w.backs, b) })
	return w.became, nil
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// field wants one field of a form to be wrong.
func (w *world) field(name, what string, err error) {
	w.Helper()
	if f := fault.Of(err); f.Code != "intake.invalid" || len(f.Fields) != 1 || f.Fields[0].Name != name {
		w.Errorf("%s: %v", what, err)
	}
}

func csirt(r access.Role) access.Scope {
	return access.Principal{Person: 8, Staff: []access.Role{r}}.Territory()
}

func (w *world) form() intake.Form {
	return intake.Form{Name: "Prova", Kind: intake.RSS, Address: w.server.URL + "/feed", Owner: "turno@csirt.example", Language: "en", Every: 15 * time.Minute,
		Active: true, TLP: tlp.Green, Settings: intake.Settings{Back: 7}}
}

func (w *world) add(f intake.Form) intake.Source {
	w.Helper()
	x, err := w.Create(w.Context(), csirt(access.Manager), f)
	w.must(err)
	return x
}

func (w *world) read(x intake.Source) intake.Source {
	w.Helper()
	now, err := w.Source(w.Context(), csirt(access.Auditor), x.ID)
	w.must(err)
	return now
}

func (w *world) items(x intake.Source) []intake.Item {
	w.Helper()
	all, _, err := w.Items(w.Context(), csirt(access.Auditor), x.ID, "", 0)
	w.must(err)
	return all
}

// run looks at a source now.
func (w *world) run(x intake.Source) intake.Source {
	w.Helper()
	w.must(w.RunNow(w.Context(), csirt(access.Analyst), x.ID))
	_, err := w.queue.Drain(w.Context())
	w.must(err)
	return w.read(x)
}

// tick lets a while pass, as the program's clock does it.
func (w *world) tick(after time.Duration) {
	w.Helper()
	w.clock.Advance(after)
	w.must(w.db.Tx(w.Context(), func(tx *db.Tx) error {
		return w.queue.Enqueue(w.Context(), tx, jobs.Job{Kind: "intake.tick"})
	}))
	_, err := w.queue.Drain(w.Context())
	w.must(err)
}

// feedOf is an invented feed of items, each "guid|title|text".
func feedOf(items ...[3]string) string {
	out := `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Esempio inventato</title><lastBuildDate>Wed, 25 Nov 2026 08:00:00 GMT</lastBuildDate>`
	for _, i := range items {
		out += fmt.Sprintf(`<item><guid>%s</guid><title>%s</title><link>https://example.org/%s</link><description>%s</description><pubDate>Tue, 24 Nov 2026 08:00:00 GMT</pubDate></item>`, i[0], i[1], i[0], i[2])
	}
	return out + `</channel></rss>`
}

func (w *world) publishes(feed string) {
	w.says(func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprint(rw, feed) })
}

// newPublisher starts another server and gives its address.
func newPublisher(t *testing.T, answer http.HandlerFunc) string {
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return s.URL
}
