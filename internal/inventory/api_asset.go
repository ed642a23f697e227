// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"net/http"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/inventory/intake"
)

func (m *Module) assetAPI(a *api.API) {
	const tag, path = "Assets", "/organisations/{org}/stack/assets"
	read, edit := gate.Member(access.StackRead), gate.Member(access.StackEdit)
	api.Get(a, path, read, m.apiAssets, api.Op{ID: "list-assets", Tag: tag, Summary: "List the organisation's hosts and systems", Text: "What is on one of them: list-stack-items with asset_id."})
	api.Get(a, "/organisations/{org}/stack/assets-export", read, m.apiAssetsFile, api.Op{ID: "export-assets", Tag: tag, Recent: true, Summary: "Take the list of assets along as a file"})
	api.Post(a, path, edit, m.apiAddAsset, api.Op{ID: "add-asset", Tag: tag, Status: http.StatusCreated, Summary: "Declare a host or system"})
	api.Get(a, path+"/{id}", read, m.apiAsset, api.Op{ID: "get-asset", Tag: tag, Summary: "Read a host or system"})
	api.Put(a, path+"/{id}", edit, m.apiEditAsset, api.Op{ID: "update-asset", Tag: tag, Summary: "Write a host or system whole", Text: "Items without exposure or criticality of their own follow."})
	api.Get(a, path+"/{id}/history", read, m.apiAssetHistory, api.Op{ID: "list-asset-history", Tag: tag, Summary: "List what was done to a host or system", Text: "The newest first."})
	api.Post(a, path+"/{id}/retire", edit, m.apiRetireAsset, api.Op{ID: "retire-asset", Tag: tag, Summary: "Take a host or system out of service", Text: "What was on it ends, its history stays. Twice does nothing more."})
	api.Post(a, path+"/{id}/return", edit, m.apiReturnAsset, api.Op{ID: "return-asset", Tag: tag, Summary: "Put a host or system back into service", Text: "Its items do not come back."})
	api.Post(a, path+"/{id}/merge", edit, m.apiMergeAssets, api.Op{ID: "merge-assets", Tag: tag, Summary: "Make one of two that are the same", Text: "What is on the other goes to this one, and the other is no more."})
	api.Post(a, path+"/bulk", edit, m.apiClassifyAssets, api.Op{ID: "classify-assets", Tag: tag, Summary: "Set exposure or criticality of several hosts or systems"})
}

