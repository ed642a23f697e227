// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"martinella/internal/access"
	"martinella/internal/platform/db"
)

// Change gives a request with its history, and with what the record says now.
func (m *Module) Change(ctx context.Context, s access.Scope, id int64) (Change, Organisation, error) {
	if err := s.Require(access.OrganisationRead); err != nil {
		return Change{}, Organisation{}, err
	}
	c, err := changeByID(ctx, m.db, s, id)
	if err != nil {
		return c, Organisation{}, err
	}
	o, err := organisation(ctx, m.db, s, c.Organisation)
	if err != nil {
		return c, o, err
	}
	if c.State.Open() {
		c.Fields = nowOf(o, c.Fields)
	}
	c.Told, err = changeHistory(ctx, m.db, id)
	return c, o, err
}

// OpenChange gives the scope's organisation's request that still can be decided, if there is one.
func (m *Module) OpenChange(ctx context.Context, s access.Scope) (Change, bool, error) {
	org, err := s.Organisation()
	if err != nil {
		return Change{}, false, err
	}
	if err := s.Require(access.OrganisationRead); err != nil {
		return Change{}, false, err
	}
	return openChange(ctx, m.db, org)
}

// ChangeFilter says which requests a list shows.
type ChangeFilter struct {
	Organisation int64 // 0: all the scope may see
	States       []ChangeState
	Newest       bool   // the newest first; otherwise who waits longest
	After        string // cursor of the page before
	Limit        int
}

// ChangeRow is a request in a list, with its body.
type ChangeRow struct {
	Change
	Code, Body string // the organisation's code and name
	Count      int    // how many data it would change
}

// ChangePage is a page of requests.
type ChangePage struct {
	Rows []ChangeRow
	Next string
}

// Changes lists requests: of the whole territory, or of one organisation.
func (m *Module) Changes(ctx context.Context, s access.Scope, f ChangeFilter) (p ChangePage, err error) {
	if f.Organisation == 0 {
		err = s.Territory()
	} else if _, err = s.For(f.Organisation); err == nil {
		err = s.Require(access.OrganisationRead)
	}
	if err != nil {
		return p, err
	}
	query, args := f.query()
	rows, err := m.db.Query(ctx, query, args...)
	p.Rows, err = db.Collect(rows, err, scanChangeRow)
	if err != nil {
		return p, fmt.Errorf("listing requests: %w", err)
	}
	if len(p.Rows) > f.Limit {
		p.Rows = p.Rows[:f.Limit]
		p.Next = f.cursor(p.Rows[f.Limit-1].Change)
	}
	return p, nil
}

func scanChangeRow(r *sql.Rows) (x ChangeRow, err error) {
	c := &x.Change
	err = r.Scan(&c.ID, &c.Organisation, &c.State, db.Time(&c.StateSince), db.Time(&c.CreatedAt), &c.Actor, &c.Asker.Name, &c.Asker.Email,
		&c.Asker.Language, &c.Reason, &c.First, &c.FirstName, &c.Version, &x.Code, &x.Body, &x.Count)
	return x, err
}

// query reads one row more than asked for, to know whether others follow.
func (f ChangeFilter) query() (string, []any) {
	var args []any
	conditions := []string{"1 = 1"}
	if f.Organisation != 0 {
		args = append(args, f.Organisation)
		conditions = append(conditions, fmt.Sprintf("c.organisation_id = $%d", len(args)))
	}
	if len(f.States) > 0 {
		conditions = append(conditions, "c.state IN "+db.In(len(args)+1, len(f.States)))
		args = append(args, db.Args(f.States)...)
	}
	order := "c.state_since, c.id"
	if since, id, ok := parseChangeCursor(f.After); ok && f.Newest {
		args = append(args, id)
		conditions = append(conditions, fmt.Sprintf("c.id < $%d", len(args)))
	} else if ok {
		args = append(args, since, id)
		conditions = append(conditions, fmt.Sprintf("(c.state_since, c.id) > ($%d, $%d)", len(args)-1, len(args)))
	}
	if f.Newest {
		order = "c.id DESC"
	}
	args = append(args, f.Limit+1)
	return fmt.Sprintf(`SELECT c.id, c.organisation_id, c.state, c.state_since, c.created_at, c.actor, c.name, c.email, c.language, c.reason,
			COALESCE(c.first_person, 0), c.first_name, c.version, o.code, o.name, (SELECT count(*) FROM change_field x WHERE x.request_id = c.id)
		FROM change_request c JOIN organisation o ON o.id = c.organisation_id
		WHERE %s ORDER BY %s LIMIT $%d`, strings.Join(conditions, " AND "), order, len(args)), args
}

func (f ChangeFilter) cursor(c Change) string {
	return strconv.FormatInt(c.StateSince.UnixMilli(), 10) + "-" + strconv.FormatInt(c.ID, 10)
}

func parseChangeCursor(cursor string) (since, id int64, ok bool) {
	before, after, found := strings.Cut(cursor, "-")
	since, err := strconv.ParseInt(before, 10, 64)
	if err != nil || !found {
		return 0, 0, false
	}
	id, err = strconv.ParseInt(after, 10, 64)
	return since, id, err == nil
}
