// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Heritage is what a body has of the one it belongs to.
type Heritage string

// The ways.
const (
	HeritageFallback Heritage = "fallback" // the parent's, where the body has none of its own
	HeritageProposed Heritage = "proposed" // the parent's is proposed; an operator decides
	HeritageOwn      Heritage = "own"      // always its own
)

// Inherited is one line of the table of what is inherited.
type Inherited struct {
	What string // territory, calls, tier, conditions, people, stack
	How  Heritage
}

// inheritance is the table: what a body has of its parent, and what never.
func inheritance() []Inherited {
	return []Inherited{
		{"territory", HeritageFallback},
		{"calls", HeritageFallback},
		{"tier", HeritageProposed},
		{"conditions", HeritageOwn}, // another legal person: it accepts for itself
		{"people", HeritageOwn},     // a role in the parent opens nothing here
		{"stack", HeritageOwn},
	}
}

// maxFamily bounds how deep families go: a region, its body, that one's company, its branch.
const maxFamily = 4

// Relative is a body of the family.
type Relative struct {
	ID         int64
	Code, Name string
	Type       string
	State      State
	Tier       Tier

	municipality, province string
}

// Territory names where it is.
func (x Relative) Territory(ref *Reference) string {
	return Record{Municipality: x.municipality, Province: x.province}.Territory(ref)
}

// Family is whom a body belongs to, and who belongs to it.
type Family struct {
	Parent   *Relative
	Children []Relative // those that are, or want to become, members; by name
}

const relativeColumns = "id, code, name, type, state, tier, municipality, province"

func scanRelative(r row) (x Relative, err error) {
	err = r.Scan(&x.ID, &x.Code, &x.Name, &x.Type, &x.State, &x.Tier, &x.municipality, &x.province)
	return x, err
}

// FamilyOf gives the family of an organisation the scope may see.
func (m *Module) FamilyOf(ctx context.Context, s access.Scope, o Organisation) (Family, error) {
	if _, err := s.For(o.ID); err != nil {
		return Family{}, err
	}
	return family(ctx, m.db, o)
}

func family(ctx context.Context, q db.Querier, o Organisation) (f Family, err error) {
	if o.Parent != 0 {
		p, err := scanRelative(q.QueryRow(ctx, "SELECT "+relativeColumns+" FROM organisation WHERE id = $1", o.Parent))
		if err != nil {
			return f, fmt.Errorf("parent of organisation %d: %w", o.ID, err)
		}
		f.Parent = &p
	}
	rows, err := q.Query(ctx, "SELECT "+relativeColumns+` FROM organisation
		WHERE parent_id = $1 AND state NOT IN ('unconfirmed','rejected','withdrawn') ORDER BY name_fold, id LIMIT 500`, o.ID)
	f.Children, err = db.Collect(rows, err, func(r *sql.Rows) (Relative, error) { return scanRelative(r) })
	if err != nil {
		return f, fmt.Errorf("children of organisation %d: %w", o.ID, err)
	}
	return f, nil
}

// SetParent says whom a body belongs to, by that one's code; an empty code ends the link. A
// circle, and a family deeper than maxFamily, are refused. Nobody gets access by it.
func (m *Module) SetParent(ctx context.Context, s access.Scope, id, version int64, code string) error {
	if err := s.Territory(); err != nil {
		return err
	}
	if err := s.Require(access.AccreditationEdit); err != nil {
		return err
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		// One change of families at a time: two could close a circle that neither sees.
		if _, err := tx.Exec(ctx, "UPDATE registration_turn SET turn = turn + 1 WHERE one = 1"); err != nil {
			return fmt.Errorf("waiting for the turn: %w", err)
		}
		o, err := organisation(ctx, tx, s, id)
		if err != nil {
			return err
		}
		if o.Version != version {
			return changedMeanwhile()
		}
		parent, err := m.parentFor(ctx, tx, o, code)
		if err != nil || parent == o.Parent {
			return err
		}
		return m.storeParent(ctx, tx, s, o, parent)
	})
}

// parentFor finds the parent a code names, and refuses what would make no family.
func (m *Module) parentFor(ctx context.Context, tx *db.Tx, o Organisation, code string) (int64, error) {
	code = strings.ToLower(strings.TrimSpace(code))
	if code == "" {
		return 0, nil
	}
	wrong := fault.New(fault.Invalid, "constituency.family")
	p, err := scanRelative(tx.QueryRow(ctx, "SELECT "+relativeColumns+" FROM organisation WHERE code = $1 AND state IN ('approved','suspended')", code))
	if db.NotFound(err) {
		return 0, wrong.Field("parent", "constituency.family_unknown")
	}
	if err != nil {
		return 0, fmt.Errorf("looking for the parent: %w", err)
	}
	above, err := lineage(ctx, tx, p.ID)
	if err != nil {
		return 0, err
	}
	for _, id := range above {
		if id == o.ID {
			return 0, wrong.Field("parent", "constituency.family_circle")
		}
	}
	below, err := depthBelow(ctx, tx, o.ID)
	if err != nil {
		return 0, err
	}
	if len(above)+1+below > maxFamily {
		return 0, wrong.Field("parent", "constituency.family_deep", fault.P{"n": maxFamily})
	}
	return p.ID, nil
}

