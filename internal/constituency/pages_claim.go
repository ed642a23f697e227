// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"errors"
	"io"
	"strconv"
	"strings"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/constituency/claim"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

// claimPages are where a member says what is its own, and where operators decide on it.
func (m *Module) claimPages(g *gate.Gate) {
	g.Handle("GET /o/{org}/networks", gate.Member(access.NetworkRead), m.claimList)
	g.Handle("POST /o/{org}/networks", gate.Member(access.NetworkEdit), m.addClaims, gate.MaxBody(maxClaimList))
	g.Handle("POST /o/{org}/networks/preview", gate.Member(access.NetworkEdit), m.previewClaims, gate.MaxBody(maxClaimList))
	g.Handle("GET /o/{org}/networks/{id}", gate.Member(access.NetworkRead), m.claimPage)
	g.Handle("POST /o/{org}/networks/{id}/prove", gate.Member(access.NetworkEdit), m.proveClaim)
	g.Handle("POST /o/{org}/networks/{id}/remove", gate.Member(access.NetworkEdit), m.removeClaim)
	g.Handle("GET /ops/networks", gate.Staff(access.TerritoryRead), m.allClaims)
	g.Handle("GET /ops/networks/{id}", gate.Staff(access.TerritoryRead), m.decidePage)
	g.Handle("POST /ops/networks/{id}", gate.Staff(access.AccreditationEdit), m.decideClaim)
	g.Nav(
		gate.NavItem{Area: gate.AreaOwn, Key: "constituency.nav.networks", Path: "/o/{org}/networks", Permission: access.NetworkRead, Order: 65},
		gate.NavItem{Area: gate.AreaRecords, Key: "constituency.nav.networks", Path: "/ops/networks", Permission: access.TerritoryRead, Order: 35},
	)
}

// maxClaimList bounds a pasted list or a file, in bytes.
const maxClaimList = 1 << 20

func (m *Module) claimsView(r *gate.Request) (claimsView, error) {
	o, err := m.Own(r.Context(), r.Scope)
	if err != nil {
		return claimsView{}, err
	}
	v := claimsView{Org: o, Base: r.Path("/networks"), CanEdit: r.Scope.Can(access.NetworkEdit), List: ui.ParseList(r.R.URL)}
	before, err := strconv.ParseInt(v.List.After(), 10, 64)
	if err != nil {
		before = 0
	}
	all, err := m.Claims(r.Context(), r.Scope, before, rowsPerPage+1)
	if len(all) > rowsPerPage {
		all = all[:rowsPerPage]
		v.Next = strconvID(all[rowsPerPage-1].ID)
	}
	v.Claims = all
	return v, err
}

func (m *Module) claimList(r *gate.Request) error {
	v, err := m.claimsView(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("constituency.claims.title"), claimsPage(v))
}

// previewClaims reads a list and says of each line what would become of it; one
// good line needs no asking.
func (m *Module) previewClaims(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	text, err := claimText(f)
	lines := claim.ReadLines(text)
	if err == nil && len(lines) == 0 {
		err = fault.New(fault.Invalid, "constituency.claims").Field("lines", "constituency.claims_empty")
	}
	if err == nil && len(lines) == 1 && lines[0].Err != nil {
		err = m.lineFault(lines[0])
	}
	if err != nil {
		return m.claimsAgain(r, err)
	}
	if len(lines) == 1 {
		return m.saveClaims(r, lines)
	}
	v := previewView{Base: r.Path("/networks"), Text: text, Lines: lines}
	return r.Page(r.L.T("constituency.claims.preview"), previewPage(v))
}

func (m *Module) lineFault(l claim.Line) error {
	return fault.New(fault.Invalid, "constituency.claims").Field("lines", claimFault(l.Err), fault.P{"value": l.Value.Text})
}

func (m *Module) claimsAgain(r *gate.Request, wrong error) error {
	v, err := m.claimsView(r)
	if err != nil {
		return err
	}
	v.State = r.FormState(wrong)
	return r.Invalid(wrong, r.L.T("constituency.claims.title"), claimsPage(v))
}

