// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"context"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/identity"
	"martinella/internal/identity/password"
	"martinella/internal/platform/audit"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/events"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/secret"
	"martinella/web/ui"
)

const (
	good  = "tre campane e un monte"
	other = "quattro galli sul campanile"
)

// house is a whole module on a database, with a clock that stands still and
// mails that stay here.
type house struct {
	*identity.Module
	t     testing.TB
	ctx   context.Context
	db    *db.DB
	clock *clock.Fake
	queue *jobs.Queue
	audit *audit.Log
	sent  *[]identity.Mail
}

type mails struct{ sent *[]identity.Mail }

func (m mails) Queue(_ context.Context, _ *db.Tx, mail identity.Mail) error {
	*m.sent = append(*m.sent, mail)
	return nil
}

// territory knows two organisations.
type territory struct{}

func (territory) all() []identity.Organisation {
	return []identity.Organisation{{ID: 7, Code: "c_d612", Name: "Comune di Firenze"}, {ID: 8, Code: "c_g999", Name: "Comune di Prato"}}
}

func (x territory) Organisations(_ context.Context, _ db.Querier, _ access.Scope, ids []int64) (out []identity.Organisation, err error) {
	for _, o := range x.all() {
		for _, id := range ids {
			if o.ID == id {
				out = append(out, o)
			}
		}
	}
	return out, nil
}

func schema() []db.Migration {
	return []db.Migration{
		{Module: "jobs", FS: jobs.Migrations}, {Module: "events", FS: events.Migrations},
		{Module: "audit", FS: audit.Migrations}, identity.Migrations(),
	}
}

func bundle(t testing.TB) *i18n.Bundle {
	t.Helper()
	b, err := i18n.Load(ui.Locale, gate.Locale, identity.Locale)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// each runs f in a house on each engine.
func each(t *testing.T, f func(t *testing.T, h *house)) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) { f(t, newHouse(t, d, identity.Config{})) })
}

