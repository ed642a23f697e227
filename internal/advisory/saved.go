// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"martinella/internal/access"
	"martinella/internal/advisory/audience"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Saved is an audience kept under a name: "list:NAME" stands for it, as it is
// when an alert is sent. It may be a list of organisations or any condition.
type Saved struct {
	ID       int64
	Version  int64
	Name     string // in small letters
	Audience string
	Note     string
	Changed  Step
}

// The most a saved audience holds, in letters, and how many there are.
const (
	maxName  = 60
	maxSaved = 500
)

func (v Saved) tidy() Saved {
	v.Name = strings.ToLower(strings.Join(strings.Fields(v.Name), " "))
	v.Audience, v.Note = strings.TrimSpace(v.Audience), strings.TrimSpace(v.Note)
	return v
}

func (v Saved) check() error {
	f := fault.New(fault.Invalid, "advisory.saved")
	switch {
	case v.Name == "":
		f.Field("name", "advisory.saved.name")
	case utf8.RuneCountInString(v.Name) > maxName:
		f.Field("name", "advisory.long", fault.P{"limit": maxName})
	}
	if utf8.RuneCountInString(v.Note) > maxNote {
		f.Field("note", "advisory.long", fault.P{"limit": maxNote})
	}
	to, err := audience.Parse(v.Audience)
	switch {
	case err != nil:
		of := fault.Of(err)
		f.Field("audience", of.Code, of.Params)
	case len(listsIn(to)) > 0:
		f.Field("audience", "advisory.saved.nested")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// listsIn names the lists of an audience.
func listsIn(to audience.Expr) (out []string) {
	for _, t := range to.Terms() {
		if t.Key == audience.List && !slices.Contains(out, strings.ToLower(t.Value)) {
			out = append(out, strings.ToLower(t.Value))
		}
	}
	return out
}

// AudiencesSaved gives all saved audiences by name: there are at most some hundreds.
func (m *Module) AudiencesSaved(ctx context.Context, s access.Scope) ([]Saved, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	if err := s.Require(access.AdvisoryRead); err != nil {
		return nil, err
	}
	return m.saved(ctx, m.deps.DB, s, "1 = 1 ORDER BY name LIMIT "+strconv.Itoa(maxSaved))
}

// SavedAudience gives one; a NotFound fault where there is none.
func (m *Module) SavedAudience(ctx context.Context, s access.Scope, id int64) (Saved, error) {
	if err := s.Territory(); err != nil {
		return Saved{}, err
	}
	if err := s.Require(access.AdvisoryRead); err != nil {
		return Saved{}, err
	}
	return m.oneSaved(ctx, m.deps.DB, s, id, "")
}

// SaveAudience writes one: a new one where its ID is 0, else over the one that
// is at its Version. Faults: advisory.saved field by field, Conflict where
// another has the name; advisory.changed_meanwhile.
func (m *Module) SaveAudience(ctx context.Context, s access.Scope, who Author, v Saved) (out Saved, err error) {
	if err := m.mayWrite(s); err != nil {
		return out, err
	}
	if v = v.tidy(); v.check() != nil {
		return out, v.check()
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if v.ID, err = m.writeSaved(ctx, tx, s, who, v); err != nil {
			return err
		}
		if out, err = m.oneSaved(ctx, tx, s, v.ID, ""); err != nil {
			return err
		}
		return m.auditSaved(ctx, tx, s, out, "advisory.audience_saved")
	})
	return out, err
}

// ForgetAudience deletes one. Drafts that name it have to name another before they are sent.
func (m *Module) ForgetAudience(ctx context.Context, s access.Scope, id, version int64) error {
	if err := m.mayWrite(s); err != nil {
		return err
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		v, err := m.oneSaved(ctx, tx, s, id, "")
		if err != nil {
			return err
		}
		if err := m.atVersion(ctx, tx, s, id, version); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM advisory_audience WHERE id = $1", id); err != nil {
			return err
		}
		return m.auditSaved(ctx, tx, s, v, "advisory.audience_forgotten")
	})
}

func (m *Module) auditSaved(ctx context.Context, tx *db.Tx, s access.Scope, v Saved, action string) error {
	return m.deps.Audit.Append(ctx, tx, s.Actor(), 0, action, "audience:"+strconv.FormatInt(v.ID, 10), map[string]any{"name": v.Name, "audience": v.Audience})
}

// spelled writes an audience with what its lists stand for now. A fault of the
// field "audience" names the first list there is not.
func (m *Module) spelled(ctx context.Context, s access.Scope, to audience.Expr) (audience.Expr, error) {
	names := listsIn(to)
	if len(names) == 0 {
		return to, nil
	}
	all, err := m.saved(ctx, m.deps.DB, s, "name IN "+db.In(1, len(names)), db.Args(names)...)
	if err != nil {
		return to, err
	}
	means := map[string]audience.Expr{}
	for _, v := range all {
		if means[v.Name], err = audience.Parse(v.Audience); err != nil {
			return to, err
		}
	}
	for _, name := range names {
		if _, known := means[name]; !known {
			return to, fault.New(fault.Invalid, "advisory.entry").Field("audience", "advisory.no_list", fault.P{"name": clip(name)})
		}
	}
	return replaced(to, means), nil
}

// replaced puts what lists stand for in their place.
func replaced(e audience.Expr, means map[string]audience.Expr) audience.Expr {
	if e.Op == audience.Term {
		if e.Key == audience.List {
			return means[strings.ToLower(e.Value)]
		}
		return e
	}
	out := audience.Expr{Op: e.Op}
	for _, p := range e.Parts {
		out.Parts = append(out.Parts, replaced(p, means))
	}
	return out
}

// knowsLists refuses an entry whose audience names a list there is not.
func (m *Module) knowsLists(ctx context.Context, s access.Scope, e Entry) error {
	if e.Audience == "" {
		return nil
	}
	to, err := audience.Parse(e.Audience)
	if err != nil {
		return err
	}
	_, err = m.spelled(ctx, s, to)
	return err
}
