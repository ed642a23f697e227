// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"context"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

// mayEdit says whether the scope may say where alerts come from.
func mayEdit(s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	return s.Require(access.SourceEdit)
}

// Create adds a source; it is looked at within a minute, if it is on.
func (m *Module) Create(ctx context.Context, s access.Scope, f Form) (x Source, err error) {
	if err := mayEdit(s); err != nil {
		return x, err
	}
	if f, err = m.check(f); err != nil {
		return x, err
	}
	x = Source{Form: f, CreatedAt: m.now(), CreatedBy: s.Actor(), HasSecret: f.Secret != ""}
	if x.Active && x.polled() {
		x.NextAt = x.CreatedAt
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := room(ctx, tx); err != nil {
			return err
		}
		if err := m.insert(ctx, tx, s, &x); err != nil {
			return err
		}
		if err := m.setSecret(ctx, tx, s, x.ID, f.Secret); err != nil {
			return err
		}
		return m.note(ctx, tx, s, x, "source.made", x.summary())
	})
	x.Secret = ""
	return x, err
}

// polled says whether the source is asked, and does not come by itself.
func (x Source) polled() bool { return x.Kind != Mailbox || x.Address != "" }

func room(ctx context.Context, tx *db.Tx) error {
	var n int
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM intake_source").Scan(&n); err != nil {
		return fmt.Errorf("intake: counting: %w", err)
	}
	if n >= maxSources {
		return fault.New(fault.Conflict, "intake.many_sources", fault.P{"limit": maxSources})
	}
	return nil
}

func (x Source) summary() map[string]any {
	return map[string]any{"name": x.Name, "kind": x.Kind, "host": x.Host(), "every_minutes": int(x.Every.Minutes()), "active": x.Active, "tlp": x.TLP, "owner": x.Owner}
}

func (m *Module) note(ctx context.Context, tx *db.Tx, s access.Scope, x Source, action string, detail any) error {
	return m.deps.Audit.Append(ctx, tx, s.Actor(), 0, action, objectName(x.ID), detail)
}

// Edit writes a source whole; version is the one the asker saw. Its kind stays.
func (m *Module) Edit(ctx context.Context, s access.Scope, id, version int64, f Form) (x Source, err error) {
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if x, err = m.locked(ctx, tx, s, access.SourceEdit, id); err != nil {
			return err
		}
		if x.Version != version {
			return fault.New(fault.Conflict, "intake.changed_meanwhile")
		}
		f.Kind = x.Kind
		if f, err = m.check(f); err != nil {
			return err
		}
		before := x
		if err := x.becomes(f); err != nil {
			return err
		}
		if x.Active && x.polled() && (!before.Active || before.Every != x.Every || before.Address != x.Address) {
			x.NextAt = m.now()
		}
		if err := m.update(ctx, tx, s, x); err != nil {
			return err
		}
		if f.Secret != "" || f.Forget {
			if err := m.setSecret(ctx, tx, s, id, f.Secret); err != nil {
				return err
			}
		}
		detail := x.summary()
		detail["address_changed"], detail["secret_changed"] = before.Address != x.Address, f.Secret != "" || f.Forget
		return m.note(ctx, tx, s, x, "source.changed", detail)
	})
	x.Secret = ""
	return x, err
}

// becomes takes what the form says. A secret does not follow to another server by
// itself: whoever edits may not know it. What was remembered of another address is forgotten.
func (x *Source) becomes(f Form) error {
	if x.HasSecret && f.Secret == "" && !f.Forget && !sameServer(x.Form, f) {
		return fault.New(fault.Invalid, "intake.invalid").Field("secret", "intake.secret.again")
	}
	if x.Address != f.Address || x.Settings.places() != f.Settings.places() {
		x.progress = ""
	}
	if !f.Active || f.Kind == Mailbox && f.Address == "" {
		x.NextAt = time.Time{}
	}
	x.Form, x.HasSecret = f, f.Secret != "" || x.HasSecret && !f.Forget
	x.Version++
	return nil
}

// Delete forgets a source and what is known of its items; the alerts made of them stay.
func (m *Module) Delete(ctx context.Context, s access.Scope, id int64) error {
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		x, err := m.locked(ctx, tx, s, access.SourceEdit, id)
		if err != nil {
			return err
		}
		if err := m.releaseMails(ctx, tx, s, "i.source_id = $1", id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM intake_source WHERE id = $1", id); err != nil {
			return fmt.Errorf("intake: deleting source %d: %w", id, err)
		}
		return m.note(ctx, tx, s, x, "source.deleted", x.summary())
	})
}

// RunNow asks for a run, whatever the hour and also of a source that is off.
func (m *Module) RunNow(ctx context.Context, s access.Scope, id int64) error {
	if m.Idle {
		return fault.New(fault.Conflict, "intake.idle")
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		x, err := m.locked(ctx, tx, s, access.FeedRun, id)
		if err != nil {
			return err
		}
		if !x.polled() {
			return fault.New(fault.Conflict, "intake.mail.comes")
		}
		if err := m.deps.Queue.Enqueue(ctx, tx, jobs.Job{Kind: runJob, Key: runKey(id), Payload: work{Source: id, ByHand: true}}); err != nil {
			return err
		}
		return m.note(ctx, tx, s, x, "source.run", nil)
	})
}
