// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// joined is what a context carries inside of Within.
type joined struct{ tx *Tx }

type joinedKey struct{}

// Within runs f in one write transaction that everything done with its context
// joins: reads see what was written, and a Tx within is a savepoint, undone
// alone when it fails. It is for what must be written together with a change
// that some other code makes: the answer to a request with an idempotency key.
// f must work in one goroutine, and read a result to its end before the next statement.
func (d *DB) Within(ctx context.Context, f func(ctx context.Context, tx *Tx) error) error {
	return d.Tx(ctx, func(tx *Tx) error {
		return f(context.WithValue(ctx, joinedKey{}, joined{tx}), tx)
	})
}

// joinedTx gives the transaction of this database that ctx's work has joined.
func (d *DB) joinedTx(ctx context.Context) (joined, bool) {
	j, ok := ctx.Value(joinedKey{}).(joined)
	return j, ok && j.tx.db == d
}

// savepoint runs f as a part of the transaction that can be undone alone. f is
// given the outer context, as every f of Tx is: what it does with it joins the
// same transaction.
func (j joined) savepoint(ctx context.Context, f func(tx *Tx) error) error {
	const name = "part"
	if _, err := j.tx.tx.ExecContext(ctx, "SAVEPOINT "+name); err != nil {
		return fmt.Errorf("beginning a part: %w", err)
	}
	part := &Tx{tx: j.tx.tx, conn: j.tx.conn, db: j.tx.db}
	if err := f(part); err != nil {
		_, undone := j.tx.tx.ExecContext(context.WithoutCancel(ctx), "ROLLBACK TO SAVEPOINT "+name)
		_, released := j.tx.tx.ExecContext(context.WithoutCancel(ctx), "RELEASE SAVEPOINT "+name)
		if errors.Is(undone, sql.ErrTxDone) {
			undone, released = nil, nil // the whole was undone already
		}
		return errors.Join(err, undone, released)
	}
	if _, err := j.tx.tx.ExecContext(ctx, "RELEASE SAVEPOINT "+name); err != nil {
		return fmt.Errorf("ending a part: %w", err)
	}
	j.tx.after = append(j.tx.after, part.after...)
	return nil
}
