// SPDX-License-Identifier: EUPL-1.2

package audit_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"martinella/internal/platform/audit"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
)

var schema = []db.Migration{{Module: "audit", FS: audit.Migrations}}

func written(t *testing.T, d *db.DB, n int) *audit.Log {
	t.Helper()
	log := audit.New(d, func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) })
	for i := range n {
		err := d.Tx(context.Background(), func(tx *db.Tx) error {
			return log.Append(context.Background(), tx, "person:1", int64(i%3), "organisation.approved", fmt.Sprintf("organisation:%d", i), map[string]string{"tier": "basic", "note": "«già» <b>"})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return log
}

func TestChainHoldsAndIsListedNewestFirst(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		log := written(t, d, 5)
		r, err := log.Verify(context.Background())
		if err != nil || !r.OK() || r.Entries != 5 || len(r.Head) != 64 {
			t.Errorf("report %+v err %v", r, err)
		}
		list, err := log.List(context.Background(), audit.Query{Action: "organisation.", Limit: 2, Before: 5})
		if err != nil || len(list) != 2 || list[0].Seq != 4 {
			t.Errorf("list %+v err %v", list, err)
		}
	})
}

func TestTheDatabaseRefusesChanges(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		written(t, d, 2)
		for _, q := range []string{"UPDATE audit_entry SET actor = 'nobody' WHERE seq = 1", "DELETE FROM audit_entry WHERE seq = 2"} {
			if _, err := d.Exec(context.Background(), q); err == nil {
				t.Errorf("accepted: %s", q)
			}
		}
	})
}

// What somebody can do who may drop the guards of the database.
func TestTamperingShows(t *testing.T) {
	cases := map[string]struct {
		sql    string
		broken int64
	}{
		"changed":       {"UPDATE audit_entry SET actor = 'person:2' WHERE seq = 2", 2},
		"removed":       {"DELETE FROM audit_entry WHERE seq = 2", 2},
		"newest cut":    {"DELETE FROM audit_entry WHERE seq = 4", 4},
		"moved in time": {"UPDATE audit_entry SET at = at - 1000 WHERE seq = 4", 4},
	}
	drop := map[db.Dialect]string{
		db.SQLite:   "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete",
		db.Postgres: "DROP TRIGGER audit_no_change ON audit_entry",
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
				log := written(t, d, 4)
				for _, q := range []string{drop[d.Dialect()], c.sql} {
					if _, err := d.Exec(context.Background(), q); err != nil {
						t.Fatal(err)
					}
				}
				r, err := log.Verify(context.Background())
				if err != nil || r.OK() || r.Broken != c.broken {
					t.Errorf("report %+v err %v, want broken at %d", r, err, c.broken)
				}
			})
		})
	}
}
