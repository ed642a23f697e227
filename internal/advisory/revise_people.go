// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"encoding/json"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/quiet"
	"martinella/internal/platform/tlp"
)

// joinMembers adds the organisations that a revision is the first for.
func (m *Module) joinMembers(ctx context.Context, tx *db.Tx, s access.Scope, id int64, revision int, reach Reach) error {
	have, err := m.memberIDs(ctx, tx, s, id)
	if err != nil {
		return err
	}
	joining := Reach{}
	for _, x := range reach.Members {
		if !have[x.ID()] {
			joining.Members = append(joining.Members, x)
		}
	}
	return m.insertMembers(ctx, tx, s, id, revision, joining)
}

// memberIDs are the organisations an advisory was sent to.
func (m *Module) memberIDs(ctx context.Context, q db.Querier, _ access.Scope, id int64) (map[int64]bool, error) {
	rows, err := q.Query(ctx, "SELECT organisation_id FROM advisory_member WHERE advisory_id = $1", id)
	ids, err := db.Collect(rows, err, func(r *sql.Rows) (n int64, err error) { return n, r.Scan(&n) })
	out := make(map[int64]bool, len(ids))
	for _, n := range ids {
		out[n] = true
	}
	return out, err
}

// joinRecipients marks those who are written to again and adds those who are
// for the first time. Who is no contact any more keeps his row, and gets nothing.
func (m *Module) joinRecipients(ctx context.Context, tx *db.Tx, s access.Scope, id int64, revision int, people []recipient) error {
	known, last, err := m.recipientNumbers(ctx, tx, s, id)
	if err != nil {
		return err
	}
	var again []int64
	var joining, waiting []recipient
	for _, p := range people {
		if n, ok := known[mailbox(p.Address)]; ok {
			p.number = n.number
			again = append(again, n.number)
			if p.why != quiet.Now {
				waiting = append(waiting, p)
			}
			if err := m.correctRecipient(ctx, tx, s, id, p, n); err != nil {
				return err
			}
			continue
		}
		last++
		p.number = last
		joining = append(joining, p)
	}
	for len(again) > 0 {
		some := again[:min(500, len(again))]
		again = again[len(some):]
		if _, err := tx.Exec(ctx, "UPDATE advisory_recipient SET revision = $2, "+missed+unwritten+" WHERE advisory_id = $1 AND number IN "+db.In(3, len(some)), append([]any{id, revision}, db.Args(some)...)...); err != nil {
			return err
		}
	}
	if err := m.letWait(ctx, tx, s, id, waiting); err != nil {
		return err
	}
	// Whose mail had not left, and who is no contact any more, gets none.
	if _, err := tx.Exec(ctx, "UPDATE advisory_recipient SET fate = $3, fate_at = $4, due_at = NULL WHERE advisory_id = $1 AND revision < $2 AND fate = ''", id, revision, FateDropped, db.Ms(m.now())); err != nil {
		return err
	}
	return m.insertRecipients(ctx, tx, s, id, revision, joining)
}

// missed makes the revision the first for whom no earlier one reached: it must not
// tell him that something changed which he does not know.
const missed = "since = CASE WHEN NOT widened AND (fate IN ('failed', 'bounced') OR (fate = '' AND due_at IS NOT NULL)) THEN $2 ELSE since END, "

// unwritten is what a row says of somebody no mail of the revision that holds has left to.
const unwritten = "fate = '', fate_at = NULL, sent_at = NULL, answer = '', protection = '', opened_at = NULL, due_at = NULL, wait = '', bundle = '', former = ''"

// withWidened adds those who were written to because nobody else acknowledged, as
// far as they can still be: they had the alert, so they hear that it changed.
// Under TLP:RED only those who are named do.
func (m *Module) withWidened(ctx context.Context, tx *db.Tx, s access.Scope, id int64, label tlp.Label, people []recipient) ([]recipient, error) {
	if label == tlp.Red {
		return people, nil
	}
	rows, err := tx.Query(ctx, "SELECT number, address, organisations FROM advisory_recipient WHERE advisory_id = $1 AND widened ORDER BY number", id)
	widened, err := db.Collect(rows, err, func(r *sql.Rows) (p recipient, err error) {
		var orgs string
		if err := r.Scan(&p.number, &p.Address, &orgs); err != nil {
			return p, err
		}
		return p, json.Unmarshal([]byte(orgs), &p.organisations)
	})
	if err != nil || len(widened) == 0 {
		return people, err
	}
	others, err := m.deps.Directory.Others(ctx, s, idsOf(widened))
	if err != nil {
		return nil, err
	}
	listed := map[string]bool{}
	for _, p := range people {
		listed[mailbox(p.Address)] = true
	}
	for _, w := range widened {
		for _, org := range w.organisations {
			for _, c := range others[org] {
				if key := mailbox(c.Address); key == w.Address && !listed[key] {
					listed[key] = true
					people = append(people, recipient{Contact: c, organisations: w.organisations, wishes: []wish{{c.Wish, m.deps.Zone, nil}}})
				}
			}
		}
	}
	return people, nil
}

// knownRecipient is what is kept of somebody who was written to.
type knownRecipient struct {
	number                        int64
	contact                       int64
	name, language, organisations string
}

func (m *Module) recipientNumbers(ctx context.Context, tx *db.Tx, _ access.Scope, id int64) (map[string]knownRecipient, int64, error) {
	out := map[string]knownRecipient{}
	var last int64
	rows, err := tx.Query(ctx, "SELECT address, number, contact_id, name, language, organisations FROM advisory_recipient WHERE advisory_id = $1 ORDER BY number"+db.ForUpdate(tx), id)
	_, err = db.Collect(rows, err, func(r *sql.Rows) (struct{}, error) {
		var address string
		var k knownRecipient
		err := r.Scan(&address, &k.number, &k.contact, &k.name, &k.language, &k.organisations)
		out[address], last = k, max(last, k.number)
		return struct{}{}, err
	})
	return out, last, err
}

// correctRecipient writes what changed of somebody since he was last written to: it seldom did.
func (m *Module) correctRecipient(ctx context.Context, tx *db.Tx, _ access.Scope, id int64, p recipient, k knownRecipient) error {
	orgs, err := json.Marshal(p.organisations)
	if err != nil || p.ID == k.contact && p.Name == k.name && p.Language == k.language && string(orgs) == k.organisations {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE advisory_recipient SET name = $3, language = $4, organisation_id = $5, organisations = $6, contact_id = $7 WHERE advisory_id = $1 AND number = $2",
		id, p.number, p.Name, p.Language, p.organisations[0], string(orgs), p.ID)
	return err
}
