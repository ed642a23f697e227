// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"fmt"
	"strconv"

	"martinella/internal/access"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

// everyone is the organisation of an alias that holds for all.
const everyone = 0

// Candidates gives the products an item may be, best first.
func (m *Module) Candidates(ctx context.Context, item Item, limit int) ([]names.Candidate, error) {
	return m.candidates(ctx, item.Label, item.Publisher, item.PURL, item.Version, limit)
}

func (m *Module) candidates(ctx context.Context, label, publisher, purl, version string, limit int) ([]names.Candidate, error) {
	x, err := m.index(ctx)
	if err != nil {
		return nil, err
	}
	q := Content{Identity: Identity{Version: version, PURL: purl}, Label: label, Publisher: publisher}.query()
	return x.Resolve(q, limit).Candidates, nil
}

// Confirm says what product an item is: ref is names.Product.Ref, or "" for "no
// product anybody knows". The name is remembered: for the organisation, or for
// everyone when the scope may confirm names for all. A job applies it to all
// items with the same name.
func (m *Module) Confirm(ctx context.Context, s access.Scope, id int64, ref string) error {
	org, err := editor(s)
	if err != nil {
		return err
	}
	was, err := findItem(ctx, m.deps.DB, org, id)
	if err != nil {
		return err
	}
	v, err := m.chosen(ctx, ref)
	if err != nil {
		return err
	}
	x, err := m.index(ctx)
	if err != nil {
		return err
	}
	c := was.Content
	c.CPE = ""
	v.reason = reasonPick
	if c, err = m.follow(x, c, v); err != nil {
		return err
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := findItem(ctx, tx, org, id); err != nil {
			return err
		}
		if err := m.write(ctx, tx, s, org, id, c, changeIdentified, "inventory.item_identified"); err != nil {
			return err
		}
		if was.NameKey == "" {
			return nil
		}
		holder := org
		if s.Can(access.NameConfirm) {
			holder = everyone
		}
		return m.remember(ctx, tx, s, holder, was.NameKey, was.Label, v)
	})
}

// chosen reads a product reference; the dictionary must have it.
func (m *Module) chosen(ctx context.Context, ref string) (verdict, error) {
	if ref == "" {
		return verdict{}, nil
	}
	part, vendor, product, ok := names.ParseRef(ref)
	x, err := m.index(ctx)
	if err != nil {
		return verdict{}, err
	}
	if !ok || !inDictionary(x, part, vendor, product) {
		return verdict{}, fault.New(fault.Invalid, "inventory.entry").Field("product", "inventory.product_unknown")
	}
	return verdict{part: part, vendor: vendor, product: product}, nil
}

// ConfirmName says for everyone what a name means; ref as for Confirm.
func (m *Module) ConfirmName(ctx context.Context, s access.Scope, key, ref string) error {
	return m.ConfirmNames(ctx, s, []NameChoice{{key, ref}})
}

// NameChoice says what a name means; Ref as for Confirm.
type NameChoice struct{ Key, Ref string }

