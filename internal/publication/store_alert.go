// SPDX-License-Identifier: EUPL-1.2

package publication

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/publication/csaf"
)

const columns = `p.advisory_id, p.version, p.tracking, p.name, p.year, p.kind, p.reference, p.severity, p.content, p.released_at, p.changed_at`

func scan(r interface{ Scan(...any) error }, more ...any) (p Published, err error) {
	var content string
	err = r.Scan(append([]any{&p.ID, &p.Version, &p.Tracking, &p.Name, &p.Year, &p.Kind, &p.Reference, &p.Severity, &content, db.Time(&p.Released), db.Time(&p.Changed)}, more...)...)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal([]byte(content), &p.Content); err != nil {
		return p, fmt.Errorf("published alert %d: its content: %w", p.ID, err)
	}
	return p, nil
}

// kept gives what is published of an advisory; false: nothing.
func (m *Module) kept(ctx context.Context, q db.Querier, _ access.Scope, id int64) (p Published, d Document, ok bool, err error) {
	p, err = scan(q.QueryRow(ctx, "SELECT "+columns+", p.body, p.sha256, p.sha512, p.signature, p.fingerprint, p.made_for FROM publication_alert p WHERE p.advisory_id = $1", id),
		&d.Body, &d.SHA256, &d.SHA512, &d.Signature, &d.Fingerprint, &d.madeFor)
	if db.NotFound(err) {
		return p, d, false, nil
	}
	return p, d, err == nil, err
}

// keep writes what is published over what was.
func (m *Module) keep(ctx context.Context, tx *db.Tx, _ access.Scope, p Published, title string, d Document) error {
	content, err := json.Marshal(p.Content)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO publication_alert (advisory_id, version, tracking, name, year, kind, reference, severity, title, content, released_at, changed_at, body, sha256, sha512, signature, fingerprint, made_for)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18)
		ON CONFLICT (advisory_id) DO UPDATE SET version = EXCLUDED.version, kind = EXCLUDED.kind, reference = EXCLUDED.reference, severity = EXCLUDED.severity, title = EXCLUDED.title,
		content = EXCLUDED.content, changed_at = EXCLUDED.changed_at, body = EXCLUDED.body, sha256 = EXCLUDED.sha256, sha512 = EXCLUDED.sha512, signature = EXCLUDED.signature, fingerprint = EXCLUDED.fingerprint, made_for = EXCLUDED.made_for`,
		p.ID, p.Version, p.Tracking, p.Name, p.Year, p.Kind, p.Reference, p.Severity, title, string(content), db.Ms(p.Released), db.Ms(p.Changed), d.Body, d.SHA256, d.SHA512, d.Signature, d.Fingerprint, d.madeFor)
	if err != nil {
		return fmt.Errorf("publishing %s: %w", p.Tracking, err)
	}
	return m.stepOn(ctx, tx)
}

// stepOn counts a change; it makes those who publish at the same time wait for each other.
func (m *Module) stepOn(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, "UPDATE publication_step SET step = step + 1 WHERE id = 1")
	return err
}

// step is how often anything was published, and when the last time was.
func (m *Module) step(ctx context.Context, _ access.Scope) (n int64, changed time.Time, err error) {
	err = m.deps.DB.QueryRow(ctx, "SELECT s.step, (SELECT max(changed_at) FROM publication_alert) FROM publication_step s WHERE s.id = 1").Scan(&n, db.Time(&changed))
	return n, changed, err
}

// entries lists all documents, the last changed first.
func (m *Module) entries(ctx context.Context, _ access.Scope) ([]csaf.Entry, error) {
	rows, err := m.deps.DB.Query(ctx, "SELECT tracking, year, name, title, released_at, changed_at FROM publication_alert ORDER BY changed_at DESC, advisory_id DESC")
	return db.Collect(rows, err, func(r *sql.Rows) (e csaf.Entry, err error) {
		var year, name string
		err = r.Scan(&e.ID, &year, &name, &e.Title, db.Time(&e.Released), db.Time(&e.Changed))
		e.Path = year + "/" + name + ".json"
		return e, err
	})
}

// document gives one by its address.
func (m *Module) document(ctx context.Context, _ access.Scope, year, name string) (d Document, err error) {
	err = m.deps.DB.QueryRow(ctx, "SELECT changed_at, body, sha256, sha512, signature, fingerprint FROM publication_alert WHERE name = $1 AND year = $2", name, year).
		Scan(db.Time(&d.Changed), &d.Body, &d.SHA256, &d.SHA512, &d.Signature, &d.Fingerprint)
	if db.NotFound(err) {
		return d, fault.New(fault.NotFound, "access.page").Because(err)
	}
	return d, err
}

// Get gives a published alert by its name in addresses.
func (m *Module) Get(ctx context.Context, _ access.Scope, name string) (Published, error) {
	p, err := scan(m.deps.DB.QueryRow(ctx, "SELECT "+columns+" FROM publication_alert p WHERE p.name = $1", strings.ToLower(name)))
	if db.NotFound(err) {
		return p, fault.New(fault.NotFound, "publication.unknown").Because(err)
	}
	return p, err
}

// Page is a part of the list of alerts, the newest first.
type Page struct {
	Alerts []Published
	Next   string
}

// List gives the published alerts; limit is at most 100, 20 when 0.
func (m *Module) List(ctx context.Context, _ access.Scope, after string, limit int) (Page, error) {
	if limit <= 0 || limit > 100 {
		limit = 20
	}
	at, id := place(after)
	rows, err := m.deps.DB.Query(ctx, "SELECT "+columns+` FROM publication_alert p WHERE p.released_at < $1 OR p.released_at = $1 AND p.advisory_id < $2
		ORDER BY p.released_at DESC, p.advisory_id DESC LIMIT $3`, at, id, limit+1)
	all, err := db.Collect(rows, err, func(r *sql.Rows) (Published, error) { return scan(r) })
	if err != nil {
		return Page{}, fmt.Errorf("publication: listing: %w", err)
	}
	if len(all) <= limit {
		return Page{Alerts: all}, nil
	}
	all = all[:limit]
	last := all[limit-1]
	return Page{all, strconv.FormatInt(last.Released.UnixMilli(), 10) + "." + strconv.FormatInt(last.ID, 10)}, nil
}

// place reads a cursor; what is none is the beginning.
func place(after string) (at, id int64) {
	a, b, _ := strings.Cut(after, ".")
	at, err := strconv.ParseInt(a, 10, 64)
	if err != nil {
		return math.MaxInt64, 0
	}
	if id, err = strconv.ParseInt(b, 10, 64); err != nil {
		return math.MaxInt64, 0
	}
	return at, id
}

// versions gives which versions are published, made for the present key and
// address, of the advisories after one up to another.
func (m *Module) versions(ctx context.Context, _ access.Scope, after, to int64) (map[int64]int64, error) {
	out := map[int64]int64{}
	rows, err := m.deps.DB.Query(ctx, "SELECT advisory_id, version, fingerprint, made_for FROM publication_alert WHERE advisory_id > $1 AND advisory_id <= $2", after, to)
	_, err = db.Collect(rows, err, func(r *sql.Rows) (struct{}, error) {
		var id, version int64
		var d Document
		err := r.Scan(&id, &version, &d.Fingerprint, &d.madeFor)
		if d.madeFor == m.madeFor(d) {
			out[id] = version
		}
		return struct{}{}, err
	})
	return out, err
}
