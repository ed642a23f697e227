// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"martinella/internal/access"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/fault"
)

// Target is a product as CPE 2.3 names it.
type Target struct{ Part, Vendor, Product string }

// Aliases says what CNAs' names mean, as people confirmed. It never changes
// and is safe for concurrent use.
type Aliases struct{ of map[string][]Target }

// Resolve gives the products people said a vendor and product of a CVE 5
// record's "affected" means; none when nobody said.
func (a Aliases) Resolve(vendor, product string) []Target {
	return a.of[affectedKey(vendor, product)]
}

// Len is how many names are known.
func (a Aliases) Len() int { return len(a.of) }

func affectedKey(vendor, product string) string { return wordsKey(vendor) + "\n" + wordsKey(product) }

func wordsKey(s string) string { return strings.Join(names.Words(s), " ") }

// Aliases loads what people confirmed of CNAs' names. Territory only.
func (m *Module) Aliases(ctx context.Context, s access.Scope) (Aliases, error) {
	if err := s.Territory(); err != nil {
		return Aliases{}, err
	}
	out := Aliases{of: map[string][]Target{}}
	rows, err := m.deps.DB.Query(ctx, "SELECT vendor_key, product_key, part, vendor, product FROM affected_alias ORDER BY id")
	if err != nil {
		return out, fmt.Errorf("reading aliases: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var vendorKey, productKey string
		var t Target
		if err := rows.Scan(&vendorKey, &productKey, &t.Part, &t.Vendor, &t.Product); err != nil {
			return out, fmt.Errorf("reading aliases: %w", err)
		}
		key := vendorKey + "\n" + productKey
		out.of[key] = append(out.of[key], t)
	}
	return out, rows.Err()
}

// ConfirmAffected says what a CNA's vendor and product mean. Saying it again
// changes nothing.
func (m *Module) ConfirmAffected(ctx context.Context, s access.Scope, vendor, product, ref string) error {
	if err := errorsOf(s.Territory(), s.Require(access.NameConfirm)); err != nil {
		return err
	}
	if wordsKey(product) == "" || len(vendor) > names.MaxText || len(product) > names.MaxText {
		return fault.New(fault.Invalid, "inventory.entry").Field("product", "inventory.label_missing")
	}
	v, err := m.chosen(ctx, ref)
	if err != nil {
		return err
	}
	if v.product == "" {
		return fault.New(fault.Invalid, "inventory.entry").Field("product", "inventory.product_unknown")
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO affected_alias (vendor_key, product_key, vendor_text, product_text, part, vendor, product, confirmed_by, confirmed_at)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT (vendor_key, product_key, vendor, product) DO UPDATE SET
			part = excluded.part, confirmed_by = excluded.confirmed_by, confirmed_at = excluded.confirmed_at`,
			wordsKey(vendor), wordsKey(product), vendor, product, v.part, v.vendor, v.product, s.Actor(), db.Ms(m.now()))
		if err != nil {
			return fmt.Errorf("remembering an affected name: %w", err)
		}
		detail := map[string]string{"vendor": vendor, "product": product, "meant": ref}
		if err := m.deps.Audit.Append(ctx, tx, s.Actor(), everyone, "inventory.affected_confirmed", "affected:"+vendor+":"+product, detail); err != nil {
			return err
		}
		return m.tellNames(ctx, tx, vendor, product)
	})
}

// tellNames tells whose meaning changed: CVEs that use the name are matched again.
func (m *Module) tellNames(ctx context.Context, tx *db.Tx, vendor, product string) error {
	return m.deps.Bus.Publish(ctx, tx, events.Event{Kind: EventNames, Payload: map[string]string{"vendor": vendor, "product": product}})
}

// ForgetAffected takes a confirmation back.
func (m *Module) ForgetAffected(ctx context.Context, s access.Scope, id int64) error {
	if err := errorsOf(s.Territory(), s.Require(access.NameConfirm)); err != nil {
		return err
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		var vendor, product string
		err := tx.QueryRow(ctx, "DELETE FROM affected_alias WHERE id = $1 RETURNING vendor_text, product_text", id).Scan(&vendor, &product)
		if db.NotFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("forgetting an affected name: %w", err)
		}
		if err := m.deps.Audit.Append(ctx, tx, s.Actor(), everyone, "inventory.affected_forgotten", fmt.Sprintf("affected:%d", id), nil); err != nil {
			return err
		}
		return m.tellNames(ctx, tx, vendor, product)
	})
}

// Confirmed is a confirmed name of a CNA.
type Confirmed struct {
	ID              int64
	Vendor, Product string
	Target          Target
}

// ConfirmedAffected lists the confirmations before one, the newest first.
func (m *Module) ConfirmedAffected(ctx context.Context, s access.Scope, before int64, limit int) ([]Confirmed, error) {
	if err := errorsOf(s.Territory(), s.Require(access.NameConfirm)); err != nil {
		return nil, err
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT id, vendor_text, product_text, part, vendor, product FROM affected_alias WHERE id < $1 ORDER BY id DESC LIMIT $2", before, limit)
	return db.Collect(rows, err, func(r *sql.Rows) (c Confirmed, err error) {
		return c, r.Scan(&c.ID, &c.Vendor, &c.Product, &c.Target.Part, &c.Target.Vendor, &c.Target.Product)
	})
}