// assetJSON is a host or system as programs see it.
type assetJSON struct {
	ID int64 `json:"id"`
	AssetFactsJSON
	Source    Source    `json:"source" doc:"What spoke of it last."`
	Items     *int      `json:"items,omitempty" doc:"How many are on it; only in lists."`
	LastSeen  time.Time `json:"last_seen,omitzero" doc:"By a source; missing: never."`
	RetiredAt time.Time `json:"retired_at,omitzero" doc:"Missing: in service."`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`

	org string
}

// AssetFactsJSON is what is said of a host or system.
type AssetFactsJSON struct {
	Name        string      `json:"name" minLength:"1" maxLength:"500"`
	Kind        intake.Kind `json:"kind,omitempty" enum:"workstation,server,network,system,printer,phone,cloud" doc:"Missing: nobody knows."`
	Owner       string      `json:"owner,omitempty" maxLength:"500" doc:"The unit that answers for it."`
	Exposure    Exposure    `json:"exposure,omitempty" enum:"internet,internal,isolated,unknown" doc:"Missing: unknown."`
	Criticality Criticality `json:"criticality,omitempty" enum:"low,medium,high,critical" doc:"Missing: medium."`
	Location    string      `json:"location,omitempty" maxLength:"500"`
	Supplier    string      `json:"supplier,omitempty" maxLength:"500"`
	Model       string      `json:"model,omitempty" maxLength:"500"`
	OS          string      `json:"os,omitempty" maxLength:"500"`
	Addresses   string      `json:"addresses,omitempty" maxLength:"2000" doc:"Separated by blanks."`
	Hostnames   string      `json:"hostnames,omitempty" maxLength:"2000" doc:"Separated by blanks."`
	Serial      string      `json:"serial,omitempty" maxLength:"500"`
	Notes       string      `json:"notes,omitempty" maxLength:"5000"`
}

// RecordVersion implements api.Versioned: an asset has no two changes in one millisecond.
func (x assetJSON) RecordVersion() int64 { return x.UpdatedAt.UnixMilli() }

// Location implements api.Located.
func (x assetJSON) Location() string {
	return api.Path("organisations", x.org, "stack", "assets", strconv.FormatInt(x.ID, 10))
}

func assetJSONOf(org string, a Asset) assetJSON {
	return assetJSON{ID: a.ID, AssetFactsJSON: AssetFactsJSON(a.AssetFacts), Source: a.Source, LastSeen: a.LastSeen, RetiredAt: a.RetiredAt,
		CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt, org: org}
}

// AssetsFilter narrows the list of assets.
type AssetsFilter struct {
	Query       string      `query:"q" maxLength:"200" doc:"Words all of which must be found."`
	Kind        string      `query:"kind" enum:"workstation,server,network,system,printer,phone,cloud,none" doc:"none: nobody knows."`
	Exposure    Exposure    `query:"exposure" enum:"internet,internal,isolated,unknown"`
	Criticality Criticality `query:"criticality" enum:"low,medium,high,critical"`
	Retired     bool        `query:"retired" doc:"Those out of service instead of those in service."`
	Sort        string      `query:"sort" enum:"name,kind,owner,location,os,exposure,criticality,seen,-name,-kind,-owner,-location,-os,-exposure,-criticality,-seen" default:"name" doc:"With - the other way round."`
}

type assetsQuery struct {
	api.Paging
	AssetsFilter
}

func (q AssetsFilter) filter() AssetFilter {
	f := AssetFilter{Text: q.Query, Kind: intake.Kind(q.Kind), AnyKind: q.Kind == "", Exposure: q.Exposure, Criticality: q.Criticality, Retired: q.Retired}
	if q.Kind == "none" {
		f.Kind = intake.KindUnknown
	}
	f.Sort, f.Descending = sortOf(q.Sort)
	return f
}

// sortOf reads "-name".
func sortOf(text string) (column string, descending bool) {
	if len(text) > 0 && text[0] == '-' {
		return text[1:], true
	}
	return text, false
}

func (m *Module) apiAssets(r *api.Request, in *assetsQuery) (api.List[assetJSON], error) {
	f := in.filter()
	f.After, f.Limit = in.After(), in.Limit
	p, err := m.Assets(r.Context(), r.Scope, f)
	return api.Items(api.Each(p.Assets, func(a Asset) assetJSON {
		x := assetJSONOf(r.Org.Code, a)
		x.Items = &a.Items
		return x
	}), p.Next), err
}

func (m *Module) apiAssetsFile(r *api.Request, in *AssetsFilter) (api.Table, error) {
	return m.assetTable(r, in.filter()), nil
}

func (m *Module) apiAsset(r *api.Request, in *api.ID) (assetJSON, error) {
	a, err := m.Asset(r.Context(), r.Scope, in.ID)
	return assetJSONOf(r.Org.Code, a), err
}

type addAssetInput struct{ Body AssetFactsJSON }

func (m *Module) apiAddAsset(r *api.Request, in *addAssetInput) (assetJSON, error) {
	a, err := m.AddAsset(r.Context(), r.Scope, AssetFacts(in.Body))
	return assetJSONOf(r.Org.Code, a), err
}

type editAssetInput struct {
	api.ID
	api.IfMatch
	Body AssetFactsJSON
}

func (m *Module) apiEditAsset(r *api.Request, in *editAssetInput) (assetJSON, error) {
	a, err := m.EditAsset(r.Context(), r.Scope, in.ID.ID, AssetFacts(in.Body), time.UnixMilli(in.Version()).UTC())
	return assetJSONOf(r.Org.Code, a), err
}

// assetChangeJSON is what was done to a host or system.
type assetChangeJSON struct {
	At      time.Time   `json:"at"`
	Who     string      `json:"who" doc:"Such as person:12."`
	Change  string      `json:"change" enum:"added,edited,imported,merged,retired,returned"`
	Changed []AssetDiff `json:"changed" nullable:"false" doc:"The fields that changed."`
}

type assetHistoryQuery struct {
	api.ID
	api.Paging
}

func (m *Module) apiAssetHistory(r *api.Request, in *assetHistoryQuery) (out api.List[assetChangeJSON], err error) {
	if _, err := m.Asset(r.Context(), r.Scope, in.ID.ID); err != nil {
		return out, err
	}
	all, err := m.AssetHistory(r.Context(), r.Scope, in.ID.ID, in.Before(), in.Limit+1)
	return api.Newest(all, &in.Paging, func(c AssetChange) int64 { return c.ID }, func(c AssetChange) assetChangeJSON {
		return assetChangeJSON{c.At, c.Who, c.Change, c.Diff}
	}), err
}

func (m *Module) apiRetireAsset(r *api.Request, in *api.ID) (assetJSON, error) {
	return m.apiTurnAsset(r, in, m.RetireAsset)
}

func (m *Module) apiReturnAsset(r *api.Request, in *api.ID) (assetJSON, error) {
	return m.apiTurnAsset(r, in, m.ReturnAsset)
}

func (m *Module) apiTurnAsset(r *api.Request, in *api.ID, turn turnAsset) (assetJSON, error) {
	if err := turn(r.Context(), r.Scope, in.ID); err != nil {
		return assetJSON{}, err
	}
	return m.apiAsset(r, in)
}

type mergeAssetsInput struct {
	api.ID
	Body struct {
		Other int64 `json:"other" minimum:"1" doc:"The number of the one that is no more afterwards."`
	} `nameHint:"AssetMerge"`
}

func (m *Module) apiMergeAssets(r *api.Request, in *mergeAssetsInput) (assetJSON, error) {
	if err := m.MergeAssets(r.Context(), r.Scope, in.ID.ID, in.Body.Other); err != nil {
		return assetJSON{}, err
	}
	return m.apiAsset(r, &in.ID)
}

type classifyAssetsInput struct {
	Body struct {
		IDs         []int64     `json:"ids" minItems:"1" maxItems:"500"`
		Exposure    Exposure    `json:"exposure,omitempty" enum:"internet,internal,isolated,unknown" doc:"Missing: as it is."`
		Criticality Criticality `json:"criticality,omitempty" enum:"low,medium,high,critical" doc:"Missing: as it is."`
	} `nameHint:"AssetBulk"`
}

func (m *Module) apiClassifyAssets(r *api.Request, in *classifyAssetsInput) (touchedJSON, error) {
	n, err := m.ClassifyAssets(r.Context(), r.Scope, in.Body.IDs, in.Body.Exposure, in.Body.Criticality)
	return touchedJSON{n}, err
}