// claimText gives the file, or what was pasted.
func claimText(f web.Form) (string, error) {
	file, ok, err := f.File("file")
	if err != nil || !ok {
		return f.Raw("lines"), err
	}
	data, err := io.ReadAll(io.LimitReader(file, maxClaimList))
	return strings.ToValidUTF8(string(data), "\uFFFD"), errors.Join(err, file.Close())
}

func (m *Module) addClaims(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	return m.saveClaims(r, claim.ReadLines(f.Raw("lines")))
}

func (m *Module) saveClaims(r *gate.Request, lines []claim.Line) error {
	n, err := m.AddClaims(r.Context(), r.Scope, lines, r.Person.Name)
	if err != nil {
		return m.claimsAgain(r, err)
	}
	r.Flash(gate.Success, "constituency.claims.added", "n", n)
	return r.Redirect(r.Path("/networks"))
}

func (m *Module) claimPage(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	return m.showClaim(r, id, nil)
}

func (m *Module) showClaim(r *gate.Request, id int64, wrong error) error {
	c, err := m.Claim(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	v := claimView{Claim: c, Base: r.Path("/networks"), CanEdit: r.Scope.Can(access.NetworkEdit)}
	if wrong != nil {
		v.Wrong = r.Say(wrong)
		return r.Invalid(wrong, c.Unicode(), oneClaimPage(v))
	}
	return r.Page(c.Unicode(), oneClaimPage(v))
}

func (m *Module) proveClaim(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	c, err := m.Prove(r.Context(), r.Scope, id)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound || fault.KindOf(err) == fault.Forbidden {
			return err
		}
		return m.showClaim(r, id, err)
	}
	key := "constituency.claim.proved"
	if c.Disputed {
		key = "constituency.claim.proved_disputed"
	}
	r.Flash(gate.Success, key)
	return r.Redirect(r.Path("/networks/" + strconvID(id)))
}

func (m *Module) removeClaim(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := m.RemoveClaim(r.Context(), r.Scope, id); err != nil {
		return err
	}
	r.Flash(gate.Success, "constituency.claim.removed")
	return r.Redirect(r.Path("/networks"))
}

func (m *Module) allClaims(r *gate.Request) error {
	state := ui.ParseList(r.R.URL)
	after, err := strconv.ParseInt(state.After(), 10, 64)
	if err != nil {
		after = 0
	}
	v := allClaimsView{List: state}
	v.Rows, err = m.AllClaims(r.Context(), r.Scope, state.Get("state") != "all", state.Get("q"), after, rowsPerPage+1)
	if err != nil {
		return err
	}
	if len(v.Rows) > rowsPerPage {
		v.Rows = v.Rows[:rowsPerPage]
		v.Next = strconvID(v.Rows[rowsPerPage-1].ID)
	}
	return r.WidePage(r.L.T("constituency.claims.all"), allClaimsPage(v))
}

func (m *Module) decidePage(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	return m.showDecision(r, id, nil)
}

func (m *Module) showDecision(r *gate.Request, id int64, wrong error) error {
	c, err := m.ClaimOf(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	v := decideView{Claim: c, CanDecide: r.Scope.Can(access.AccreditationEdit), State: r.FormState(wrong)}
	if v.Overlaps, err = m.Overlaps(r.Context(), r.Scope, id); err != nil {
		return err
	}
	if r.Query().Get("reverse") != "" {
		v.Asked = true
		if v.Reverse, err = m.ReverseNames(r.Context(), r.Scope, c.Claim); err != nil {
			return err
		}
	}
	if wrong != nil {
		return r.Invalid(wrong, c.Unicode(), decideClaimPage(v))
	}
	return r.Page(c.Unicode(), decideClaimPage(v))
}

func (m *Module) decideClaim(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	d := ClaimDecision{Action: f.Text("action"), Reason: f.Text("reason"), By: r.Person.Name}
	if d.Overlap, err = f.Int("overlap", 0); err == nil {
		err = m.DecideClaim(r.Context(), r.Scope, id, d)
	}
	if err != nil {
		return m.showDecision(r, id, err)
	}
	r.Flash(gate.Success, "constituency.claim.decided")
	return r.Redirect("/ops/networks/" + strconvID(id))
}
