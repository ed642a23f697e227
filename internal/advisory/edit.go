// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"strconv"

	"martinella/internal/access"
	"martinella/internal/advisory/audience"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Author is who does something; it stands in the record by name.
type Author struct {
	ID    int64
	Name  string
	Email string
	Staff bool // of the CSIRT: reading what a member received is no opening of it
}

func object(id int64) string { return "advisory:" + strconv.FormatInt(id, 10) }

// Create writes a draft. Faults: advisory.entry, Invalid field by field, or
// Conflict where another one has the reference.
func (m *Module) Create(ctx context.Context, s access.Scope, who Author, e Entry) (a Advisory, err error) {
	if err := m.mayWrite(s); err != nil {
		return a, err
	}
	if e = e.tidy(); e.check() != nil {
		return a, e.check()
	}
	if err := m.knowsLists(ctx, s, e); err != nil {
		return a, err
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		id, err := m.insert(ctx, tx, s, e, who, 0)
		if err != nil {
			return err
		}
		if a, err = m.get(ctx, tx, s, id, ""); err != nil {
			return err
		}
		return m.audit(ctx, tx, s, a, "advisory.created")
	})
	return a, err
}

// Edit writes a draft, or one that is proposed, whole; it has then to be
// proposed again. Faults: those of Create; advisory.changed_meanwhile when it
// is not at the version; advisory.sent_already.
func (m *Module) Edit(ctx context.Context, s access.Scope, who Author, id, version int64, e Entry) (a Advisory, err error) {
	if e = e.tidy(); e.check() != nil {
		return a, e.check()
	}
	if err := m.mayWrite(s); err != nil {
		return a, err
	}
	if err := m.knowsLists(ctx, s, e); err != nil {
		return a, err
	}
	return m.change(ctx, s, id, version, access.AdvisoryEdit, "advisory.changed", func(tx *db.Tx, a Advisory) (int64, error) {
		a.Entry = e
		return id, m.update(ctx, tx, s, a, who)
	})
}

// Propose asks a second person to send it.
func (m *Module) Propose(ctx context.Context, s access.Scope, who Author, id, version int64) (Advisory, error) {
	return m.change(ctx, s, id, version, access.AdvisoryEdit, "advisory.proposed", func(tx *db.Tx, a Advisory) (int64, error) {
		if _, err := a.ready(); err != nil {
			return id, err
		}
		_, err := tx.Exec(ctx, "UPDATE advisory SET version = version + 1, state = $2, changed_by = $3, proposed_at = $4, proposed_name = $5 WHERE id = $1",
			a.ID, Proposed, who.ID, db.Ms(m.now()), who.Name)
		return id, err
	})
}

// Discard deletes a draft. What was sent is never deleted.
func (m *Module) Discard(ctx context.Context, s access.Scope, id, version int64) error {
	if err := m.mayWrite(s); err != nil {
		return err
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		a, err := m.unsent(ctx, tx, s, id, version)
		if err != nil {
			return err
		}
		if err := m.releaseOriginals(ctx, tx, s, id); err != nil {
			return err
		}
		if err := m.dropFiles(ctx, tx, s, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM advisory WHERE id = $1", id); err != nil {
			return err
		}
		return m.audit(ctx, tx, s, a, "advisory.discarded")
	})
}

func (m *Module) mayWrite(s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	return s.Require(access.AdvisoryEdit)
}

// change does something to one that is not sent, in a transaction, and gives the
// advisory that do names as it is then.
func (m *Module) change(ctx context.Context, s access.Scope, id, version int64, p access.Permission, action string, do func(*db.Tx, Advisory) (int64, error)) (a Advisory, err error) {
	if err := s.Territory(); err != nil {
		return a, err
	}
	if err := s.Require(p); err != nil {
		return a, err
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		before, err := m.unsent(ctx, tx, s, id, version)
		if err != nil {
			return err
		}
		now, err := do(tx, before)
		if err != nil {
			return err
		}
		if a, err = m.get(ctx, tx, s, now, ""); err != nil {
			return err
		}
		return m.audit(ctx, tx, s, a, action)
	})
	return a, err
}

// unsent reads one that can still be changed, at the version its editor saw.
func (m *Module) unsent(ctx context.Context, tx *db.Tx, s access.Scope, id, version int64) (Advisory, error) {
	a, err := m.get(ctx, tx, s, id, db.ForUpdate(tx))
	switch {
	case err != nil:
		return a, err
	case a.State != Draft && a.State != Proposed:
		return a, fault.New(fault.Conflict, "advisory.sent_already")
	case a.Version != version:
		return a, fault.New(fault.Conflict, "advisory.changed_meanwhile")
	}
	return a, nil
}

// ready says whether it can be sent as it is: with a body in every language it
// has a title in, and an audience that its label allows.
func (a Advisory) ready() (audience.Expr, error) {
	f := fault.New(fault.Invalid, "advisory.not_ready")
	for lang, t := range a.Texts {
		if t.Body == "" {
			f.Field("body_"+lang, "advisory.body")
		}
	}
	if a.Revises != 0 && a.Change == "" {
		f.Field("change", "advisory.change")
	}
	to, err := audience.Parse(a.Audience)
	if err == nil {
		err = a.checkAudience()
	}
	if err != nil {
		of := fault.Of(err)
		f.Field("audience", of.Code, of.Params)
	}
	if len(f.Fields) > 0 {
		return to, f
	}
	return to, nil
}

func (m *Module) audit(ctx context.Context, tx *db.Tx, s access.Scope, a Advisory, action string) error {
	return m.deps.Audit.Append(ctx, tx, s.Actor(), 0, action, object(a.ID), map[string]any{
		"reference": a.Reference, "title": a.Title(), "severity": a.Severity, "tlp": a.TLP, "audience": a.Audience, "version": a.Version})
}
