// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// WriteAnew writes an advisory to somebody at whom it did not arrive, at the
// address that stands in his organisation's record now. The row takes the address
// in the transaction of the mail, so it is written once. Faults, Conflict:
// advisory.written_no_more, of one that was withdrawn; advisory.arrived, where it did or was written anew already;
// advisory.same_address, where nobody corrected it; advisory.address_taken, where
// another of its people has the address.
func (m *Module) WriteAnew(ctx context.Context, s access.Scope, id, number int64) (Person, error) {
	if err := m.mayRead(s); err != nil {
		return Person{}, err
	}
	if err := s.Require(access.AdvisorySend); err != nil {
		return Person{}, err
	}
	p, err := m.person(ctx, m.deps.DB, s, id, number, "")
	if err != nil {
		return p, err
	}
	others, err := m.deps.Directory.Others(ctx, s, p.organisations)
	if err != nil {
		return p, fmt.Errorf("advisory %d: the address of person %d: %w", id, number, err)
	}
	err = m.deps.DB.Within(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := m.get(ctx, tx, s, id, db.ForUpdate(tx))
		if err != nil {
			return err
		}
		p, err = m.person(ctx, tx, s, id, number, db.ForUpdate(tx))
		if err != nil {
			return err
		}
		return m.writeAnew(ctx, tx, s, a, p, p.inRecord(others))
	})
	if err != nil {
		return p, err
	}
	one := []Person{p}
	if one[0], err = m.person(ctx, m.deps.DB, s, id, number, ""); err != nil {
		return p, err
	}
	err = m.withBodies(ctx, s, id, one)
	return one[0], err
}

func (m *Module) writeAnew(ctx context.Context, tx *db.Tx, s access.Scope, a Advisory, p Person, now Contact) error {
	switch {
	case a.State != Sent:
		return fault.New(fault.Conflict, "advisory.written_no_more")
	case !p.Fate.Troubled() || p.Revision != a.Revision:
		return fault.New(fault.Conflict, "advisory.arrived")
	case now.Address == "":
		return fault.New(fault.Conflict, "advisory.same_address")
	}
	var taken int
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM advisory_recipient WHERE advisory_id = $1 AND address = $2", a.ID, mailbox(now.Address)).Scan(&taken); err != nil {
		return err
	}
	if taken > 0 {
		return fault.New(fault.Conflict, "advisory.address_taken")
	}
	var anew int64
	err := tx.QueryRow(ctx, `UPDATE advisory_recipient SET former = address, address = $3, name = $4, language = $5, fate = '', fate_at = NULL, sent_at = NULL, answer = '', anew = anew + 1
		WHERE advisory_id = $1 AND number = $2 RETURNING anew`, a.ID, p.Number, mailbox(now.Address), now.Name, now.Language).Scan(&anew)
	if err != nil {
		return err
	}
	if err := m.audit(ctx, tx, s, a, "advisory.written_anew"); err != nil {
		return err
	}
	person := recipient{Contact: now, number: p.Number, organisations: p.organisations, since: a.Revision, widened: p.Widened, step: fmt.Sprintf("anew:%d", anew)}
	return m.write(ctx, tx, s, a, []recipient{person})
}
