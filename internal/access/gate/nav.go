// SPDX-License-Identifier: EUPL-1.2

package gate

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"martinella/internal/access"
	"martinella/web/ui"
)

// Area is a part of the navigation.
type Area uint8

// The areas, in the order they are shown.
const (
	AreaOps     Area = iota // the CSIRT's work
	AreaRecords             // the record of the members: who they are and what they ask to change
	AreaMember              // the organisation in view
	AreaOwn                 // that organisation itself: its data, people and programs
	AreaAdmin               // the instance itself
	AreaAccount             // the person's own menu
)

// NavItem is an entry of the navigation, shown to who may follow it.
type NavItem struct {
	Area       Area
	Key        string // the text, in the catalogues
	Path       string // "/o/{org}/stack"
	Permission access.Permission
	Order      int
	// Also are further addresses of the entry: pages one reaches from it.
	Also []string
	Icon string
}

// Nav adds an entry.
func (g *Gate) Nav(items ...NavItem) {
	g.nav = append(g.nav, items...)
	slices.SortStableFunc(g.nav, func(a, b NavItem) int {
		return cmp.Or(cmp.Compare(a.Area, b.Area), cmp.Compare(a.Order, b.Order))
	})
}

// Quick is a box in the header of every page, for who may use it: what is typed
// goes to a page as ?q=.
type Quick struct {
	Key        string // the label, in the catalogues
	Path       string
	Permission access.Permission // in the territory
}

// Quick puts a box in the header. There is room for one.
func (g *Gate) Quick(q Quick) { g.quick = &q }

// signInPath is where visitors come in.
const signInPath = "/signin"

// frame is what every page has around its content.
func (r *Request) frame(title string) ui.Page {
	p := ui.Page{Title: title, L: r.L, Path: r.unpinned(), Owner: r.gate.cfg.Owner, Flashes: r.takeFlashes()}
	if r.gate.cfg.Demo {
		p.Demo = r.L.T("gate.demo")
	}
	if r.session == nil && r.R.URL.Path != signInPath {
		p.SignIn = ui.Link{Text: r.L.T("ui.signin"), Href: signInPath}
	}
	if r.session == nil || r.session.Pending != "" {
		return p
	}
	p.Home = "/home"
	p.User = &ui.User{Name: r.Person.Name, AccountURL: "/account", SignOutURL: "/signout", Menu: r.accountMenu()}
	p.Nav = r.navigation()
	p.Orgs = r.switcher()
	if q := r.gate.quick; q != nil && r.Territory().Can(q.Permission) {
		p.Quick = &ui.Quick{Label: r.L.T(q.Key), Action: q.Path}
	}
	return p
}

func (r *Request) accountMenu() []ui.Link {
	var out []ui.Link
	for _, n := range r.gate.nav {
		if n.Area == AreaAccount {
			out = append(out, ui.Link{Text: r.L.T(n.Key), Href: n.Path})
		}
	}
	return out
}

func (r *Request) navigation() []ui.NavItem {
	var member, own, ops, records, admin []ui.NavItem
	territory := r.Territory()
	for _, n := range r.gate.nav {
		switch {
		case n.Area == AreaMember && r.Org.ID != 0 && r.Scope.Can(n.Permission):
			member = append(member, r.navItem(n))
		case n.Area == AreaOwn && r.Org.ID != 0 && r.Scope.Can(n.Permission):
			own = append(own, r.navItem(n))
		case n.Area == AreaOps && territory.Can(n.Permission):
			ops = append(ops, r.navItem(n))
		case n.Area == AreaRecords && territory.Can(n.Permission):
			records = append(records, r.navItem(n))
		case n.Area == AreaAdmin && territory.Can(n.Permission):
			admin = append(admin, r.navItem(n))
		}
	}
	if len(ops) == 0 {
		return folded(member, ui.NavItem{Text: r.L.T("gate.nav.own"), Items: own})
	}
	return folded(ops, ui.NavItem{Text: r.L.T("gate.nav.records"), Items: records}, ui.NavItem{Text: r.Org.Name, Items: append(member, own...)},
		ui.NavItem{Text: r.L.T("gate.nav.admin"), Items: admin})
}

// folded puts lists behind the entries of every day, those that have any, so that
// the row stays one row.
func folded(row []ui.NavItem, lists ...ui.NavItem) []ui.NavItem {
	for _, l := range lists {
		if len(l.Items) > 0 {
			row = append(row, l)
		}
	}
	return row
}

func (r *Request) navItem(n NavItem) ui.NavItem {
	href := strings.Replace(n.Path, "{org}", url.PathEscape(r.Org.Code), 1)
	return ui.NavItem{Text: r.L.T(n.Key), Href: href, Current: r.inside(n)}
}

// inside says whether an entry is the nearest above the page: "/o/x" is not
// the current entry on "/o/x/stack" when "/o/x/stack" is one itself.
func (r *Request) inside(n NavItem) bool {
	own := r.above(n)
	return own > 0 && !slices.ContainsFunc(r.gate.nav, func(other NavItem) bool { return r.above(other) > own })
}

// above says how long the address is by which the page belongs to an entry; 0: it does not.
func (r *Request) above(n NavItem) (length int) {
	path := r.R.URL.EscapedPath()
	for _, p := range append([]string{n.Path}, n.Also...) {
		p = strings.Replace(p, "{org}", url.PathEscape(r.Org.Code), 1)
		if path == p || strings.HasPrefix(path, p+"/") {
			length = max(length, len(p))
		}
	}
	return length
}

// switcher offers the organisations the person belongs to. The names are looked
// up only for who has several: most people have one.
func (r *Request) switcher() *ui.OrgSwitch {
	ids := make([]int64, 0, len(r.session.Principal.Memberships))
	for id := range r.session.Principal.Memberships {
		if id != r.Org.ID {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		if r.Org.ID == 0 {
			return nil
		}
		return &ui.OrgSwitch{Current: r.Org.Name}
	}
	orgs, err := r.gate.cfg.Directory.OrganisationsByID(r.Context(), access.System("gate"), ids)
	if err != nil {
		r.gate.cfg.Log.Warn("organisations of the switch", "error", err)
		return &ui.OrgSwitch{Current: r.Org.Name}
	}
	out := &ui.OrgSwitch{Current: r.Org.Name}
	for _, o := range orgs {
		out.Others = append(out.Others, ui.Link{Text: o.Name, Href: "/o/" + url.PathEscape(o.Code)})
	}
	slices.SortFunc(out.Others, func(a, b ui.Link) int { return strings.Compare(a.Text, b.Text) })
	return out
}
