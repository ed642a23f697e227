// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

// The kinds of change a version tells of.
const (
	changeAdded      = "added"
	changeEdited     = "edited"
	changeImported   = "imported"
	changeIdentified = "identified"
)

// Add declares an item. The same product in the same version on the same
// system twice is a Conflict: the quantity says how many.
func (m *Module) Add(ctx context.Context, s access.Scope, e Entry) (Item, error) {
	org, err := editor(s)
	if err != nil {
		return Item{}, err
	}
	e.tidy()
	if err := e.check(); err != nil {
		return Item{}, err
	}
	c, err := m.identifyOne(ctx, m.deps.DB, org, e.content(), e.Product)
	if err != nil {
		return Item{}, err
	}
	var id int64
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := m.roomFor(ctx, tx, org, 1); err != nil {
			return err
		}
		if err := notTwice(ctx, tx, org, 0, c); err != nil {
			return err
		}
		change := newChange()
		if id, err = insertItem(ctx, tx, org, c, m.now(), s.Actor(), change); err != nil {
			return err
		}
		if err := record(ctx, tx, change, changeAdded, s.Actor()); err != nil {
			return err
		}
		return m.tell(ctx, tx, s, org, "inventory.item_added", "item:"+strconv.FormatInt(id, 10), summary(c))
	})
	if err != nil {
		return Item{}, err
	}
	return m.Item(ctx, s, id)
}

// editor gives the organisation a scope may change the stack of.
func editor(s access.Scope) (int64, error) {
	if err := s.Require(access.StackEdit); err != nil {
		return 0, err
	}
	return s.Organisation()
}

func summary(c Content) map[string]any {
	return map[string]any{"label": c.Label, "version": c.Version, "asset": c.Asset, "cpe": c.CPE, "state": c.State}
}

// roomFor refuses what would go over the limit of items.
func (m *Module) roomFor(ctx context.Context, q db.Querier, org int64, more int) error {
	var n int
	if err := q.QueryRow(ctx, "SELECT count(*) FROM item WHERE organisation_id = $1", org).Scan(&n); err != nil {
		return fmt.Errorf("counting items: %w", err)
	}
	if n+more > m.deps.Limits.Items {
		return fault.New(fault.Conflict, "inventory.too_many", fault.P{"limit": m.deps.Limits.Items, "have": n, "more": more})
	}
	return nil
}

