// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
)

func (m *Module) assetRetirePage(r *gate.Request) error {
	v, err := m.assetFormOf(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("inventory.asset.retire", "asset", v.Asset.Name), assetRetireBody(v))
}

func (m *Module) assetRetire(r *gate.Request) error {
	return m.assetTurn(r, m.RetireAsset, "inventory.asset.retired")
}

func (m *Module) assetReturn(r *gate.Request) error {
	return m.assetTurn(r, m.ReturnAsset, "inventory.asset.returned")
}

// turnAsset takes an asset out of service, or puts it back.
type turnAsset func(ctx context.Context, s access.Scope, id int64) error

func (m *Module) assetTurn(r *gate.Request, turn turnAsset, said string) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := turn(r.Context(), r.Scope, id); err != nil {
		return err
	}
	r.Flash(gate.Success, said)
	return r.Redirect(assetPath(r.Path("/stack"), id))
}

// mergeChoices is how many assets the merging page offers.
const mergeChoices = 20

// assetMergePage offers the assets that may be the same: those that share a word of the name, or those searched for.
func (m *Module) assetMergePage(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	v := assetView{Base: r.Path("/stack"), Query: r.Query().Get("find"), CanEdit: true}
	if v.Asset, err = m.Asset(r.Context(), r.Scope, id); err != nil {
		return err
	}
	f := AssetFilter{AnyKind: true, Text: v.Query, Limit: mergeChoices}
	if v.Others, err = m.Assets(r.Context(), r.Scope, f); err != nil {
		return err
	}
	return r.Page(r.L.T("inventory.asset.merge", "asset", v.Asset.Name), assetMergeBody(v))
}

func (m *Module) assetMerge(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	other := parseID(f.Text("other"))
	if other == 0 {
		r.Flash(gate.Warning, "fault.inventory.none_chosen")
		return r.Redirect(assetPath(r.Path("/stack"), id) + "/merge")
	}
	err = m.MergeAssets(r.Context(), r.Scope, id, other)
	if k := fault.KindOf(err); k == fault.Invalid {
		r.Flash(gate.Warning, "fault."+fault.Of(err).Code)
		return r.Redirect(assetPath(r.Path("/stack"), id) + "/merge")
	}
	if err != nil {
		return err
	}
	r.Flash(gate.Success, "inventory.asset.merged")
	return r.Redirect(assetPath(r.Path("/stack"), id))
}
