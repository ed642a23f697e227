// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"math"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/inventory/intake"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

// assetListView is the page of the organisation's assets.
type assetListView struct {
	Base    string
	List    ui.ListState
	Page    AssetPage
	CanEdit bool
}

// assetView is the page of one asset.
type assetView struct {
	Base    string
	Asset   Asset
	Items   listView
	History []AssetChange
	CanEdit bool
	Others  AssetPage // it may be merged with
	Query   string
	Who     func(actor string) string
}

// assetFormView is the form of an asset, new or not.
type assetFormView struct {
	Base, Action, Title, Back string
	Asset                     Asset
	State                     ui.FormState
}

func assetPath(base string, id int64) string { return base + "/assets/" + strconv.FormatInt(id, 10) }

func (m *Module) registerAssets(g *gate.Gate) {
	read, edit := gate.Member(access.StackRead), gate.Member(access.StackEdit)
	g.Handle("GET /o/{org}/stack/assets", read, m.assetsPage, gate.RecentExport())
	g.Handle("POST /o/{org}/stack/assets/bulk", edit, m.assetsBulk)
	g.Handle("GET /o/{org}/stack/assets/new", edit, m.assetNew)
	g.Handle("POST /o/{org}/stack/assets/new", edit, m.assetCreate)
	g.Handle("GET /o/{org}/stack/assets/{id}", read, m.assetPage, gate.RecentExport())
	g.Handle("GET /o/{org}/stack/assets/{id}/edit", edit, m.assetEdit)
	g.Handle("POST /o/{org}/stack/assets/{id}/edit", edit, m.assetUpdate)
	g.Handle("GET /o/{org}/stack/assets/{id}/retire", edit, m.assetRetirePage)
	g.Handle("POST /o/{org}/stack/assets/{id}/retire", edit, m.assetRetire)
	g.Handle("POST /o/{org}/stack/assets/{id}/return", edit, m.assetReturn)
	g.Handle("GET /o/{org}/stack/assets/{id}/merge", edit, m.assetMergePage)
	g.Handle("POST /o/{org}/stack/assets/{id}/merge", edit, m.assetMerge)
}

// assetFilterOf reads the filters of an address.
func assetFilterOf(s ui.ListState) AssetFilter {
	f := AssetFilter{Text: s.Get("q"), AnyKind: true, Retired: s.Get("retired") == "yes", After: s.After(), Before: s.Before()}
	f.Sort, f.Descending = s.Sort()
	switch k := intake.Kind(s.Get("kind")); {
	case k == "none":
		f.AnyKind = false
	case k != "" && known(intake.Kinds(), k):
		f.Kind, f.AnyKind = k, false
	}
	if v := Exposure(s.Get("exposure")); known(Exposures(), v) {
		f.Exposure = v
	}
	if v := Criticality(s.Get("criticality")); known(Criticalities(), v) {
		f.Criticality = v
	}
	return f
}

func (m *Module) assetsPage(r *gate.Request) error {
	v := assetListView{Base: r.Path("/stack"), List: ui.ParseList(r.R.URL), CanEdit: r.Scope.Can(access.StackEdit)}
	f := assetFilterOf(v.List)
	if v.List.CSV() {
		return r.CSV(m.assetTable(r, f))
	}
	var err error
	if v.Page, err = m.Assets(r.Context(), r.Scope, f); err != nil {
		return err
	}
	return r.Page(r.L.T("inventory.assets"), assetsBody(v))
}

// assetTable is the whole list as a file.
func (m *Module) assetTable(r *gate.Request, f AssetFilter) gate.Table {
	t := gate.Table{Name: "assets-" + r.Org.Code + ".csv"}
	for _, k := range []string{"name", "kind", "owner", "exposure", "criticality", "location", "supplier", "model", "os", "addresses", "hostnames", "serial", "notes", "seen"} {
		t.Header = append(t.Header, r.L.T("inventory.asset.field."+k))
	}
	t.Rows = gate.Rows(func(after string) ([]Asset, string, error) {
		f.Limit, f.After, f.Before = fileRows, after, ""
		p, err := m.Assets(r.Context(), r.Scope, f)
		return p.Assets, p.Next, err
	}, func(a Asset) []string { return assetRow(r.L, a) })
	return t
}

func assetRow(l *i18n.Localizer, a Asset) []string {
	seen := ""
	if !a.LastSeen.IsZero() {
		seen = a.LastSeen.Format(time.RFC3339)
	}
	return []string{a.Name, l.T(kindKey(a.Kind)), a.Owner, l.T("inventory.exposure." + string(a.Exposure)), l.T("inventory.criticality." + string(a.Criticality)),
		a.Location, a.Supplier, a.Model, a.OS, a.Addresses, a.Hostnames, a.Serial, a.Notes, seen}
}