// notTwice refuses an item that is there already, except as id itself.
func notTwice(ctx context.Context, tx *db.Tx, org, id int64, c Content) error {
	var n int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM item WHERE organisation_id = $1 AND item_key = $2 AND version = $3 AND id <> $4`,
		org, c.key(), c.Version, id).Scan(&n)
	if err != nil {
		return fmt.Errorf("looking for the same item: %w", err)
	}
	if n > 0 {
		return fault.New(fault.Conflict, "inventory.entry").Field("label", "inventory.twice", fault.P{"item": c.Title()})
	}
	return nil
}

// tell writes the audit entry and asks for the event, in the change's transaction.
func (m *Module) tell(ctx context.Context, tx *db.Tx, s access.Scope, org int64, action, object string, detail any) error {
	if err := m.deps.Audit.Append(ctx, tx, s.Actor(), org, action, object, detail); err != nil {
		return err
	}
	return m.announce(ctx, tx, org)
}

// announce asks for EventChanged; requests that wait are joined by the key.
func (m *Module) announce(ctx context.Context, tx *db.Tx, org int64) error {
	return m.deps.Queue.Enqueue(ctx, tx, jobs.Job{Kind: jobAnnounce, Key: jobAnnounce + ":" + strconv.FormatInt(org, 10), Payload: announcement{org}})
}

// Edit changes an item. seen is the item's Revision the person had before him;
// somebody else's change since then is a Conflict. 0 skips that.
func (m *Module) Edit(ctx context.Context, s access.Scope, id int64, e Entry, seen int64) (Item, error) {
	org, err := editor(s)
	if err != nil {
		return Item{}, err
	}
	e.tidy()
	if err := e.check(); err != nil {
		return Item{}, err
	}
	was, err := findItem(ctx, m.deps.DB, org, id)
	if err != nil {
		return Item{}, err
	}
	c, err := m.edited(ctx, org, was, e)
	if err != nil {
		return Item{}, err
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		now, err := findItem(ctx, tx, org, id)
		if err != nil {
			return err
		}
		if seen != 0 && now.Revision != seen {
			return fault.New(fault.Conflict, "inventory.changed_meanwhile")
		}
		if now.Content == c {
			return nil // nothing to remember
		}
		if err := notTwice(ctx, tx, org, id, c); err != nil {
			return err
		}
		return m.write(ctx, tx, s, org, id, c, changeEdited, "inventory.item_edited")
	})
	if err != nil {
		return Item{}, err
	}
	return m.Item(ctx, s, id)
}

// edited is the item with an entry's fields. When the name stays, a product
// chosen or confirmed before stays as well; only its version is new.
func (m *Module) edited(ctx context.Context, org int64, was Item, e Entry) (Content, error) {
	c := e.content()
	c.Source, c.SourceRef = was.Source, was.SourceRef
	c.inherits(was.Content)
	sameName := c.nameKey() == was.NameKey && e.Product == "" && e.CPE == was.CPE && e.PURL == was.PURL
	if sameName && was.Product != "" && was.Reason != reasonGive {
		c.NameKey, c.CPE = was.NameKey, ""
		if c.Label == "" {
			c.Label = was.Label
		}
		return m.settle(c, was.Part, was.Vendor, was.Product, was.State, was.Confidence, was.Reason)
	}
	if e.CPE == was.CPE && was.Reason != reasonGive {
		c.CPE = "" // it was ours, not the person's
	}
	if e.CPE == was.CPE && was.Reason == reasonGive {
		return m.restated(c, was)
	}
	return m.identifyOne(ctx, m.deps.DB, org, c, e.Product)
}

// restated keeps a given CPE name but takes version, update, edition and target from the entry.
func (m *Module) restated(c Content, was Item) (Content, error) {
	n, err := m.deps.CPE.Parse(was.CPE)
	if err != nil {
		return c, fmt.Errorf("the CPE name kept for item %d: %w", was.ID, err)
	}
	for at, text := range map[int]string{cpeVersion: c.Version, cpeUpdate: c.Update, cpeEdition: c.Edition, cpeTargetSW: c.TargetSW} {
		if text == "" && n[at] == "-" {
			continue
		}
		if n[at], err = m.deps.CPE.Quote(text); err != nil {
			return c, fault.New(fault.Invalid, "inventory.entry").Because(err).Field("version", "inventory.version")
		}
	}
	c.CPE = n.String()
	return m.given(c)
}

// write writes a content over an item, with history, audit and event.
func (m *Module) write(ctx context.Context, tx *db.Tx, s access.Scope, org, id int64, c Content, kind, action string) error {
	change := newChange()
	if err := updateItem(ctx, tx, org, id, c, m.now(), s.Actor(), change); err != nil {
		return err
	}
	if err := record(ctx, tx, change, kind, s.Actor()); err != nil {
		return err
	}
	return m.tell(ctx, tx, s, org, action, "item:"+strconv.FormatInt(id, 10), summary(c))
}

// MaxBulk bounds how many items one bulk action touches: a page of the list has fewer.
const MaxBulk = 500

// mark notes that a change touches some items of the organisation and gives how many there were.
func mark(ctx context.Context, tx *db.Tx, now time.Time, who string, change, org int64, ids []int64, set string, values ...any) (int64, error) {
	args := append([]any{db.Ms(now), who, change, org}, values...)
	query := "UPDATE item SET " + touched + ", updated_by = $2, change_id = $3" + set +
		" WHERE " + byID + " = $4 AND id IN " + db.In(len(args)+1, len(ids))
	res, err := tx.Exec(ctx, query, append(args, db.Args(ids)...)...)
	if err != nil {
		return 0, fmt.Errorf("changing items: %w", err)
	}
	return res.RowsAffected()
}

func bounded(ids []int64) error {
	if len(ids) == 0 {
		return fault.New(fault.Invalid, "inventory.none_chosen")
	}
	if len(ids) > MaxBulk {
		return fault.New(fault.Invalid, "inventory.bulk_many", fault.P{"limit": MaxBulk})
	}
	return nil
}

// Remove removes items; their history stays. It gives how many there were.
func (m *Module) Remove(ctx context.Context, s access.Scope, ids ...int64) (int64, error) {
	org, err := editor(s)
	if err != nil {
		return 0, err
	}
	if err := bounded(ids); err != nil {
		return 0, err
	}
	var n int64
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		change := newChange()
		if n, err = mark(ctx, tx, m.now(), s.Actor(), change, org, ids, ""); err != nil || n == 0 {
			return err
		}
		if err := removeMarked(ctx, tx, org, change, s.Actor()); err != nil {
			return err
		}
		return m.tell(ctx, tx, s, org, "inventory.items_removed", "items", map[string]any{"ids": ids, "count": n})
	})
	return n, err
}

// Classify sets exposure or criticality of several items; "" leaves it. It
// gives how many there were.
func (m *Module) Classify(ctx context.Context, s access.Scope, ids []int64, exposure Exposure, criticality Criticality) (int64, error) {
	org, err := editor(s)
	if err != nil {
		return 0, err
	}
	if err := bounded(ids); err != nil {
		return 0, err
	}
	if exposure == "" && criticality == "" || exposure != "" && !known(Exposures(), exposure) || criticality != "" && !known(Criticalities(), criticality) {
		return 0, fault.New(fault.Invalid, "inventory.bulk_nothing")
	}
	set := `, exposure = CASE WHEN $5 = '' THEN exposure ELSE $5 END, criticality = CASE WHEN $6 = '' THEN criticality ELSE $6 END,
		own_exposure = (own_exposure OR $5 <> ''), own_criticality = (own_criticality OR $6 <> '')`
	var n int64
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		change := newChange()
		if n, err = mark(ctx, tx, m.now(), s.Actor(), change, org, ids, set, string(exposure), string(criticality)); err != nil || n == 0 {
			return err
		}
		if err := record(ctx, tx, change, changeEdited, s.Actor()); err != nil {
			return err
		}
		return m.tell(ctx, tx, s, org, "inventory.items_classified", "items",
			map[string]any{"ids": ids, "exposure": exposure, "criticality": criticality})
	})
	return n, err
}
