// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"strconv"
	"time"

	"martinella/internal/access/gate/api"
)

// stackItemJSON is an item as programs see it.
type stackItemJSON struct {
	ID int64 `json:"id"`
	StackFieldsJSON
	Product    string    `json:"product" doc:"What it was identified as: part:vendor:product; empty while unknown."`
	State      State     `json:"state" enum:"resolved,guessed,unknown" doc:"How sure that is."`
	Confidence int       `json:"confidence" doc:"0 to 100."`
	Reason     string    `json:"reason" doc:"From what it follows."`
	Source     Source    `json:"source" doc:"How the item came in."`
	CreatedAt  time.Time `json:"created_at,omitzero"`
	UpdatedAt  time.Time `json:"updated_at,omitzero"`

	org      string
	revision int64
}

// StackFieldsJSON is what an item and its history have in common.
type StackFieldsJSON struct {
	Asset       string      `json:"asset" doc:"System or host; empty for the organisation as a whole."`
	Label       string      `json:"label" doc:"What people call it."`
	Publisher   string      `json:"publisher"`
	Version     string      `json:"version"`
	Update      string      `json:"update"`
	Edition     string      `json:"edition"`
	TargetSW    string      `json:"target_sw"`
	CPE         string      `json:"cpe" doc:"CPE 2.3, formatted string; empty while unknown."`
	PURL        string      `json:"purl" doc:"Package URL."`
	Quantity    int         `json:"quantity"`
	Owner       string      `json:"owner"`
	Exposure    Exposure    `json:"exposure"`
	Criticality Criticality `json:"criticality"`
	Notes       string      `json:"notes"`
}

func fieldsOf(c Content) StackFieldsJSON {
	return StackFieldsJSON{c.Asset, c.Label, c.Publisher, c.Version, c.Update, c.Edition, c.TargetSW, c.CPE, c.PURL, c.Quantity, c.Owner, c.Exposure, c.Criticality, c.Notes}
}

// RecordVersion implements api.Versioned.
func (i stackItemJSON) RecordVersion() int64 { return i.revision }

// Location implements api.Located.
func (i stackItemJSON) Location() string {
	return api.Path("organisations", i.org, "stack", "items", strconv.FormatInt(i.ID, 10))
}

func stackItemView(org string, i Item) stackItemJSON {
	return stackItemJSON{i.ID, fieldsOf(i.Content), i.Ref(), i.State, i.Confidence, i.Reason, i.Source, i.CreatedAt, i.UpdatedAt, org, i.Revision}
}

// ItemsFilter narrows the list of items.
type ItemsFilter struct {
	Query       string      `query:"q" maxLength:"200" doc:"Words all of which must be found."`
	State       string      `query:"state" enum:"resolved,guessed,unknown,waiting" doc:"waiting: a person must say what they are."`
	Exposure    Exposure    `query:"exposure" enum:"internet,internal,isolated,unknown"`
	Criticality Criticality `query:"criticality" enum:"low,medium,high,critical"`
	Asset       string      `query:"asset" maxLength:"200" doc:"Part of the system's name."`
	AssetID     int64       `query:"asset_id" minimum:"1" doc:"What is on this host or system."`
	Sort        string      `query:"sort" enum:"label,product,version,asset,owner,state,exposure,criticality,-label,-product,-version,-asset,-owner,-state,-exposure,-criticality" default:"label" doc:"With - the other way round."`
	At          time.Time   `query:"at" doc:"The stack as it was then."`
}

type itemsQuery struct {
	api.Paging
	ItemsFilter
}

func (q ItemsFilter) filter() Filter {
	f := Filter{Text: q.Query, Exposure: q.Exposure, Criticality: q.Criticality, Asset: q.Asset, AssetID: q.AssetID, At: q.At}
	f.Sort, f.Descending = sortOf(q.Sort)
	if f.Waiting = q.State == "waiting"; !f.Waiting {
		f.State = State(q.State)
	}
	return f
}

func (m *Module) apiItems(r *api.Request, in *itemsQuery) (api.List[stackItemJSON], error) {
	f := in.filter()
	f.After, f.Limit = in.After(), in.Limit
	p, err := m.List(r.Context(), r.Scope, f)
	return api.Items(api.Each(p.Items, func(i Item) stackItemJSON { return stackItemView(r.Org.Code, i) }), p.Next), err
}