// kindKey is the sentence of a kind.
func kindKey(k intake.Kind) string {
	if k == intake.KindUnknown {
		return "inventory.asset.kind.unknown"
	}
	return "inventory.asset.kind." + string(k)
}

func (m *Module) assetsBulk(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	var ids []int64
	for _, text := range f.All("id") {
		if id := parseID(text); id > 0 {
			ids = append(ids, id)
		}
	}
	n, err := m.ClassifyAssets(r.Context(), r.Scope, ids, Exposure(f.Text("set_exposure")), Criticality(f.Text("set_criticality")))
	if fault.KindOf(err) == fault.Invalid {
		r.Flash(gate.Warning, "fault."+fault.Of(err).Code, "limit", MaxBulk)
		return r.Redirect(r.Path("/stack/assets"))
	}
	if err != nil {
		return err
	}
	r.Flash(gate.Success, "inventory.assets.classified", "n", n)
	return r.Redirect(r.Path("/stack/assets"))
}

func (m *Module) assetPage(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	v := assetView{Base: r.Path("/stack"), CanEdit: r.Scope.Can(access.StackEdit), Who: m.who(r)}
	if v.Asset, err = m.Asset(r.Context(), r.Scope, id); err != nil {
		return err
	}
	if v.History, err = m.AssetHistory(r.Context(), r.Scope, id, math.MaxInt64, itemHistory); err != nil {
		return err
	}
	v.Items = listView{Base: v.Base, List: ui.ParseList(r.R.URL)}
	f := filterOf(v.Items.List)
	f.AssetID = id
	if v.Items.List.CSV() {
		return r.CSV(m.itemTable(r, f, "asset-"+r.Org.Code))
	}
	if v.Items.Page, err = m.List(r.Context(), r.Scope, f); err != nil {
		return err
	}
	if m.deps.Open != nil && len(v.Items.Page.Items) > 0 {
		if v.Items.Open, err = m.deps.Open(r.Context(), r.Scope, idsOf(v.Items.Page.Items)); err != nil {
			return err
		}
	}
	return r.Page(v.Asset.Name, assetBody(v))
}

func (m *Module) assetNew(r *gate.Request) error {
	title := r.L.T("inventory.asset.new")
	a := Asset{AssetFacts: AssetFacts{Exposure: ExposureUnknown, Criticality: Medium}}
	return r.Page(title, assetForm(assetFormView{Base: r.Path("/stack"), Action: r.Path("/stack/assets/new"), Back: r.Path("/stack/assets"), Title: title, Asset: a}))
}

// assetOfForm reads the form of an asset.
func assetOfForm(f web.Form) AssetFacts {
	kind := intake.Kind(f.Text("kind"))
	if kind == "none" {
		kind = intake.KindUnknown
	}
	return AssetFacts{Name: f.Text("name"), Kind: kind, Owner: f.Text("owner"), Exposure: Exposure(f.Text("exposure")), Criticality: Criticality(f.Text("criticality")),
		Location: f.Text("location"), Supplier: f.Text("supplier"), Model: f.Text("model"), OS: f.Text("os"), Addresses: f.Text("addresses"),
		Hostnames: f.Text("hostnames"), Serial: f.Text("serial"), Notes: f.Text("notes")}
}

func (m *Module) assetCreate(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	a, err := m.AddAsset(r.Context(), r.Scope, assetOfForm(f))
	if err != nil {
		title := r.L.T("inventory.asset.new")
		return r.Invalid(err, title, assetForm(assetFormView{Base: r.Path("/stack"), Action: r.Path("/stack/assets/new"), Back: r.Path("/stack/assets"), Title: title, State: r.FormState(err)}))
	}
	r.Flash(gate.Success, "inventory.asset.saved")
	return r.Redirect(assetPath(r.Path("/stack"), a.ID))
}

func (m *Module) assetFormOf(r *gate.Request) (assetFormView, error) {
	id, err := r.ID("id")
	if err != nil {
		return assetFormView{}, err
	}
	a, err := m.Asset(r.Context(), r.Scope, id)
	path := assetPath(r.Path("/stack"), id)
	return assetFormView{Base: r.Path("/stack"), Action: path + "/edit", Back: path, Title: r.L.T("inventory.asset.edit", "asset", a.Name), Asset: a}, err
}

func (m *Module) assetEdit(r *gate.Request) error {
	v, err := m.assetFormOf(r)
	if err != nil {
		return err
	}
	return r.Page(v.Title, assetForm(v))
}

func (m *Module) assetUpdate(r *gate.Request) error {
	v, err := m.assetFormOf(r)
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	if _, err := m.EditAsset(r.Context(), r.Scope, v.Asset.ID, assetOfForm(f), seen(f)); err != nil {
		v.State = r.FormState(err)
		return r.Invalid(err, v.Title, assetForm(v))
	}
	r.Flash(gate.Success, "inventory.asset.saved")
	return r.Redirect(v.Back)
}
