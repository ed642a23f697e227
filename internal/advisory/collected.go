// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"martinella/internal/access"
	"martinella/internal/platform/db"
)

// CollectedMail tells one person of several alerts.
type CollectedMail struct {
	Bundle       string // its name: no other mail has it
	Organisation int64
	To           Contact
	Subject      string
	Text         string
	TLP          string // the most restricted label of what it says
}

// collectStep is how many people one transaction writes to.
const collectStep = 50

// collected is an alert that waits for somebody's one mail a day.
type collected struct {
	recipient
	advisory Advisory
}

func (m *Module) sendCollected(ctx context.Context, s access.Scope) error {
	for done := false; !done; {
		var err error
		if done, err = m.collectSome(ctx, s); err != nil {
			return fmt.Errorf("advisory: the day's mails: %w", err)
		}
	}
	return nil
}

// collectSome writes to some people of all that is due to them; done where these were all.
func (m *Module) collectSome(ctx context.Context, s access.Scope) (done bool, err error) {
	err = m.deps.DB.Within(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err := m.collectedDue(ctx, tx, s)
		if err != nil {
			return err
		}
		if done = len(list) == 0; done {
			return nil
		}
		all := make([]recipient, len(list))
		for i, x := range list {
			all[i] = x.recipient
		}
		orgs, err := m.organisationsOf(ctx, s, all)
		if err != nil {
			return err
		}
		for _, one := range byAddress(list) {
			if err := m.writeCollected(ctx, tx, s, one, orgs); err != nil {
				return err
			}
		}
		return nil
	})
	return done, err
}

// lockDue locks the alerts that are due to some people, before what is written of
// people: whoever withdraws or revises one locks in this order too.
func (m *Module) lockDue(ctx context.Context, tx *db.Tx, _ access.Scope, now any) ([]int64, error) {
	rows, err := tx.Query(ctx, `SELECT a.id FROM advisory a WHERE a.id IN (SELECT p.advisory_id FROM advisory_recipient p WHERE p.due_at <= $1 AND p.wait = $2
		AND p.address IN (SELECT DISTINCT q.address FROM advisory_recipient q WHERE q.due_at <= $1 AND q.wait = $2 ORDER BY q.address LIMIT $3)) ORDER BY a.id`+db.ForUpdate(tx), now, WaitCollected, collectStep)
	return db.Collect(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
}

// collectedDue gives all that is due to some people, by their addresses. What is
// locked here nobody withdraws or revises meanwhile.
func (m *Module) collectedDue(ctx context.Context, tx *db.Tx, s access.Scope) ([]collected, error) {
	now := db.Ms(m.now())
	locked, err := m.lockDue(ctx, tx, s, now)
	if err != nil || len(locked) == 0 {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT p.advisory_id, p.number, p.address, p.name, p.language, p.organisations FROM advisory_recipient p WHERE p.due_at <= $1 AND p.wait = $2
		AND p.address IN (SELECT DISTINCT q.address FROM advisory_recipient q WHERE q.due_at <= $1 AND q.wait = $2 ORDER BY q.address LIMIT $3)
		AND p.advisory_id IN `+db.In(4, len(locked))+" ORDER BY p.advisory_id, p.number"+db.ForUpdate(tx), append([]any{now, WaitCollected, collectStep}, db.Args(locked)...)...)
	list, err := db.Collect(rows, err, func(r *sql.Rows) (x collected, err error) {
		var orgs string
		if err := r.Scan(&x.advisory.ID, &x.number, &x.Address, &x.Name, &x.Language, &orgs); err != nil {
			return x, err
		}
		return x, json.Unmarshal([]byte(orgs), &x.organisations)
	})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b collected) int { return strings.Compare(a.Address, b.Address) }) // locked in the order in which all lock people
	known := map[int64]Advisory{}
	for i, x := range list {
		a, read := known[x.advisory.ID]
		if !read {
			if a, err = m.get(ctx, tx, s, x.advisory.ID, ""); err != nil {
				return nil, err
			}
			known[a.ID] = a
		}
		list[i].advisory = a
	}
	return list, nil
}

func byAddress(list []collected) [][]collected {
	var out [][]collected
	for i, x := range list {
		if i == 0 || x.Address != list[i-1].Address {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], x)
	}
	return out
}

// writeCollected queues one person's mail, and has nothing wait for him any more.
func (m *Module) writeCollected(ctx context.Context, tx *db.Tx, _ access.Scope, list []collected, orgs map[int64]Organisation) error {
	first := list[0]
	bundle := fmt.Sprintf("%d:%d:%d", first.advisory.ID, first.advisory.Revision, first.number) // waits for one mail only
	for _, x := range list {
		if _, err := tx.Exec(ctx, "UPDATE advisory_recipient SET due_at = NULL, bundle = $3 WHERE advisory_id = $1 AND number = $2", x.advisory.ID, x.number, bundle); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE advisory SET queued = queued + 1 WHERE id = $1", x.advisory.ID); err != nil {
			return err
		}
	}
	// The gravest first.
	slices.SortStableFunc(list, func(a, b collected) int { return a.advisory.Severity.Rank() - b.advisory.Severity.Rank() })
	return m.deps.Mail.QueueCollected(ctx, tx, m.collectedMail(bundle, list, orgs))
}
