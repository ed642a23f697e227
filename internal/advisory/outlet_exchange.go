// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/tlp"
)

// OutFilter says which of those that have been sent may leave by a program's door.
type OutFilter struct {
	Own       tlp.Label // of what was sent to the scope's organisation, up to this label; "": none of it
	Shared    tlp.Label // of what was sent to anybody, up to this label; above TLP:GREEN for the territory alone
	Withdrawn bool      // those too that were taken back
}

// OutPlace is where one stands in the order of change.
type OutPlace struct {
	At time.Time
	ID int64
}

// outChanged is when what leaves of an advisory changed last: once sent, its revisions and its withdrawal change it.
const outChanged = "COALESCE(a.withdrawn_at, a.revised_at, a.sent_at)"

// ChangedOutside is when what leaves of it changed last.
func (a Advisory) ChangedOutside() time.Time {
	if !a.Withdrawn.At.IsZero() {
		return a.Withdrawn.At
	}
	if !a.Revised.At.IsZero() {
		return a.Revised.At
	}
	return a.Sent.At
}

// where is the filter's condition; its arguments are the scope's organisation
// ($1), then whatever the caller adds.
func (f OutFilter) where(s access.Scope) (string, []any, error) {
	if err := s.Require(access.AdvisoryRead); err != nil {
		return "", nil, err
	}
	var org int64
	if f.Own != "" {
		id, err := s.Organisation()
		if err != nil {
			return "", nil, err
		}
		org = id
	}
	if f.Shared != "" && !f.Shared.Within(tlp.Green) {
		if err := s.Territory(); err != nil {
			return "", nil, err
		}
	}
	states := "a.state = 'sent'"
	if f.Withdrawn {
		states = "a.state IN ('sent', 'withdrawn')"
	}
	return fmt.Sprintf(`%s AND (a.tlp IN %s OR (a.tlp IN %s AND EXISTS (SELECT 1 FROM advisory_member d WHERE d.advisory_id = a.id AND d.organisation_id = $1)))`,
		states, labelList(f.Shared), labelList(f.Own)), []any{org}, nil
}

// labelList names in SQL the labels up to one. TLP:RED is for named people: it never leaves by a program's door.
func labelList(upto tlp.Label) string {
	list := []string{"''"} // no advisory has it
	for _, l := range tlp.Labels() {
		if l != tlp.Red && upto != "" && l.Within(upto) {
			list = append(list, "'"+string(l)+"'")
		}
	}
	return "(" + strings.Join(list, ", ") + ")"
}

// OutStamp counts what may leave, adds up its versions and says when the last
// changed: the answer to the same filter is the same as long as this is.
func (m *Module) OutStamp(ctx context.Context, s access.Scope, f OutFilter) (count, versions int64, last time.Time, err error) {
	where, args, err := f.where(s)
	if err != nil {
		return 0, 0, last, err
	}
	err = m.deps.DB.QueryRow(ctx, "SELECT count(*), CAST(COALESCE(sum(a.version), 0) AS BIGINT), max("+outChanged+") FROM advisory a WHERE "+where, args...).
		Scan(&count, &versions, db.Time(&last))
	return count, versions, last, err
}

// OutSince gives what may leave and changed after a place, whole, the longest unchanged first.
func (m *Module) OutSince(ctx context.Context, s access.Scope, f OutFilter, after OutPlace, limit int) ([]Advisory, error) {
	where, args, err := f.where(s)
	if err != nil {
		return nil, err
	}
	at := int64(0)
	if !after.At.IsZero() {
		at = after.At.UnixMilli()
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT "+whole+" FROM advisory a WHERE "+where+" AND ("+outChanged+" > $2 OR ("+outChanged+" = $2 AND a.id > $3)) ORDER BY "+
		outChanged+", a.id LIMIT $4", append(args, at, after.ID, limit)...)
	all, err := db.Collect(rows, err, func(r *sql.Rows) (Advisory, error) { return scanWhole(r) })
	if err != nil {
		return nil, fmt.Errorf("advisory: what leaves: %w", err)
	}
	return all, nil
}

// OutNewest gives the last that may leave, without their indicators.
func (m *Module) OutNewest(ctx context.Context, s access.Scope, f OutFilter, limit int) ([]Advisory, error) {
	where, args, err := f.where(s)
	if err != nil {
		return nil, err
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT "+columns+" FROM advisory a WHERE "+where+" ORDER BY "+outChanged+" DESC, a.id DESC LIMIT $2", append(args, limit)...)
	all, err := db.Collect(rows, err, func(r *sql.Rows) (Advisory, error) { return scan(r) })
	if err != nil {
		return nil, fmt.Errorf("advisory: what left last: %w", err)
	}
	return all, nil
}

// OutOne gives one that may leave, whole; a NotFound fault where the filter has none such.
func (m *Module) OutOne(ctx context.Context, s access.Scope, f OutFilter, id int64) (Advisory, error) {
	where, args, err := f.where(s)
	if err != nil {
		return Advisory{}, err
	}
	a, err := scanWhole(m.deps.DB.QueryRow(ctx, "SELECT "+whole+" FROM advisory a WHERE a.id = $2 AND "+where, append(args, id)...))
	if db.NotFound(err) {
		return a, fault.New(fault.NotFound, "advisory.unknown").Because(err)
	}
	return a, err
}
