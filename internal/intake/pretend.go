// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"context"

	"martinella/internal/access"
	"martinella/internal/intake/pull"
	"martinella/internal/platform/db"
)

// Pretend writes how a source would have been doing and what it would have had: a
// demonstration asks nobody. What was refused has its code; the counts are those given.
func (m *Module) Pretend(ctx context.Context, s access.Scope, id int64, h Health, items []Item) error {
	if err := mayEdit(s); err != nil {
		return err
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		for _, i := range items {
			f := fate{state: i.State, mark: i.Title, code: i.Code, params: pack(i.Params), advisory: i.Advisory}
			if err := m.writeItem(ctx, tx, s, id, pull.Item{ID: i.Title, Title: i.Title, Link: i.Link}, f); err != nil {
				return err
			}
		}
		x, err := m.source(ctx, tx, s, id, db.ForUpdate(tx))
		if err != nil {
			return err
		}
		x.Health = h
		if err := m.writeHealth(ctx, tx, x); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE intake_source SET item_at = $2, fresh = $3, revised = $4, refused = $5 WHERE id = $1", id, db.Ms(h.ItemAt), h.Fresh, h.Revised, h.Refused)
		return err
	})
}
