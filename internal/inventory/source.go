// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"martinella/internal/access"
	"martinella/internal/inventory/intake"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

// Sealer seals what must not be readable in the database.
type Sealer interface {
	Seal(plain []byte, use string) []byte
	Open(sealed []byte, use string) ([]byte, error)
}

// Puller says how inventories are fetched from servers. Its zero value fetches none.
type Puller struct {
	Seal  Sealer
	Hosts []string // "name:port" of the servers the administrators allow
	// Client makes the guarded client that reaches them; roots is who may have
	// signed their certificates, nil for the usual authorities.
	Client func(roots *x509.CertPool) (*http.Client, error)
	// Pause waits; nil waits by the real clock.
	Pause func(ctx context.Context, d time.Duration) error
}

// PullSource is a server an organisation's inventory is fetched from.
type PullSource struct {
	ID           int64
	Organisation int64
	SourceEntry
	State      string // waiting, running, good, failed
	NextAt     time.Time
	LastAt     time.Time // of the last attempt; zero: none
	LastGoodAt time.Time
	Fault      *fault.Error // why the last attempt failed
	Hosts      int64
	Fresh      int64
	Changed    int64
	Gone       int64
	UpdatedAt  time.Time
}

// SourceEntry is what a person says of a server. The password is never given back.
type SourceEntry struct {
	Name      string
	URL       string
	User      string
	Password  string // "" when changing: the one there is
	Authority string // PEM; ""
	Every     int    // hours
	Paused    bool
}

const sourceColumns = `id, organisation_id, name, url, username, authority, every_hours, paused, state, next_at, last_at, last_good_at,
	fault_code, fault_params, hosts, fresh, changed, gone, updated_at`

func scanSource(r interface{ Scan(...any) error }) (p PullSource, err error) {
	var code, params string
	err = r.Scan(&p.ID, &p.Organisation, &p.Name, &p.URL, &p.User, &p.Authority, &p.Every, &p.Paused, &p.State, db.Time(&p.NextAt), db.Time(&p.LastAt),
		db.Time(&p.LastGoodAt), &code, &params, &p.Hosts, &p.Fresh, &p.Changed, &p.Gone, db.Time(&p.UpdatedAt))
	if err == nil && code != "" {
		p.Fault = fault.New(fault.Unavailable, code, fault.P{})
		err = json.Unmarshal([]byte(params), &p.Fault.Params)
	}
	return p, err
}

// check says all that is wrong with a source, field by field.
func (m *Module) checkSource(e *SourceEntry, fresh bool) error {
	e.Name, e.URL, e.User = intake.Tidy(e.Name), strings.TrimRight(intake.Tidy(e.URL), "/"), intake.Tidy(e.User)
	f := fault.New(fault.Invalid, "inventory.source")
	if e.Name == "" {
		f.Field("name", "inventory.source.nameless")
	}
	tooLong(f, "name", e.Name, 200)
	tooLong(f, "user", e.User, 200)
	tooLong(f, "password", e.Password, 500)
	tooLong(f, "authority", e.Authority, 50_000)
	if e.User == "" {
		f.Field("user", "inventory.source.userless")
	}
	if fresh && e.Password == "" {
		f.Field("password", "inventory.source.passwordless")
	}
	if e.Every < 1 || e.Every > 24*31 {
		f.Field("every", "inventory.source.every")
	}
	if e.Authority != "" && !x509.NewCertPool().AppendCertsFromPEM([]byte(e.Authority)) {
		f.Field("authority", "inventory.source.authority")
	}
	if host, ok := hostOf(e.URL); !ok {
		f.Field("url", "inventory.source.url")
	} else if !slices.Contains(m.deps.Pull.Hosts, host) {
		f.Field("url", "inventory.source.not_allowed", fault.P{"host": host})
	}
	return f.OrNil()
}

// hostOf gives "name:port" of an https address without name, password, query or fragment.
func hostOf(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || utf8.RuneCountInString(address) > 300 {
		return "", false
	}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port), true
}

// CanPull says whether this installation fetches inventories at all.
func (m *Module) CanPull() bool { return len(m.deps.Pull.Hosts) > 0 && m.deps.Pull.Client != nil }

// Sources lists the servers the organisation's inventory is fetched from.
func (m *Module) Sources(ctx context.Context, s access.Scope) ([]PullSource, error) {
	org, err := editor(s)
	if err != nil {
		return nil, err
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT "+sourceColumns+" FROM item_source WHERE organisation_id = $1 ORDER BY id", org)
	return db.Collect(rows, err, func(r *sql.Rows) (PullSource, error) { return scanSource(r) })
}

// PullSource gives a server of the scope's organisation; NotFound when there is none.
func (m *Module) PullSource(ctx context.Context, s access.Scope, id int64) (PullSource, error) {
	org, err := editor(s)
	if err != nil {
		return PullSource{}, err
	}
	p, err := scanSource(m.deps.DB.QueryRow(ctx, "SELECT "+sourceColumns+" FROM item_source WHERE organisation_id = $1 AND id = $2", org, id))
	if db.NotFound(err) {
		return p, fault.New(fault.NotFound, "inventory.source_gone")
	}
	return p, err
}

// maxSources bounds how many servers one organisation may have.
const maxSources = 10

// SaveSource adds a server (id 0), or changes one. It is asked soon after.
func (m *Module) SaveSource(ctx context.Context, s access.Scope, id int64, e SourceEntry) (int64, error) {
	return m.saveSource(ctx, s, id, e, 0)
}

// saveSource is SaveSource for who has seen a server's settings: seen is their
// UpdatedAt in milliseconds, and somebody else's change since then is a Conflict. 0 skips that.
func (m *Module) saveSource(ctx context.Context, s access.Scope, id int64, e SourceEntry, seen int64) (int64, error) {
	org, err := editor(s)
	if err != nil {
		return 0, err
	}
	if err := m.checkSource(&e, id == 0); err != nil {
		return 0, err
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if id == 0 {
			id, err = m.addSource(ctx, tx, s, org, e)
		} else {
			err = m.changeSource(ctx, tx, org, id, e, seen)
		}
		if err != nil {
			return err
		}
		if err := m.deps.Audit.Append(ctx, tx, s.Actor(), org, "inventory.source_saved", sourceObject(id), map[string]any{"name": e.Name, "url": e.URL, "paused": e.Paused}); err != nil {
			return err
		}
		return m.askSource(ctx, tx, id, e.Paused)
	})
	return id, err
}

