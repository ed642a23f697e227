// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"martinella/internal/access"
	"martinella/internal/constituency/check"
	"martinella/internal/platform/db"
)

// Order is how a list of organisations is ordered.
type Order uint8

// The orders.
const (
	ByName  Order = iota // the members' list
	BySince              // the queue: who waits longest comes first
	ByScore              // the least complete record first
)

// column is what the list is ordered by before the id; its key reads the same from a row.
func (o Order) column() string {
	switch o {
	case BySince:
		return "state_since"
	case ByScore:
		return "score"
	}
	return "name_fold"
}

func (o Order) key(x Organisation) any {
	switch o {
	case BySince:
		return x.StateSince.UnixMilli()
	case ByScore:
		return int64(x.Score)
	}
	return check.Fold(x.Name)
}

// Filter says which organisations a list shows.
type Filter struct {
	Query    string // words of the name, or the beginning of the code
	States   []State
	Tier     Tier
	Type     string
	Province string
	Tag      string
	Score    Band // how complete the record is
	Silent   bool // only those that answered to none of several requests to confirm
	Order    Order
	Down     bool   // the other way round
	After    string // cursor of the page before
	Before   string // cursor of the page after
	Limit    int
}

// Page is a page of a list, and the cursors of its neighbours.
type Page struct {
	Rows       []Organisation
	Total      int
	Prev, Next string
}

// List gives a page of the organisations of the territory.
func (m *Module) List(ctx context.Context, s access.Scope, f Filter) (Page, error) {
	var p Page
	if err := s.Territory(); err != nil {
		return p, err
	}
	if err := s.Require(access.RegistrationRead); err != nil {
		return p, err
	}
	where, args := f.where()
	if err := m.db.QueryRow(ctx, "SELECT count(*) FROM organisation WHERE "+where, args...).Scan(&p.Total); err != nil {
		return p, fmt.Errorf("counting organisations: %w", err)
	}
	rows, err := m.page(ctx, f, where, args)
	if err != nil {
		return p, err
	}
	p.fill(f, rows)
	return p, nil
}

// where gives the filter's conditions with their values.
func (f Filter) where() (string, []any) {
	conditions := []string{"1 = 1"}
	var args []any
	add := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(args)), 1)
		}
		conditions = append(conditions, condition)
	}
	if words := strings.Fields(check.Fold(f.Query)); len(words) > 0 {
		all := strings.Repeat(` AND name_fold LIKE ? ESCAPE '\'`, len(words))[len(" AND "):]
		values := []any{}
		for _, word := range words {
			values = append(values, "%"+db.Like(word)+"%")
		}
		code := db.Like(strings.ToLower(strings.TrimSpace(f.Query))) + "%"
		add("("+all+` OR code LIKE ? ESCAPE '\')`, append(values, code)...)
	}
	if len(f.States) > 0 {
		add("state IN ("+strings.Repeat("?,", len(f.States)-1)+"?)", db.Args(f.States)...)
	}
	for _, c := range []struct{ column, value string }{{"tier", string(f.Tier)}, {"type", f.Type}, {"province", f.Province}} {
		if c.value != "" {
			add(c.column+" = ?", c.value)
		}
	}
	if low, high, ok := f.Score.limits(); ok {
		add("score >= ? AND score < ?", low, high)
	}
	if f.Tag != "" {
		add("id IN (SELECT organisation_id FROM organisation_tag WHERE tag = ?)", TidyTag(f.Tag))
	}
	if f.Silent {
		add("id IN (SELECT organisation_id FROM confirmation WHERE asked >= ?)", silentAfter)
	}
	return strings.Join(conditions, " AND "), args
}

// Band is a range of completeness that a list can be narrowed to.
type Band string

// The bands.
const (
	Poor Band = "poor" // below 50
	Fair Band = "fair" // 50 to 79
	Good Band = "good" // 80 or more
)

// Bands lists them, the least complete first.
func Bands() []Band { return []Band{Poor, Fair, Good} }

func (b Band) limits() (low, high int, ok bool) {
	switch b {
	case Poor:
		return 0, 50, true
	case Fair:
		return 50, 80, true
	case Good:
		return 80, 101, true
	}
	return 0, 0, false
}

// page reads one row more than asked for, to know whether others follow.
func (m *Module) page(ctx context.Context, f Filter, where string, args []any) ([]Organisation, error) {
	direction, cursor, than := "ASC", f.After, ">"
	if f.Before != "" {
		cursor = f.Before
	}
	if (f.Before != "") != f.Down {
		direction, than = "DESC", "<"
	}
	if key, id, ok := f.Order.parseCursor(cursor); ok {
		args = append(args, key, id)
		where += fmt.Sprintf(" AND (%s, id) %s ($%d, $%d)", f.Order.column(), than, len(args)-1, len(args))
	}
	args = append(args, f.Limit+1)
	query := fmt.Sprintf("SELECT %s FROM organisation WHERE %s ORDER BY %s %s, id %s LIMIT $%d",
		organisationColumns, where, f.Order.column(), direction, direction, len(args))
	rows, err := m.db.Query(ctx, query, args...)
	out, err := db.Collect(rows, err, scanOrganisations)
	if err != nil {
		return nil, fmt.Errorf("listing organisations: %w", err)
	}
	return out, nil
}

// fill puts rows in reading order and finds the neighbours' cursors.
func (p *Page) fill(f Filter, rows []Organisation) {
	more := len(rows) > f.Limit
	rows = rows[:min(f.Limit, len(rows))]
	backwards := f.Before != ""
	if backwards {
		slices.Reverse(rows)
	}
	p.Rows = rows
	if len(rows) == 0 {
		return
	}
	if more || backwards {
		p.Next = f.Order.cursor(rows[len(rows)-1])
	}
	if more && backwards || !backwards && f.After != "" {
		p.Prev = f.Order.cursor(rows[0])
	}
}

// place is what a cursor holds.
type place struct {
	Since int64  `json:"s,omitempty"`
	Name  string `json:"n,omitempty"`
	ID    int64  `json:"i"`
}

func (o Order) cursor(x Organisation) string {
	p := place{ID: x.ID}
	switch key := o.key(x).(type) {
	case int64:
		p.Since = key
	case string:
		p.Name = key
	}
	text, err := json.Marshal(p)
	if err != nil {
		return "" // a struct of numbers and text always marshals
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// parseCursor reads a cursor back; what is none begins the list.
func (o Order) parseCursor(cursor string) (key any, id int64, ok bool) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || cursor == "" {
		return nil, 0, false
	}
	var p place
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, 0, false
	}
	if o != ByName {
		return p.Since, p.ID, true
	}
	return strings.ToValidUTF8(strings.ReplaceAll(p.Name, "\x00", ""), ""), p.ID, true
}