// lineage gives a body and those above it, the nearest first.
func lineage(ctx context.Context, q db.Querier, id int64) ([]int64, error) {
	var out []int64
	for id != 0 && len(out) <= maxFamily {
		out = append(out, id)
		if err := q.QueryRow(ctx, "SELECT COALESCE(parent_id, 0) FROM organisation WHERE id = $1", id).Scan(&id); err != nil {
			return nil, fmt.Errorf("lineage of organisation %d: %w", id, err)
		}
	}
	return out, nil
}

// depthBelow counts the generations below a body.
func depthBelow(ctx context.Context, q db.Querier, id int64) (int, error) {
	ids, depth := []int64{id}, 0
	for depth <= maxFamily {
		rows, err := q.Query(ctx, "SELECT id FROM organisation WHERE parent_id IN "+db.In(1, len(ids)), db.Args(ids)...)
		next, err := db.Collect(rows, err, func(r *sql.Rows) (id int64, err error) {
			err = r.Scan(&id)
			return id, err
		})
		if err != nil {
			return 0, fmt.Errorf("children of %d organisations: %w", len(ids), err)
		}
		if len(next) == 0 {
			break
		}
		ids, depth = next[:min(len(next), activeBatch)], depth+1
	}
	return depth, nil
}

func (m *Module) storeParent(ctx context.Context, tx *db.Tx, s access.Scope, o Organisation, parent int64) error {
	result, err := tx.Exec(ctx, "UPDATE organisation SET parent_id = $1, version = version + 1 WHERE id = $2 AND version = $3", nullID(parent), o.ID, o.Version)
	if err != nil {
		return fmt.Errorf("parent of organisation %d: %w", o.ID, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return changedMeanwhile().Because(err)
	}
	return m.deps.Audit.Append(ctx, tx, s.Actor(), o.ID, "organisation.parent", "organisation:"+o.Code, map[string]any{"from": o.Parent, "to": parent})
}

// ChildrenOnExit is what becomes of the children when their parent is withdrawn: somebody must say it.
type ChildrenOnExit string

// The ways.
const (
	ReleaseChildren  ChildrenOnExit = "release"  // they stay members, on their own
	WithdrawChildren ChildrenOnExit = "withdraw" // they are withdrawn too, and theirs
)

// leaveFamily does what was decided about the children of a body that is withdrawn.
func (m *Module) leaveFamily(ctx context.Context, tx *db.Tx, s access.Scope, o Organisation, d Decision) error {
	f, err := family(ctx, tx, o)
	if err != nil || len(f.Children) == 0 {
		return err
	}
	if d.Children != ReleaseChildren && d.Children != WithdrawChildren {
		return fault.New(fault.Invalid, "constituency.decision").Field("children", "constituency.family_children", fault.P{"n": len(f.Children)})
	}
	for _, x := range f.Children {
		child, err := organisation(ctx, tx, s, x.ID)
		if err != nil {
			return err
		}
		if d.Children == ReleaseChildren {
			err = m.storeParent(ctx, tx, s, child, 0)
		} else {
			err = m.decide(ctx, tx, s, child, Decision{Action: Withdraw, Reason: d.Reason, By: d.By, Children: WithdrawChildren})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// parentCalls are the parent's contacts, as a last resort of a body whose own do not answer.
func (m *Module) parentCalls(ctx context.Context, o Organisation) ([]Call, error) {
	if o.Parent == 0 {
		return nil, nil
	}
	s, err := access.System("family").For(o.Parent)
	if err != nil {
		return nil, err
	}
	p, err := organisation(ctx, m.db, s, o.Parent)
	if err != nil || !p.State.Member() {
		return nil, err
	}
	all, err := contacts(ctx, m.db, s)
	if err != nil {
		return nil, err
	}
	var out []Call
	for _, c := range WhoToCall(m.ref, duty(p, rememberDays(holidays(p)), all, nil), m.now().In(p.Zone())) {
		c.Reach, c.Parent = ReachParent, p.Name
		out = append(out, c)
	}
	return out[:min(len(out), maxParentCalls)], nil
}

// maxParentCalls is how many of the parent's contacts are offered.
const maxParentCalls = 3

// parentsOf names the parents of a page of organisations, in one query.
func (m *Module) parentsOf(ctx context.Context, rows []Organisation) (map[int64]Relative, error) {
	var ids []int64
	for _, o := range rows {
		if o.Parent != 0 {
			ids = append(ids, o.Parent)
		}
	}
	out := map[int64]Relative{}
	if len(ids) == 0 {
		return out, nil
	}
	found, err := m.db.Query(ctx, "SELECT "+relativeColumns+" FROM organisation WHERE id IN "+db.In(1, len(ids)), db.Args(ids)...)
	all, err := db.Collect(found, err, func(r *sql.Rows) (Relative, error) { return scanRelative(r) })
	if err != nil {
		return nil, fmt.Errorf("parents of %d organisations: %w", len(rows), err)
	}
	for _, x := range all {
		out[x.ID] = x
	}
	return out, nil
}
