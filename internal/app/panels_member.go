// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/constituency"
	"martinella/internal/inventory"
	"martinella/internal/operations"
	"martinella/internal/vulnerability"
	"martinella/web/ui"
)

// affectedNames lists the vendors and products that only a CNA's words name and
// nobody has confirmed yet, those in most CVEs first.
func (a *App) affectedNames(ctx context.Context, s access.Scope, after *inventory.AffectedName, limit int) ([]inventory.AffectedName, error) {
	all, _, err := a.rooms.corpus.Products(ctx, s, 0)
	if err != nil {
		return nil, err
	}
	known, err := a.rooms.inventory.Aliases(ctx, s)
	if err != nil {
		return nil, err
	}
	var out []inventory.AffectedName
	for _, p := range all {
		if p.Part == "n" && p.CVEs > 0 && len(known.Resolve(p.Vendor, p.Product)) == 0 {
			name := inventory.AffectedName{Vendor: p.Vendor, Product: p.Product, CVEs: p.CVEs}
			if after == nil || name.Compare(*after) > 0 {
				out = append(out, name)
			}
		}
	}
	slices.SortFunc(out, inventory.AffectedName.Compare)
	return out[:min(limit, len(out))], nil
}

// openCounts counts an item's open vulnerabilities for the stack's list.
func (a *App) openCounts(ctx context.Context, s access.Scope, items []int64) (map[int64]int, error) {
	return a.rooms.vulnerability.OpenCounts(ctx, s, items)
}

// memberPanels is what the other rooms say on the operator's page of an organisation.
func (a *App) memberPanels() []constituency.Panel {
	return []constituency.Panel{{ID: "vulnerabilities", Title: "vulnerability.panel.title", Permission: access.VulnerabilityRead,
		Render: func(ctx context.Context, s access.Scope) (templ.Component, error) {
			o, err := a.rooms.constituency.Own(ctx, s)
			if err != nil {
				return nil, err
			}
			return a.rooms.vulnerability.MemberPanel(ctx, s, o.Code)
		}}}
}

// homePanels is what the other rooms say on a member's home page.
func (a *App) homePanels() []vulnerability.Panel {
	out := []vulnerability.Panel{{ID: "advisories", Title: "advisory.inbox", Permission: access.AdvisoryRead, Render: func(ctx context.Context, s access.Scope) (templ.Component, error) {
		return a.rooms.advisory.HomePanel(ctx, s) // the room is built after this
	}}}
	for _, p := range a.rooms.constituency.HomePanels() {
		out = append(out, vulnerability.Panel(p))
	}
	return out
}

// roomPanels is what the other rooms say in the control room.
func (a *App) roomPanels() []operations.Panel {
	return []operations.Panel{func(ctx context.Context, s access.Scope) (templ.Component, error) {
		return a.rooms.vulnerability.TerritoryPanel(ctx, s)
	}}
}

// itemPanel leads from an item of the stack to what is open on it.
func (a *App) itemPanel(r *gate.Request, item inventory.Item) (templ.Component, error) {
	if !r.Scope.Can(access.VulnerabilityRead) || item.Product == "" {
		return nil, nil
	}
	open, err := a.rooms.vulnerability.OpenCounts(r.Context(), r.Scope, []int64{item.ID})
	if err != nil {
		return nil, err
	}
	query := url.Values{"product": {item.Vendor + ":" + item.Product}, "version": {item.Version}}
	return ui.Counters{{
		N: open[item.ID], Label: r.L.T("vulnerability.panel.title"), Tone: ui.Warning, Href: r.Path("/vulnerabilities") + "?" + query.Encode(),
	}}, nil
}
