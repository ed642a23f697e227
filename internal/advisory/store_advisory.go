// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

const columns = `a.id, a.version, a.kind,
	CASE WHEN a.revises IS NULL THEN a.reference ELSE (SELECT o.reference FROM advisory o WHERE o.id = a.revises) END, a.severity, a.tlp, a.pap, a.state, a.content, a.audience, a.ack_minutes,
	a.created_at, a.created_name, a.changed_at, a.changed_by, a.proposed_at, a.proposed_name, a.sent_at, a.sent_name,
	a.withdrawn_at, a.withdrawn_name, a.withdrawn_why, a.organisations, a.people, a.queued,
	a.revision, COALESCE(a.revises, 0), a.revised_at, a.revised_name, a.change_note, a.renew, a.asked_at`

// whole are columns with what lists leave out: up to MaxIndicators lines.
const whole = columns + ", a.indicators"

// scanWhole reads a row of whole, and more.
func scanWhole(r interface{ Scan(...any) error }, more ...any) (a Advisory, err error) {
	var indicators string
	if a, err = scan(r, append([]any{&indicators}, more...)...); err != nil || indicators == "" {
		return a, err
	}
	if err := json.Unmarshal([]byte(indicators), &a.Indicators); err != nil {
		return a, fmt.Errorf("advisory %d: its indicators: %w", a.ID, err)
	}
	return a, nil
}

// pack writes what an advisory says as its two columns hold it.
func (c Content) pack() (content, indicators string, err error) {
	text, err := json.Marshal(c)
	if err != nil || len(c.Indicators) == 0 {
		return string(text), "", err
	}
	list, err := json.Marshal(c.Indicators)
	return string(text), string(list), err
}

// targets are where a row of columns goes; after scanning, unpack is called with what it gives.
func (a *Advisory) targets(content *string, minutes *int64) []any {
	return []any{&a.ID, &a.Version, &a.Kind, &a.Reference, &a.Severity, (*string)(&a.TLP), &a.PAP, &a.State, content, &a.Audience, minutes,
		db.Time(&a.Created.At), &a.Created.Name, db.Time(&a.Changed), &a.ChangedBy, db.Time(&a.Proposed.At), &a.Proposed.Name, db.Time(&a.Sent.At), &a.Sent.Name,
		db.Time(&a.Withdrawn.At), &a.Withdrawn.Name, &a.Why, &a.Organisations, &a.People, &a.Told,
		&a.Revision, &a.Revises, db.Time(&a.Revised.At), &a.Revised.Name, &a.Change, &a.Renew, db.Time(&a.Asked)}
}

func scan(r interface{ Scan(...any) error }, more ...any) (a Advisory, err error) {
	var content string
	var minutes int64
	if err := r.Scan(append(a.targets(&content, &minutes), more...)...); err != nil {
		return a, err
	}
	a.AckWithin = time.Duration(minutes) * time.Minute
	if err := json.Unmarshal([]byte(content), &a.Content); err != nil {
		return a, fmt.Errorf("advisory %d: its content: %w", a.ID, err)
	}
	return a, nil
}

// Filter says which advisories a list is of.
type Filter struct {
	Waiting bool // drafts and proposals only
	Week    Week // of an inbox: only what was sent, revised or withdrawn in it; zero: all
	After   string
	Limit   int // default 50, at most 200
}

// Page is a part of a list, the newest first.
type Page struct {
	Advisories []Advisory
	Next       string
}

// List gives the CSIRT's advisories, whatever their state.
func (m *Module) List(ctx context.Context, s access.Scope, f Filter) (Page, error) {
	if err := s.Territory(); err != nil {
		return Page{}, err
	}
	if err := s.Require(access.AdvisoryRead); err != nil {
		return Page{}, err
	}
	where := "($1 = 0 OR a.id < $1)"
	if f.Waiting {
		where += " AND a.state IN ('draft', 'proposed')"
	}
	limit := bounded(f.Limit)
	rows, err := m.deps.DB.Query(ctx, "SELECT "+columns+" FROM advisory a WHERE "+where+" ORDER BY a.id DESC LIMIT $2", place(f.After), limit+1)
	all, err := db.Collect(rows, err, func(r *sql.Rows) (Advisory, error) { return scan(r) })
	if err != nil {
		return Page{}, fmt.Errorf("advisory: listing: %w", err)
	}
	all, next := cut(all, limit, func(a Advisory) int64 { return a.ID })
	return Page{all, next}, nil
}

