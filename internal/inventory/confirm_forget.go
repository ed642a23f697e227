// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
)

// Forget takes back what the organisation said an item is: this item is
// identified anew, and a job does the same with those that followed its name.
// What was said for everyone stays (see [Module.ForgetName]). Taking it back
// again changes nothing.
func (m *Module) Forget(ctx context.Context, s access.Scope, id int64) error {
	org, err := editor(s)
	if err != nil {
		return err
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		was, err := findItem(ctx, tx, org, id)
		if err != nil {
			return err
		}
		if err := m.forgetOwn(ctx, tx, s, org, was.NameKey); err != nil {
			return err
		}
		if !was.told() {
			return nil
		}
		c := was.Content
		c.CPE = ""
		if c, err = m.identifyOne(ctx, tx, org, c, ""); err != nil || c == was.Content {
			return err
		}
		return m.write(ctx, tx, s, org, id, c, changeIdentified, "inventory.item_identified")
	})
}

// forgetOwn forgets what the organisation said of a name.
func (m *Module) forgetOwn(ctx context.Context, tx *db.Tx, s access.Scope, org int64, key string) error {
	var p names.Product
	err := tx.QueryRow(ctx, "DELETE FROM name_alias WHERE organisation_id = $1 AND name_key = $2 RETURNING part, vendor, product", org, key).
		Scan(&p.Part, &p.Vendor, &p.Product)
	if db.NotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("forgetting a name: %w", err)
	}
	detail := map[string]string{"name": key, "product": p.Ref()}
	if err := m.deps.Audit.Append(ctx, tx, s.Actor(), org, "inventory.name_forgotten", "name:"+key, detail); err != nil {
		return err
	}
	return m.deps.Queue.Enqueue(ctx, tx, jobs.Job{Kind: jobApplyName, Key: jobApplyName + ":" + key, Payload: nameJob{key}})
}
