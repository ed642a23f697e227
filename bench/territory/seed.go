// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"martinella/internal/constituency/check"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/vulnerability/cpe"
)

// seed writes accredited bodies with their people and stacks as rows, because
// the doors people use would take minutes for 100,000 items, and tells the
// program by its own events. Schedules and matches are then the program's work.
func (i *instance) seed(ctx context.Context, bodies []body) error {
	if err := i.addBodies(ctx, bodies); err != nil {
		return err
	}
	ids, err := i.ids(ctx)
	if err != nil {
		return err
	}
	for part := range chunks(bodies, 50) {
		if err := i.DB.Tx(ctx, func(tx *db.Tx) error { return i.addStacks(ctx, tx, part, ids) }); err != nil {
			return fmt.Errorf("seeding: %w", err)
		}
	}
	return nil
}

func (i *instance) addBodies(ctx context.Context, bodies []body) error {
	now := i.clock.Now()
	rows := make([][]any, len(bodies))
	for n, b := range bodies {
		rows[n] = []any{b.Code, b.Name, check.NameKey(b.Name), check.Fold(b.Name), b.Type, "IT", b.Province, "info@" + b.Code + ".example", b.Language, "Europe/Rome",
			"Responsabile di " + b.Name, "RTD", b.Contacts[0], "+39 055 0000000", b.Language, "approved", b.Tier, db.Ms(now), db.Ms(now), db.Ms(now), "1", db.Ms(now), b.Patron}
	}
	return i.DB.Tx(ctx, func(tx *db.Tx) error {
		return tx.BulkInsert(ctx, "organisation", []string{"code", "name", "name_key", "name_fold", "type", "country", "province", "email", "language", "time_zone",
			"applicant_name", "applicant_position", "applicant_email", "applicant_phone", "applicant_language", "state", "tier", "state_since",
			"created_at", "approved_at", "conditions_version", "conditions_at", "patron_day"}, rows)
	})
}

// ids gives the organisations' ids by their codes.
func (i *instance) ids(ctx context.Context) (map[string]int64, error) {
	rows, err := i.DB.Query(ctx, "SELECT code, id FROM organisation")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var code string
		var id int64
		if err := rows.Scan(&code, &id); err != nil {
			return nil, err
		}
		out[code] = id
	}
	return out, rows.Err()
}

func (i *instance) addStacks(ctx context.Context, tx *db.Tx, bodies []body, ids map[string]int64) error {
	now := i.clock.Now()
	assets, err := i.addAssets(ctx, tx, bodies, ids)
	if err != nil {
		return err
	}
	var items, contacts [][]any
	for _, b := range bodies {
		id := ids[b.Code]
		for _, p := range b.Items {
			items = append(items, itemRow(id, assets[assetName{id, p.Asset}], p, now))
		}
		for n, address := range b.Contacts {
			contacts = append(contacts, []any{id, fmt.Sprintf("Referente %d di %s", n+1, b.Name), address, "+39 055 1111111", b.Language, true, db.Ms(now), db.Ms(now)})
		}
	}
	if err := tx.BulkInsert(ctx, "item", itemColumns, items); err != nil {
		return err
	}
	if err := tx.BulkInsert(ctx, "contact", []string{"organisation_id", "name", "email", "phone", "language", "digest", "created_at", "updated_at"}, contacts); err != nil {
		return err
	}
	for _, b := range bodies {
		if err := i.complete(ctx, tx, ids[b.Code]); err != nil {
			return err
		}
	}
	return nil
}

// assetName is an organisation and what it calls a system.
type assetName struct {
	org  int64
	name string
}