func bounded(limit int) int {
	if limit <= 0 || limit > 200 {
		return 50
	}
	return limit
}

// place reads a cursor; what is none is the beginning.
func place(after string) int64 {
	n, err := strconv.ParseInt(after, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// cut takes off the one more that was asked for, as the sign of a next page.
func cut[T any](all []T, limit int, id func(T) int64) ([]T, string) {
	if len(all) <= limit {
		return all, ""
	}
	return all[:limit], strconv.FormatInt(id(all[limit-1]), 10)
}

// Get gives one to the CSIRT; a NotFound fault where there is none.
func (m *Module) Get(ctx context.Context, s access.Scope, id int64) (Advisory, error) {
	if err := s.Territory(); err != nil {
		return Advisory{}, err
	}
	if err := s.Require(access.AdvisoryRead); err != nil {
		return Advisory{}, err
	}
	return m.get(ctx, m.deps.DB, s, id, "")
}

// get reads one; lock is what db.ForUpdate gives, or "".
func (m *Module) get(ctx context.Context, q db.Querier, _ access.Scope, id int64, lock string) (Advisory, error) {
	a, err := scanWhole(q.QueryRow(ctx, "SELECT "+whole+" FROM advisory a WHERE a.id = $1"+lock, id))
	if db.NotFound(err) {
		return a, fault.New(fault.NotFound, "advisory.unknown").Because(err)
	}
	return a, err
}

// insert writes a new one; revises is the advisory whose next revision it is, or 0.
func (m *Module) insert(ctx context.Context, tx *db.Tx, s access.Scope, e Entry, who Author, revises int64) (id int64, err error) {
	content, indicators, err := e.pack()
	if err != nil {
		return 0, err
	}
	now := db.Ms(m.now())
	err = tx.QueryRow(ctx, `INSERT INTO advisory (version, kind, reference, severity, tlp, pap, state, title, content, audience, ack_minutes,
		created_at, created_by, created_name, changed_at, changed_by, indicators, change_note, renew, revises) VALUES (1,$1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$11,$12,$14,$15,$16,NULLIF($17,0)) RETURNING id`,
		e.Kind, ownReference(e, revises), e.Severity, string(e.TLP), e.PAP, Draft, e.Title(), content, e.Audience, int64(e.AckWithin/time.Minute),
		now, who.ID, who.Name, indicators, e.Change, e.Renew, revises).Scan(&id)
	if err != nil {
		return 0, taken(err)
	}
	return id, m.known(ctx, tx, s, id, e, revises)
}

// known keeps the words by which an advisory is found, and refuses a reference
// that another has by what was merged into it.
func (m *Module) known(ctx context.Context, tx *db.Tx, s access.Scope, id int64, e Entry, revises int64) error {
	if reference := ownReference(e, revises); reference != "" {
		var n int
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM advisory_merged WHERE reference = $1 AND into_id <> $2", reference, id).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Conflict, "advisory.entry").Field("reference", "advisory.reference_taken")
		}
	}
	return m.wordsOf(ctx, tx, s, id, e)
}

// ownReference is the reference as a row has it: the draft of a revision has none of its own.
func ownReference(e Entry, revises int64) string {
	if revises != 0 {
		return ""
	}
	return e.Reference
}

// update writes an entry over a draft; it is a draft again.
func (m *Module) update(ctx context.Context, tx *db.Tx, s access.Scope, a Advisory, who Author) error {
	content, indicators, err := a.pack()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE advisory SET version = version + 1, kind = $2, reference = $3, severity = $4, tlp = $5, pap = $6, state = $7, title = $8, content = $9,
		audience = $10, ack_minutes = $11, changed_at = $12, changed_by = $13, indicators = $14, change_note = $15, renew = $16, proposed_at = NULL, proposed_name = '' WHERE id = $1`,
		a.ID, a.Kind, ownReference(a.Entry, a.Revises), a.Severity, string(a.TLP), a.PAP, Draft, a.Title(), content, a.Audience, int64(a.AckWithin/time.Minute), db.Ms(m.now()), who.ID, indicators, a.Change, a.Renew)
	if err != nil {
		return taken(err)
	}
	return m.known(ctx, tx, s, a.ID, a.Entry, a.Revises)
}

// taken says that another advisory has the reference: it is the key by which
// two reports of one thing are known to be one.
func taken(err error) error {
	if db.Unique(err) {
		return fault.New(fault.Conflict, "advisory.entry").Field("reference", "advisory.reference_taken").Because(err)
	}
	return err
}