func (m *Module) apiItemsFile(r *api.Request, in *ItemsFilter) (api.Table, error) {
	return m.itemTable(r, in.filter(), "stack-"+r.Org.Code), nil
}

func (m *Module) apiItem(r *api.Request, in *api.ID) (stackItemJSON, error) {
	i, err := m.Item(r.Context(), r.Scope, in.ID)
	return stackItemView(r.Org.Code, i), err
}

// stackEntryJSON is what is said of an item.
type stackEntryJSON struct {
	Asset       string      `json:"asset,omitempty" maxLength:"500" doc:"System or host."`
	Label       string      `json:"label,omitempty" maxLength:"500" doc:"Needed without cpe and purl."`
	Publisher   string      `json:"publisher,omitempty" maxLength:"500"`
	Product     string      `json:"product,omitempty" maxLength:"500" doc:"A product of the dictionary: part:vendor:product."`
	Version     string      `json:"version,omitempty" maxLength:"500"`
	Update      string      `json:"update,omitempty" maxLength:"500"`
	Edition     string      `json:"edition,omitempty" maxLength:"500"`
	TargetSW    string      `json:"target_sw,omitempty" maxLength:"500"`
	CPE         string      `json:"cpe,omitempty" maxLength:"1000"`
	PURL        string      `json:"purl,omitempty" maxLength:"1000"`
	Quantity    int         `json:"quantity,omitzero" minimum:"1"`
	Owner       string      `json:"owner,omitempty" maxLength:"500"`
	Exposure    Exposure    `json:"exposure,omitempty" enum:"internet,internal,isolated,unknown" doc:"Missing: its system's."`
	Criticality Criticality `json:"criticality,omitempty" enum:"low,medium,high,critical" doc:"Missing: its system's."`
	Notes       string      `json:"notes,omitempty" maxLength:"5000"`
}

type addItem struct{ Body stackEntryJSON }

func (m *Module) apiAddItem(r *api.Request, in *addItem) (stackItemJSON, error) {
	i, err := m.Add(r.Context(), r.Scope, Entry(in.Body))
	return stackItemView(r.Org.Code, i), err
}

type editItem struct {
	api.ID
	api.IfMatch
	Body stackEntryJSON
}

func (m *Module) apiEditItem(r *api.Request, in *editItem) (stackItemJSON, error) {
	i, err := m.Edit(r.Context(), r.Scope, in.ID.ID, Entry(in.Body), in.Version())
	return stackItemView(r.Org.Code, i), err
}

func (m *Module) apiRemoveItem(r *api.Request, in *api.ID) (api.Nothing, error) {
	if _, err := m.Item(r.Context(), r.Scope, in.ID); err != nil {
		return api.Nothing{}, err
	}
	_, err := m.Remove(r.Context(), r.Scope, in.ID)
	return api.Nothing{}, err
}

type confirmItem struct {
	api.ID
	Body struct {
		Product string `json:"product" maxLength:"500" doc:"part:vendor:product, or empty for none that is known."`
	} `nameHint:"ProductChoice"`
}

func (m *Module) apiConfirm(r *api.Request, in *confirmItem) (stackItemJSON, error) {
	if err := m.Confirm(r.Context(), r.Scope, in.ID.ID, in.Body.Product); err != nil {
		return stackItemJSON{}, err
	}
	return m.apiItem(r, &in.ID)
}

func (m *Module) apiForget(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.Forget(r.Context(), r.Scope, in.ID)
}

type bulkInput struct {
	Body struct {
		IDs         []int64     `json:"ids" minItems:"1" maxItems:"500"`
		Do          string      `json:"do" enum:"remove,classify"`
		Exposure    Exposure    `json:"exposure,omitempty" enum:"internet,internal,isolated,unknown" doc:"For classify."`
		Criticality Criticality `json:"criticality,omitempty" enum:"low,medium,high,critical" doc:"For classify."`
	} `nameHint:"StackBulk"`
}

// touchedJSON says how many things were there to be changed.
type touchedJSON struct {
	Changed int64 `json:"changed"`
}

func (m *Module) apiBulk(r *api.Request, in *bulkInput) (touchedJSON, error) {
	if in.Body.Do == "remove" {
		n, err := m.Remove(r.Context(), r.Scope, in.Body.IDs...)
		return touchedJSON{n}, err
	}
	n, err := m.Classify(r.Context(), r.Scope, in.Body.IDs, in.Body.Exposure, in.Body.Criticality)
	return touchedJSON{n}, err
}