func sourceObject(id int64) string { return fmt.Sprintf("source:%d", id) }

func (m *Module) addSource(ctx context.Context, tx *db.Tx, s access.Scope, org int64, e SourceEntry) (id int64, err error) {
	var n int
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM item_source WHERE organisation_id = $1", org).Scan(&n); err != nil {
		return 0, err
	}
	if n >= maxSources {
		return 0, fault.New(fault.Conflict, "inventory.source.many", fault.P{"limit": maxSources})
	}
	now := db.Ms(m.now())
	err = tx.QueryRow(ctx, `INSERT INTO item_source (organisation_id, kind, name, url, username, secret, authority, every_hours, paused, next_at, state,
		fault_code, fault_params, hosts, fresh, changed, gone, created_by, created_at, updated_at)
		VALUES ($1,'wazuh',$2,$3,$4,$5,$6,$7,$8,$9,'waiting','','',0,0,0,0,$10,$9,$9) RETURNING id`,
		org, e.Name, e.URL, e.User, []byte{}, e.Authority, e.Every, e.Paused, now, s.Actor()).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("adding a source: %w", err)
	}
	return id, m.sealPassword(ctx, tx, id, e.Password)
}

func (m *Module) changeSource(ctx context.Context, tx *db.Tx, org, id int64, e SourceEntry, seen int64) error {
	var was string
	var version int64
	err := tx.QueryRow(ctx, "SELECT url, updated_at FROM item_source WHERE organisation_id = $1 AND id = $2", org, id).Scan(&was, &version)
	if db.NotFound(err) {
		return fault.New(fault.NotFound, "inventory.source_gone")
	}
	if err != nil {
		return err
	}
	if seen != 0 && version != seen {
		return fault.New(fault.Conflict, "inventory.changed_meanwhile")
	}
	if was != e.URL && e.Password == "" {
		// A password must not be sent to a server it was not typed for.
		return fault.New(fault.Invalid, "inventory.source").Field("password", "inventory.source.passwordless")
	}
	now := db.Ms(m.now())
	_, err = tx.Exec(ctx, `UPDATE item_source SET name = $1, url = $2, username = $3, authority = $4, every_hours = $5, paused = $6, next_at = $7,
		updated_at = CASE WHEN updated_at >= $7 THEN updated_at + 1 ELSE $7 END
		WHERE organisation_id = $8 AND id = $9`, e.Name, e.URL, e.User, e.Authority, e.Every, e.Paused, now, org, id)
	if err != nil || e.Password == "" {
		return err
	}
	return m.sealPassword(ctx, tx, id, e.Password)
}

// sealPassword keeps a password so that it opens for this source alone.
func (m *Module) sealPassword(ctx context.Context, tx *db.Tx, id int64, password string) error {
	_, err := tx.Exec(ctx, "UPDATE item_source SET secret = $1 WHERE id = $2", m.deps.Pull.Seal.Seal([]byte(password), "inventory."+sourceObject(id)), id)
	return err
}

// askSource has a server asked as soon as a worker is free.
func (m *Module) askSource(ctx context.Context, tx *db.Tx, id int64, paused bool) error {
	if paused {
		return nil
	}
	return m.deps.Queue.Enqueue(ctx, tx, jobs.Job{Kind: jobPull, Key: fmt.Sprintf("%s:%d", jobPull, id), Payload: sourceJob{id}})
}

// PullNow has a server asked now.
func (m *Module) PullNow(ctx context.Context, s access.Scope, id int64) error {
	p, err := m.PullSource(ctx, s, id)
	if err != nil {
		return err
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error { return m.askSource(ctx, tx, p.ID, false) })
}

// RemoveSource forgets a server and its password. What came from it stays.
func (m *Module) RemoveSource(ctx context.Context, s access.Scope, id int64) error {
	p, err := m.PullSource(ctx, s, id)
	if err != nil {
		return err
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM item_source WHERE organisation_id = $1 AND id = $2", p.Organisation, id); err != nil {
			return fmt.Errorf("removing a source: %w", err)
		}
		return m.deps.Audit.Append(ctx, tx, s.Actor(), p.Organisation, "inventory.source_removed", sourceObject(id), map[string]any{"name": p.Name})
	})
}