// ConfirmNames says for everyone what names mean: all of them or, when one
// cannot be, none. At most MaxBulk.
func (m *Module) ConfirmNames(ctx context.Context, s access.Scope, choices []NameChoice) error {
	if err := errorsOf(s.Territory(), s.Require(access.NameConfirm)); err != nil {
		return err
	}
	switch {
	case len(choices) == 0:
		return fault.New(fault.Invalid, "inventory.none_chosen")
	case len(choices) > MaxBulk:
		return fault.New(fault.Invalid, "inventory.bulk_many", fault.P{"limit": MaxBulk})
	}
	meant := make([]verdict, len(choices))
	for i, c := range choices {
		var err error
		if meant[i], err = m.chosen(ctx, c.Ref); err != nil {
			return err
		}
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		for i, c := range choices {
			if err := m.confirmName(ctx, tx, s, c.Key, meant[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (m *Module) confirmName(ctx context.Context, tx *db.Tx, s access.Scope, key string, v verdict) error {
	var label string
	err := tx.QueryRow(ctx, "SELECT COALESCE(min(label), '') FROM item WHERE name_key = $1", key).Scan(&label)
	if err != nil {
		return fmt.Errorf("looking a name up: %w", err)
	}
	if label == "" || key == "" {
		return fault.New(fault.NotFound, "inventory.name_gone")
	}
	return m.remember(ctx, tx, s, everyone, key, label, v)
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// remember writes an alias and asks for it to be applied.
func (m *Module) remember(ctx context.Context, tx *db.Tx, s access.Scope, holder int64, key, label string, v verdict) error {
	_, err := tx.Exec(ctx, `INSERT INTO name_alias (organisation_id, name_key, label, part, vendor, product, confirmed_by, confirmed_at)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8) ON CONFLICT (name_key, organisation_id) DO UPDATE SET
		label = excluded.label, part = excluded.part, vendor = excluded.vendor, product = excluded.product,
		confirmed_by = excluded.confirmed_by, confirmed_at = excluded.confirmed_at`,
		holder, key, label, v.part, v.vendor, v.product, s.Actor(), db.Ms(m.now()))
	if err != nil {
		return fmt.Errorf("remembering a name: %w", err)
	}
	detail := map[string]string{"name": key, "product": names.Product{Part: v.part, Vendor: v.vendor, Product: v.product}.Ref()}
	if err := m.deps.Audit.Append(ctx, tx, s.Actor(), holder, "inventory.name_confirmed", "name:"+key, detail); err != nil {
		return err
	}
	return m.deps.Queue.Enqueue(ctx, tx, jobs.Job{Kind: jobApplyName, Key: jobApplyName + ":" + key, Payload: nameJob{key}})
}

// applyName identifies anew all items with a name, organisation by organisation.
func (m *Module) applyName(ctx context.Context, key string) error {
	x, err := m.index(ctx)
	if err != nil {
		return err
	}
	orgs, err := m.organisationsWith(ctx, key)
	if err != nil {
		return err
	}
	for _, org := range orgs {
		if err := m.reidentify(ctx, x, org, key); err != nil {
			return fmt.Errorf("applying name %q in organisation %d: %w", key, org, err)
		}
	}
	return nil
}

func (m *Module) organisationsWith(ctx context.Context, key string) ([]int64, error) {
	rows, err := m.deps.DB.Query(ctx, "SELECT DISTINCT organisation_id FROM item WHERE name_key = $1 ORDER BY organisation_id", key)
	return db.Collect(rows, err, scanID)
}

// reidentify identifies anew the items of one organisation that have a name
// and were not identified by themselves, in one transaction.
func (m *Module) reidentify(ctx context.Context, x *names.Index, org int64, key string) error {
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, "SELECT "+itemList+" FROM item WHERE organisation_id = $1 AND name_key = $2", org, key)
		items, err := db.Collect(rows, err, scanItemRow)
		if err != nil {
			return err
		}
		verdicts, err := m.verdicts(ctx, tx, org, []string{key})
		if err != nil {
			return err
		}
		who, change, touched := access.System("inventory").Actor(), newChange(), 0
		for _, i := range items {
			did, err := m.reidentifyItem(ctx, tx, x, i, verdicts, who, change)
			if err != nil {
				return err
			}
			touched += did
		}
		if touched == 0 {
			return nil
		}
		if err := record(ctx, tx, change, changeIdentified, who); err != nil {
			return err
		}
		return m.tell(ctx, tx, access.System("inventory"), org, "inventory.name_applied", "name:"+key, map[string]int{"items": touched})
	})
}

func (m *Module) reidentifyItem(ctx context.Context, tx *db.Tx, x *names.Index, i Item, verdicts map[string]verdict, who string, change int64) (int, error) {
	if i.certain() {
		return 0, nil
	}
	c := i.Content
	c.CPE = ""
	c, err := m.identify(x, c, verdicts, "")
	if err != nil || c == i.Content {
		return 0, err
	}
	return 1, updateItem(ctx, tx, i.Organisation, i.ID, c, m.now(), who, change)
}

// reidentifyUnknown tries the names nobody resolved against a new dictionary.
// Names that are still unknown cost one look-up each; only those that now have
// a product touch items.
func (m *Module) reidentifyUnknown(ctx context.Context) error {
	x, err := m.refresh(ctx)
	if err != nil || m.dict.tried.Load() == x {
		return err // no product is known that was not known when they were last looked up
	}
	for after := ""; ; {
		keys, err := m.unknownNames(ctx, after, 500)
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			m.dict.tried.Store(x)
			return nil
		}
		for _, k := range keys {
			if _, ok := x.Resolve(k.query(), 1).Best(); !ok {
				continue
			}
			if err := m.applyName(ctx, k.Key); err != nil {
				return err
			}
		}
		after = keys[len(keys)-1].Key
	}
}

func parseID(s string) int64 {
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return id
}
