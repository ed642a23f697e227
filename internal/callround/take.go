// SPDX-License-Identifier: EUPL-1.2

package callround

import (
	"context"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// TakeNext gives a person the line whose turn it is, or the one he has already.
// A Conflict fault, callround.nothing, when there is none that nobody has.
func (m *Module) TakeNext(ctx context.Context, s access.Scope, who Person) (l Line, err error) {
	if err := mayCall(s, who); err != nil {
		return l, err
	}
	// A line that another took between being found and being locked is none: look again.
	for range 5 {
		err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
			var err error
			l, err = m.takeNext(ctx, tx, s, who)
			return err
		})
		if err != nil || l.ID != 0 {
			return l, err
		}
	}
	return l, fault.New(fault.Conflict, "callround.nothing")
}

// takeNext gives no line where there is none.
func (m *Module) takeNext(ctx context.Context, tx *db.Tx, s access.Scope, who Person) (Line, error) {
	now := db.Ms(m.now())
	mine, err := m.one(ctx, tx, s, `closed_why = '' AND holder = $1 AND held_until > $2 ORDER BY severity, turn, id LIMIT 1`, who.ID, now)
	if err != nil || mine.ID != 0 {
		return mine, err
	}
	next, err := m.one(ctx, tx, s, `closed_why = '' AND held_until <= $1 AND next_at <= $1 ORDER BY severity, turn, id LIMIT 1`+db.SkipLocked(tx), now)
	if err != nil || next.ID == 0 {
		return next, err
	}
	return m.hold(ctx, tx, s, next.ID, who)
}

// Take gives a person a line he chose, or keeps it his for another lease.
// Faults: callround.taken, Conflict, while somebody else has it; callround.closed.
func (m *Module) Take(ctx context.Context, s access.Scope, who Person, id int64) (l Line, err error) {
	if err := mayCall(s, who); err != nil {
		return l, err
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if l, err = m.free(ctx, tx, s, who, id); err != nil {
			return err
		}
		l, err = m.hold(ctx, tx, s, id, who)
		return err
	})
	return l, err
}

// free reads and locks a line that a person may take or has.
func (m *Module) free(ctx context.Context, tx *db.Tx, s access.Scope, who Person, id int64) (Line, error) {
	l, err := m.one(ctx, tx, s, "id = $1"+db.ForUpdate(tx), id)
	switch {
	case err != nil:
		return l, err
	case l.ID == 0:
		return l, unknown(nil)
	case !l.Open():
		return l, closed(l)
	case l.Held(m.now()) && l.Holder != who.ID:
		return l, fault.New(fault.Conflict, "callround.taken", fault.P{"name": l.HolderName})
	}
	return l, nil
}

func closed(l Line) error { return fault.New(fault.Conflict, "callround.closed."+string(l.Why)) }

func (m *Module) hold(ctx context.Context, tx *db.Tx, s access.Scope, id int64, who Person) (Line, error) {
	_, err := tx.Exec(ctx, "UPDATE callround_line SET holder = $2, holder_name = $3, held_until = $4 WHERE id = $1", id, who.ID, who.Name, db.Ms(m.now().Add(Lease)))
	if err != nil {
		return Line{}, err
	}
	return m.one(ctx, tx, s, "id = $1", id)
}

// Release gives a line back that a person has; one that he has not is left as it is.
func (m *Module) Release(ctx context.Context, s access.Scope, who Person, id int64) error {
	if err := mayCall(s, who); err != nil {
		return err
	}
	_, err := m.deps.DB.Exec(ctx, "UPDATE callround_line SET holder = 0, held_until = 0 WHERE id = $1 AND holder = $2 AND closed_why = ''", id, who.ID)
	return err
}
