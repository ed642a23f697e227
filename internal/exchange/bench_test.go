// SPDX-License-Identifier: EUPL-1.2

package exchange_test

import (
	"context"
	"fmt"
	"testing"

	"martinella/internal/access"
	"martinella/internal/exchange"
	"martinella/internal/platform/audit"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/tlp"
)

// large is a territory with a hundred thousand indicators in a hundred alerts,
// and the secret of a member's key. The alerts are in memory: what is measured is this room.
func large(b *testing.B, d exchange.Door) (*world, string) {
	b.Helper()
	w := newWorld(b, dbtest.SQLite(b, []db.Migration{{Module: "audit", FS: audit.Migrations}, exchange.Migrations()}))
	for i := range 100 {
		w.send(tlp.Amber, func(a *exchange.Alert) {
			for n := range 1000 {
				a.Indicators = append(a.Indicators, exchange.Indicator{Type: "ip", Value: fmt.Sprintf("45.%d.%d.%d", i, n/250, n%250)})
			}
		}, castelvento)
	}
	_, secret, err := w.Create(context.Background(), as(access.OrgAdmin, castelvento), exchange.Form{Name: "x", Door: d})
	if err != nil {
		b.Fatal(err)
	}
	return w, secret
}

func (w *world) times(b *testing.B, path string, header ...string) {
	b.ReportAllocs()
	for b.Loop() {
		w.clock.Advance(1e9)
		if got := w.get(path, header...); got.Code != 200 && got.Code != 304 {
			b.Fatal(got.Code)
		}
	}
}

func BenchmarkListOf100000(b *testing.B) {
	w, secret := large(b, exchange.Blocklist)
	w.times(b, "/blocklists/"+secret+"/ips.txt")
}

func BenchmarkListUnchanged(b *testing.B) {
	w, secret := large(b, exchange.Blocklist)
	path := "/blocklists/" + secret + "/ips.txt"
	w.times(b, path, "If-None-Match", w.get(path).Header().Get("ETag"))
}

func BenchmarkTAXIIPageOf1000(b *testing.B) {
	w, secret := large(b, exchange.Platform)
	w.times(b, "/taxii2/api/collections/own/objects/?limit=1000", "Authorization", basic(secret), "Accept", taxiiType)
}
