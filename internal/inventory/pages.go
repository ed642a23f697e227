// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"martinella/internal/access"
	"martinella/internal/access/gate"
)

// registerPages hangs the pages up.
func (m *Module) registerPages(g *gate.Gate) {
	read, edit := gate.Member(access.StackRead), gate.Member(access.StackEdit)
	g.Handle("GET /o/{org}/stack", read, m.listPage, gate.RecentExport())
	g.Handle("POST /o/{org}/stack", edit, m.quickAdd)
	g.Handle("GET /o/{org}/stack/suggest", read, m.suggest)
	g.Handle("POST /o/{org}/stack/bulk", edit, m.bulk)
	g.Handle("GET /o/{org}/stack/new", edit, m.newPage)
	g.Handle("POST /o/{org}/stack/new", edit, m.create)
	g.Handle("GET /o/{org}/stack/items/{id}", read, m.itemPage)
	g.Handle("GET /o/{org}/stack/items/{id}/edit", edit, m.editPage)
	g.Handle("POST /o/{org}/stack/items/{id}/edit", edit, m.update)
	g.Handle("GET /o/{org}/stack/items/{id}/remove", edit, m.removePage)
	g.Handle("POST /o/{org}/stack/items/{id}/remove", edit, m.remove)
	g.Handle("POST /o/{org}/stack/items/{id}/confirm", edit, m.confirm)
	g.Handle("POST /o/{org}/stack/items/{id}/forget", edit, m.forget)
	g.Handle("GET /o/{org}/stack/photo", read, m.photoPage, gate.RecentExport())
	g.Handle("GET /o/{org}/stack/changes", read, m.changesPage)
	g.Handle("GET /o/{org}/stack/import", edit, m.importPage)
	// The form around the file takes a little more than the file.
	g.Handle("POST /o/{org}/stack/import", edit, m.upload, gate.MaxBody(max(m.deps.Limits.List, m.deps.Limits.Document)+1<<20))
	g.Handle("GET /o/{org}/stack/import/{id}", edit, m.importDetail)
	g.Handle("POST /o/{org}/stack/import/{id}/read", edit, m.readAgain)
	g.Handle("POST /o/{org}/stack/import/{id}/apply", edit, m.importApply)
	g.Handle("POST /o/{org}/stack/import/{id}/discard", edit, m.importDiscard)
	m.registerAssets(g)
	m.registerSources(g)
	staff := gate.Staff(access.NameConfirm)
	g.Handle("GET /ops/names", staff, m.namesPage)
	g.Handle("POST /ops/names", staff, m.nameConfirm)
	g.Handle("POST /ops/names/bulk", staff, m.namesConfirm)
	g.Handle("GET /ops/names/confirmed", staff, m.confirmedPage)
	g.Handle("POST /ops/names/confirmed/forget", staff, m.nameForget)
	g.Handle("GET /ops/names/suggest", staff, m.suggest)
	g.Handle("GET /ops/names/affected", staff, m.affectedPage)
	g.Handle("POST /ops/names/affected", staff, m.affectedConfirm)
	g.Handle("POST /ops/names/affected/forget", staff, m.affectedForget)
	g.Nav(
		gate.NavItem{Area: gate.AreaMember, Key: "inventory.nav.stack", Path: "/o/{org}/stack", Permission: access.StackRead, Order: 20},
		gate.NavItem{Area: gate.AreaOps, Key: "inventory.nav.names", Path: "/ops/names", Permission: access.NameConfirm, Order: 40},
	)
}
