// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"martinella/data"
	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Owned tells what is the members' own. Constituency implements it.
type Owned interface {
	// Owned gives the names (".x.example" with all below) and networks that are verified.
	Owned(ctx context.Context, s access.Scope) ([]string, error)
}

// Never is something the CSIRT's people said is never blocked.
type Never struct {
	ID    int64
	Value string
	Note  string
	At    time.Time
	By    string
}

const (
	maxNever = 5_000
	maxNote  = 200 // bytes
)

// Nevers gives what the CSIRT's people added to what is never blocked, in the order of the values.
func (m *Module) Nevers(ctx context.Context, s access.Scope) ([]Never, error) {
	if err := readsNever(s); err != nil {
		return nil, err
	}
	return m.nevers(ctx, s)
}

func readsNever(s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	return s.Require(access.AdvisoryRead)
}

func (m *Module) nevers(ctx context.Context, _ access.Scope) ([]Never, error) {
	rows, err := m.deps.DB.Query(ctx, "SELECT id, value, note, at, by_name FROM exchange_never ORDER BY value")
	return db.Collect(rows, err, func(r *sql.Rows) (n Never, err error) {
		return n, r.Scan(&n.ID, &n.Value, &n.Note, db.Time(&n.At), &n.By)
	})
}

// AddNever says that something is never blocked. Faults: exchange.never, Invalid
// field by field; exchange.never_known, Conflict; exchange.never_many.
func (m *Module) AddNever(ctx context.Context, s access.Scope, by, value, note string) (n Never, err error) {
	if err := editsNever(s); err != nil {
		return n, err
	}
	n = Never{Value: strings.ToLower(strings.TrimSpace(value)), Note: strings.Join(strings.Fields(note), " "), At: m.now(), By: by}
	wrong := fault.New(fault.Invalid, "exchange.never")
	if !NewGuard().Add(n.Value, Said) {
		wrong.Field("value", "exchange.never_value")
	}
	if len(n.Note) > maxNote {
		wrong.Field("note", "exchange.never_note", fault.P{"limit": maxNote})
	}
	if len(wrong.Fields) > 0 {
		return n, wrong
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		var count int
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM exchange_never").Scan(&count); err != nil {
			return err
		}
		if count >= maxNever {
			return fault.New(fault.Conflict, "exchange.never_many", fault.P{"limit": maxNever})
		}
		err := tx.QueryRow(ctx, "INSERT INTO exchange_never (value, note, at, by_name) VALUES ($1,$2,$3,$4) RETURNING id", n.Value, n.Note, db.Ms(n.At), n.By).Scan(&n.ID)
		if db.Unique(err) {
			return fault.New(fault.Conflict, "exchange.never_known").Because(err)
		}
		if err != nil {
			return err
		}
		return m.deps.Audit.Append(ctx, tx, s.Actor(), 0, "exchange.never_added", "exchange_never:"+strconv.FormatInt(n.ID, 10), map[string]any{"value": n.Value, "note": n.Note})
	})
	return n, err
}

func editsNever(s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	return s.Require(access.AdvisorySend)
}

// RemoveNever takes back what AddNever said.
func (m *Module) RemoveNever(ctx context.Context, s access.Scope, id int64) error {
	if err := editsNever(s); err != nil {
		return err
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		var value string
		err := tx.QueryRow(ctx, "DELETE FROM exchange_never WHERE id = $1 RETURNING value", id).Scan(&value)
		if db.NotFound(err) {
			return fault.New(fault.NotFound, "exchange.no_never")
		}
		if err != nil {
			return err
		}
		return m.deps.Audit.Append(ctx, tx, s.Actor(), 0, "exchange.never_removed", "exchange_never:"+strconv.FormatInt(id, 10), map[string]any{"value": value})
	})
}

// guard reads what is never blocked; mark changes when it does.
func (m *Module) guard(ctx context.Context) (g *Guard, mark uint64, err error) {
	s := access.System("exchange")
	own, err := m.deps.Owned.Owned(ctx, s)
	if err != nil {
		return nil, 0, err
	}
	said, err := m.nevers(ctx, s)
	if err != nil {
		return nil, 0, fmt.Errorf("exchange: what is never blocked: %w", err)
	}
	slices.Sort(own)
	sum := fnv.New64a()
	g = NewGuard()
	for _, file := range []string{"networks", "domains", "hashes"} {
		text, err := data.Files.ReadFile("neverblock/" + file + ".txt")
		if err != nil {
			return nil, 0, err
		}
		g.AddLines(text, Known)
		_, _ = sum.Write(text)
	}
	for _, o := range own {
		g.Add(o, OwnName)
		_, _ = sum.Write([]byte(o + "\n"))
	}
	for _, n := range said {
		g.Add(n.Value, Said)
		_, _ = sum.Write([]byte(n.Value + "\n"))
	}
	return g.Build(), sum.Sum64(), nil
}