func newHouse(t testing.TB, d *db.DB, cfg identity.Config) *house {
	t.Helper()
	c := clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	log := slog.New(slog.DiscardHandler)
	box, err := secret.Load(secret.Source{Text: secret.NewKey()})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Hash == (password.Params{}) {
		cfg.Hash = password.Params{Memory: 64, Time: 1, Threads: 1}
	}
	cfg.BaseURL = "https://csirt.example.it"
	h := &house{t: t, ctx: context.Background(), db: d, clock: c, sent: &[]identity.Mail{}}
	h.queue, h.audit = jobs.New(d, c, log, jobs.Config{}), audit.New(d, c.Now)
	h.Module, err = identity.New(identity.Deps{
		DB: d, Clock: c, Audit: h.audit, Queue: h.queue, Secrets: box, Mails: mails{h.sent}, Organisations: territory{},
		Bundle: bundle(t).WithNow(c.Now), Zone: time.UTC, Log: log, Config: cfg,
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// gate puts the module behind a gate, which also registers its jobs.
func (h *house) gate(base string) *gate.Gate {
	h.t.Helper()
	g := gate.New(gate.Config{
		Auth: h.Authenticator(strings.HasPrefix(base, "https://")), Directory: directory{}, Bundle: h.Bundle,
		Log: slog.New(slog.DiscardHandler), Zone: time.UTC, BaseURL: base,
	})
	if err := h.Register(g, h.queue); err != nil {
		h.t.Fatal(err)
	}
	return g
}

type directory struct{}

func (directory) OrganisationByCode(_ context.Context, _ access.Scope, code string) (gate.Organisation, error) {
	for _, o := range (territory{}).all() {
		if o.Code == code {
			return gate.Organisation{ID: o.ID, Code: o.Code, Name: o.Name, Accredited: true}, nil
		}
	}
	return gate.Organisation{}, fault.New(fault.NotFound, "access.organisation")
}

func (directory) OrganisationsByID(context.Context, access.Scope, []int64) ([]gate.Organisation, error) {
	return nil, nil
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// drain does the background work that is due.
func (h *house) drain() {
	h.t.Helper()
	_, err := h.queue.Drain(h.ctx)
	h.must(err)
}

var aLink = regexp.MustCompile(`https://csirt\.example\.it/\S+/([A-Z2-7]{26})`)

// tokenIn gives the token of the newest mail's link.
func (h *house) tokenIn(kind string) string {
	h.t.Helper()
	m := h.last(kind)
	found := aLink.FindStringSubmatch(m.Text)
	if found == nil || !strings.Contains(m.HTML, found[0]) || !m.Secret {
		h.t.Fatalf("no link in both parts of %s, or not secret: %s", kind, m.Text)
	}
	return found[1]
}

func (h *house) last(kind string) identity.Mail {
	h.t.Helper()
	if n := len(*h.sent); n > 0 && (*h.sent)[n-1].Kind == "identity."+kind {
		return (*h.sent)[n-1]
	}
	h.t.Fatalf("the newest mail is not %s: %+v", kind, kinds(*h.sent))
	return identity.Mail{}
}

func kinds(list []identity.Mail) (out []string) {
	for _, m := range list {
		out = append(out, m.Kind+" to "+m.To)
	}
	return out
}

func (h *house) invite(org int64, email, name string, role access.Role) int64 {
	h.t.Helper()
	var id int64
	h.must(h.db.Tx(h.ctx, func(tx *db.Tx) (err error) {
		id, err = h.Invite(h.ctx, tx, access.System("test"), identity.Invitation{Email: email, Name: name, Organisation: org, Role: role})
		return err
	}))
	return id
}

// member gives somebody who has accepted his invitation into an organisation.
func (h *house) member(org int64, email string, role access.Role) int64 {
	h.t.Helper()
	id := h.invite(org, email, "Anna Bianchi", role)
	_, err := h.AcceptInvitation(h.ctx, h.tokenIn("invitation"), good, from("192.0.2.1"))
	h.must(err)
	return id
}

// staff gives one of the CSIRT's people with a password and a second factor.
func (h *house) staff(email string, role access.Role) (id int64, secret string) {
	h.t.Helper()
	_, err := h.CreateStaff(h.ctx, access.System("test"), email, "Carla Verdi", role, good)
	h.must(err)
	in := h.signIn(email)
	id, secret, _ = h.enrol(in.Token)
	return id, secret
}

// enrol sets up the second factor of a session, whose token changes.
func (h *house) enrol(token string) (id int64, secret, newToken string) {
	h.t.Helper()
	s := h.session(token)
	e, err := h.Enrol(h.ctx, s.Principal.Own(), *s)
	h.must(err)
	secret = strings.ReplaceAll(e.Secret, " ", "")
	done, err := h.ConfirmEnrolment(h.ctx, s.Principal.Own(), *s, good, h.code(secret, 0))
	h.must(err)
	return s.Person.ID, secret, done.Token
}

// code gives the code of a secret so many steps from now.
func (h *house) code(secret string, steps int) string {
	h.t.Helper()
	code, err := identity.CodeAt(secret, h.clock.Now().Add(time.Duration(steps)*30*time.Second))
	h.must(err)
	return code
}

func from(address string) identity.Client {
	return identity.Client{Address: address, UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
}

func (h *house) signIn(email string) identity.SignedIn {
	h.t.Helper()
	in, err := h.SignIn(h.ctx, email, good, from("192.0.2.1"))
	h.must(err)
	return in
}

// session gives the session a token opens, which must be there.
func (h *house) session(token string) *identity.Session {
	h.t.Helper()
	s, err := h.Session(h.ctx, token)
	h.must(err)
	if s == nil {
		h.t.Fatal("no session")
	}
	return s
}

func (h *house) noSession(token, why string) {
	h.t.Helper()
	if s, err := h.Session(h.ctx, token); s != nil || err != nil {
		h.t.Errorf("%s: session %v, %v", why, s, err)
	}
}

// code of a fault or of its first field; "" for no error.
func codeOf(err error) string {
	if err == nil {
		return ""
	}
	f := fault.Of(err)
	if len(f.Fields) > 0 {
		return f.Fields[0].Code
	}
	return f.Code
}

func (h *house) expect(what string, err error, code string) {
	h.t.Helper()
	if got := codeOf(err); got != code {
		h.t.Errorf("%s: %q, want %q (%v)", what, got, code, err)
	}
}

// logged counts the audit entries of an action.
func (h *house) logged(action string) (n int) {
	h.t.Helper()
	list, err := h.audit.List(h.ctx, audit.Query{Action: action, Limit: 1000})
	h.must(err)
	return len(list)
}
