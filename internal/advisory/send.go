// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"encoding/json"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/tlp"
)

// Send sends an advisory to its audience as it is now: the organisations, the
// reasons and the people are frozen in the transaction that marks it sent, and
// the mails follow. Faults: advisory.not_ready field by field;
// advisory.four_eyes, Forbidden, where another person has to; advisory.nobody,
// Conflict, when the audience is empty; those of Edit.
func (m *Module) Send(ctx context.Context, s access.Scope, who Author, id, version int64) (Advisory, error) {
	// Read before the transaction: a territory's contacts take longer than a writer should wait.
	reach, err := m.reachOf(ctx, s, id)
	if err != nil {
		return Advisory{}, err
	}
	return m.change(ctx, s, id, version, access.AdvisorySend, "advisory.sent", func(tx *db.Tx, a Advisory) (int64, error) {
		if m.deps.FourEyes && (a.State != Proposed || a.ChangedBy == who.ID) {
			return id, fault.New(fault.Forbidden, "advisory.four_eyes")
		}
		if len(reach.Members) == 0 {
			return id, fault.New(fault.Conflict, "advisory.nobody")
		}
		if a.Revises != 0 {
			return a.Revises, m.replace(ctx, tx, s, a, who, reach)
		}
		return id, m.freeze(ctx, tx, s, a, who, reach)
	})
}

// reachOf gives the reach of a stored advisory that is ready.
func (m *Module) reachOf(ctx context.Context, s access.Scope, id int64) (Reach, error) {
	if err := s.Require(access.AdvisorySend); err != nil {
		return Reach{}, err
	}
	a, err := m.Get(ctx, s, id)
	if err != nil {
		return Reach{}, err
	}
	to, err := a.ready()
	if err != nil {
		return Reach{}, err
	}
	also, err := m.already(ctx, s, a)
	if err != nil {
		return Reach{}, err
	}
	r, err := m.reach(ctx, s, to, also...)
	if err == nil && a.TLP == tlp.Red {
		err = r.onlyNamed()
	}
	if err != nil {
		return r, err
	}
	r.Ways = waysOf(settled(r.recipients(), a.Entry, m.now()))
	return r, m.withKeys(ctx, s, a.Entry, &r)
}

// freeze writes whom it goes to, and asks for the mails.
func (m *Module) freeze(ctx context.Context, tx *db.Tx, s access.Scope, a Advisory, who Author, reach Reach) error {
	if err := m.insertMembers(ctx, tx, s, a.ID, 1, reach); err != nil {
		return err
	}
	people := settled(reach.recipients(), a.Entry, m.now())
	if err := m.insertRecipients(ctx, tx, s, a.ID, 1, people); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE advisory SET version = version + 1, state = $2, sent_at = $3, sent_name = $4, organisations = $5, people = $6 WHERE id = $1",
		a.ID, Sent, db.Ms(m.now()), who.Name, len(reach.Members), len(people))
	if err != nil {
		return err
	}
	if err := m.schedule(ctx, tx, s, a); err != nil {
		return err
	}
	if err := m.announcePublic(ctx, tx, a); err != nil {
		return err
	}
	return m.deps.Queue.Enqueue(ctx, tx, jobs.Job{Kind: tellJob, Key: fmt.Sprintf("%s:%d", tellJob, a.ID), Payload: a.ID})
}

func (m *Module) insertMembers(ctx context.Context, tx *db.Tx, _ access.Scope, id int64, revision int, reach Reach) error {
	rows := make([][]any, len(reach.Members))
	for i, x := range reach.Members {
		why, err := json.Marshal(reasonsOf(x.Reasons))
		if err != nil {
			return err
		}
		rows[i] = []any{id, x.ID(), x.Certain, string(why), len(x.Contacts), revision}
	}
	return tx.BulkInsert(ctx, "advisory_member", []string{"advisory_id", "organisation_id", "certain", "why", "people", "since"}, rows)
}

func (m *Module) insertRecipients(ctx context.Context, tx *db.Tx, _ access.Scope, id int64, revision int, people []recipient) error {
	rows := make([][]any, len(people))
	for i, p := range people {
		orgs, err := json.Marshal(p.organisations)
		if err != nil {
			return err
		}
		rows[i] = []any{id, p.number, mailbox(p.Address), p.Name, p.Language, p.organisations[0], string(orgs), revision, revision, p.widened, p.ID, p.fate(), db.Ms(p.due), p.wait()}
	}
	return tx.BulkInsert(ctx, "advisory_recipient", []string{"advisory_id", "number", "address", "name", "language", "organisation_id", "organisations", "since", "revision", "widened", "contact_id", "fate", "due_at", "wait"}, rows)
}

// Withdraw takes a sent advisory back: its members see that it no longer holds, and why.
func (m *Module) Withdraw(ctx context.Context, s access.Scope, who Author, id, version int64, why string) (a Advisory, err error) {
	if err := s.Territory(); err != nil {
		return a, err
	}
	if err := s.Require(access.AdvisorySend); err != nil {
		return a, err
	}
	if why == "" || len(why) > maxNote {
		return a, fault.New(fault.Invalid, "advisory.entry").Field("why", "advisory.why", fault.P{"limit": maxNote})
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		before, err := m.get(ctx, tx, s, id, db.ForUpdate(tx))
		switch {
		case err != nil:
			return err
		case before.State != Sent:
			return fault.New(fault.Conflict, "advisory.not_sent")
		case before.Version != version:
			return fault.New(fault.Conflict, "advisory.changed_meanwhile")
		}
		_, err = tx.Exec(ctx, "UPDATE advisory SET version = version + 1, state = $2, withdrawn_at = $3, withdrawn_name = $4, withdrawn_why = $5 WHERE id = $1",
			id, Withdrawn, db.Ms(m.now()), who.Name, why)
		if err != nil {
			return err
		}
		if err := m.stopWaiting(ctx, tx, s, id); err != nil {
			return err
		}
		if err := m.deps.Calls.Close(ctx, tx, s, id, 0, true); err != nil {
			return err
		}
		if a, err = m.get(ctx, tx, s, id, ""); err != nil {
			return err
		}
		if err := m.announcePublic(ctx, tx, a); err != nil {
			return err
		}
		return m.audit(ctx, tx, s, a, "advisory.withdrawn")
	})
	return a, err
}

// maxNote bounds what is written in a word, in bytes.
const maxNote = 2000