// addAssets adds the systems that items are on, each with the beginning of its
// history, as the inventory does when items name them.
func (i *instance) addAssets(ctx context.Context, tx *db.Tx, bodies []body, ids map[string]int64) (map[assetName]int64, error) {
	now := db.Ms(i.clock.Now())
	out := map[assetName]int64{}
	var rows, changes [][]any
	for _, b := range bodies {
		for _, p := range b.Items {
			k := assetName{ids[b.Code], p.Asset}
			if _, known := out[k]; !known && p.Asset != "" {
				out[k] = 0
				rows = append(rows, []any{k.org, p.Asset, strings.ToLower(p.Asset), "", "", "unknown", "medium", "", "", "", "", "", "", "", "",
					"csv", " " + strings.Join(names.Words(p.Asset), " ") + " ", now, now, seeder})
			}
		}
	}
	err := tx.BulkInsert(ctx, "asset", []string{"organisation_id", "name", "name_key", "kind", "owner", "exposure", "criticality", "location", "supplier",
		"model", "os", "addresses", "hostnames", "serial", "notes", "source", "search", "created_at", "updated_at", "updated_by"}, rows)
	if err != nil {
		return nil, err
	}
	orgs := make([]int64, len(bodies))
	for n, b := range bodies {
		orgs[n] = ids[b.Code]
	}
	made, err := tx.Query(ctx, "SELECT id, organisation_id, name FROM asset WHERE organisation_id IN "+db.In(1, len(orgs)), db.Args(orgs)...)
	_, err = db.Collect(made, err, func(r *sql.Rows) (struct{}, error) {
		var id int64
		var k assetName
		err := r.Scan(&id, &k.org, &k.name)
		out[k] = id
		changes = append(changes, []any{id, k.org, now, seeder, "added", "null"})
		return struct{}{}, err
	})
	if err != nil {
		return nil, err
	}
	return out, tx.BulkInsert(ctx, "asset_change", []string{"asset_id", "organisation_id", "at", "who", "change", "detail"}, changes)
}

// seeder is who the rows say wrote them.
const seeder = "system:bench"

// complete gives an organisation's rows what belongs to them, and tells of its stack.
func (i *instance) complete(ctx context.Context, tx *db.Tx, id int64) error {
	shared := strings.Join(itemColumns[6:], ", ")
	for _, q := range []string{
		"INSERT INTO contact_role (contact_id, role) SELECT id, 'security_contact' FROM contact WHERE organisation_id = $1",
		"INSERT INTO item_version (item_id, organisation_id, change, valid_from, who, " + shared + ") SELECT id, organisation_id, 'imported', created_at, updated_by, " +
			shared + " FROM item WHERE organisation_id = $1",
	} {
		if _, err := tx.Exec(ctx, q, id); err != nil {
			return err
		}
	}
	return i.Bus.Publish(ctx, tx, events.Event{Kind: "inventory.changed", Organisation: id})
}

var itemColumns = []string{"organisation_id", "created_at", "updated_at", "updated_by", "change_id", "asset_id",
	"asset", "label", "publisher", "name_key", "item_key", "part", "vendor", "product", "version", "update_tag", "edition",
	"target_sw", "cpe", "purl", "state", "confidence", "reason", "settled", "quantity", "owner", "exposure", "criticality",
	"notes", "source", "source_ref", "search", "own_exposure", "own_criticality"}

func itemRow(org, asset int64, p piece, now time.Time) []any {
	n := p.Name
	plain := func(a cpe.Attribute) string { return n[a].Text() }
	key := names.Key(p.Label, "")
	words := names.Words(p.Label + " " + names.Text(string(n[cpe.Vendor])) + " " + names.Text(string(n[cpe.Product])))
	search := " " + strings.Join(append(words, names.Words(p.Asset+" "+p.Owner+" "+plain(cpe.Version))...), " ") + " "
	return []any{org, db.Ms(now), db.Ms(now), seeder, org, asset,
		p.Asset, p.Label, "", key, strings.ToLower(p.Asset) + "\n" + key, string(n[cpe.Part]), string(n[cpe.Vendor]), string(n[cpe.Product]),
		plain(cpe.Version), plain(cpe.Update), plain(cpe.Edition), plain(cpe.TargetSW), n.String(), "", "resolved", 100, "given", false,
		p.Quantity, p.Owner, p.Exposure, p.Criticality, "", "csv", "bench", search, p.Exposure != "unknown", p.Criticality != "medium"}
}

// token is a session's token: the n-th person's, known to the load generator.
func token(n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "session %d", n))
	return base32.StdEncoding.EncodeToString(sum[:])[:26]
}

// chunks yields parts of list no longer than n.
func chunks[T any](list []T, n int) func(func([]T) bool) {
	return func(yield func([]T) bool) {
		for len(list) > 0 {
			part := list[:min(n, len(list))]
			list = list[len(part):]
			if !yield(part) {
				return
			}
		}
	}
}
