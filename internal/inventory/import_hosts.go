// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"martinella/internal/inventory/intake"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// hostList gathers the hosts a list tells of, with the assets they are.
type hostList struct {
	list  []*stagedHost
	by    map[string]*stagedHost // by the name of the asset
	names map[string]*stagedHost // by what the list calls it, last told
	keys  map[string]*stagedHost // by what its source knows it by
	taken map[string]bool
	alias map[string]string // of systems merged into others, by the name a list uses
}

// stagedHost is a host as it waits in the database.
type stagedHost struct {
	intake.Host
	name  string // of the asset it is or will be
	ref   string
	asset int64
	about bool // a document, not a machine
}

func newHostList() hostList {
	return hostList{by: map[string]*stagedHost{}, names: map[string]*stagedHost{}, keys: map[string]*stagedHost{}, taken: map[string]bool{}, alias: map[string]string{}}
}

// document notes that the list is all there is on one system.
func (l *hostList) document(asset, ref string) {
	l.keep(&stagedHost{Host: intake.Host{Name: asset, Complete: true}, name: asset, ref: ref, about: true})
}

func (l *hostList) keep(h *stagedHost) {
	l.list = append(l.list, h)
	l.names[h.Name], l.by[assetKey(h.name)], l.taken[assetKey(h.name)] = h, h, true
	if h.Key != "" {
		l.keys[h.Key] = h
	}
}

// tell notes what a list says of a host; the first time it finds out which asset that is.
func (l *hostList) tell(ctx context.Context, q db.Querier, org int64, h intake.Host) error {
	if h.Name == "" {
		return nil
	}
	was := l.names[h.Name]
	if h.Key != "" && (was == nil || was.Key != h.Key) {
		was = l.keys[h.Key]
	}
	if was != nil && !was.about {
		was.Add(h)
		l.names[h.Name] = was
		return nil
	}
	a, err := assetOf(ctx, q, org, h)
	if err != nil {
		return err
	}
	name := a.Name
	if a.ID == 0 || l.taken[assetKey(name)] {
		a.ID = 0
		if name, err = freeName(ctx, q, org, h, l.taken); err != nil {
			return err
		}
	}
	ref := h.Key
	if ref == "" {
		ref = "name:" + assetKey(name)
	}
	l.keep(&stagedHost{Host: h, name: name, ref: ref, asset: a.ID})
	return nil
}

// called is what the asset of a name is called: a host's that was told of, or
// that of an asset it was merged into.
func (l *hostList) called(ctx context.Context, q db.Querier, org int64, name string) (string, error) {
	if h := l.names[name]; h != nil {
		return h.name, nil
	}
	if to, ok := l.alias[name]; ok {
		return to, nil
	}
	to := name
	err := q.QueryRow(ctx, `SELECT a.name FROM asset_key k JOIN asset a ON a.id = k.asset_id
		WHERE k.organisation_id = $1 AND k.source_key = $2`, org, "name:"+assetKey(name)).Scan(&to)
	if err != nil && !db.NotFound(err) {
		return "", fmt.Errorf("looking for an asset: %w", err)
	}
	if len(l.alias) < 10_000 {
		l.alias[name] = to
	}
	return to, nil
}

// ref is what items on an asset are known by.
func (l *hostList) ref(asset, fallback string) string {
	if h := l.by[assetKey(asset)]; h != nil {
		return h.ref
	}
	return fallback
}

// count tells how many hosts there are, and how many of them are new.
func (l *hostList) count() (all, fresh int64) {
	for _, h := range l.list {
		if h.about {
			continue
		}
		all++
		if h.asset == 0 {
			fresh++
		}
	}
	return all, fresh
}

// save keeps the hosts until the import is applied.
func (l *hostList) save(ctx context.Context, d *db.DB, imp int64) error {
	rows := make([][]any, 0, len(l.list))
	for i, h := range l.list {
		payload := ""
		if !h.about {
			text, err := json.Marshal(h.Host)
			if err != nil {
				return fmt.Errorf("keeping a host: %w", err)
			}
			payload = string(text)
		}
		rows = append(rows, []any{imp, i, h.name, h.ref, h.Complete, h.asset, payload})
	}
	return d.Tx(ctx, func(tx *db.Tx) error {
		return tx.BulkInsert(ctx, "item_import_host", []string{"import_id", "seq", "name", "source_ref", "complete", "asset_id", "payload"}, rows)
	})
}

// savedHosts reads the hosts of an import.
func savedHosts(ctx context.Context, q db.Querier, imp int64) ([]stagedHost, error) {
	rows, err := q.Query(ctx, "SELECT name, source_ref, complete, asset_id, payload FROM item_import_host WHERE import_id = $1 ORDER BY seq", imp)
	return db.Collect(rows, err, func(r *sql.Rows) (h stagedHost, err error) {
		var payload string
		if err := r.Scan(&h.name, &h.ref, &h.Complete, &h.asset, &payload); err != nil || payload == "" {
			h.about = true
			return h, err
		}
		return h, json.Unmarshal([]byte(payload), &h.Host)
	})
}

// writeHosts makes assets of an import's hosts, or tells those there are what it says.
func (m *Module) writeHosts(ctx context.Context, tx *db.Tx, imp Import, now time.Time, who string) error {
	hosts, err := savedHosts(ctx, tx, imp.ID)
	if err != nil {
		return fmt.Errorf("reading an import's hosts: %w", err)
	}
	for _, h := range hosts {
		if h.about {
			continue
		}
		if err := m.writeHost(ctx, tx, imp, h, now, who); err != nil {
			return err
		}
	}
	return nil
}

func (m *Module) writeHost(ctx context.Context, tx *db.Tx, imp Import, h stagedHost, now time.Time, who string) error {
	a, err := assetNamed(ctx, tx, imp.Organisation, h.name)
	if err != nil {
		return fmt.Errorf("looking for an asset: %w", err)
	}
	if a.ID != h.asset && h.asset != 0 {
		return fault.New(fault.Conflict, "inventory.import.asset_changed", fault.P{"asset": h.name})
	}
	was := a
	a.learn(h.Host)
	a.Source, a.UpdatedAt, a.UpdatedBy, a.RetiredAt = imp.Kind, now, who, time.Time{}
	if a.LastSeen = h.Seen; a.LastSeen.IsZero() || a.LastSeen.After(now) {
		a.LastSeen = now
	}
	if was.LastSeen.After(a.LastSeen) {
		a.LastSeen = was.LastSeen
	}
	if a.ID == 0 {
		a.Organisation, a.Name = imp.Organisation, h.name
		a.Exposure, a.Criticality = ExposureUnknown, Medium
		a, err = addAsset(ctx, tx, a, now, who)
	} else {
		err = relearn(ctx, tx, was, a, now, who)
	}
	if err != nil {
		return err
	}
	return keepKeys(ctx, tx, imp.Organisation, a.ID, keysOf(h.Host)...)
}

// relearn writes what a source says of an asset; its history tells only what is new.
func relearn(ctx context.Context, tx *db.Tx, was, a Asset, now time.Time, who string) error {
	if err := updateAsset(ctx, tx, a); err != nil {
		return err
	}
	if was.Retired() {
		if err := noteAsset(ctx, tx, a, now, who, assetReturned, nil); err != nil {
			return err
		}
	}
	if diff := was.diff(a.AssetFacts); len(diff) > 0 {
		return noteAsset(ctx, tx, a, now, who, assetImported, diff)
	}
	return nil
}
