// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/web/ui"
)

// linkedPage lists who a person is elsewhere.
const linkedPage = "/account/identities"

// linkNewPath begins the pages that link another one.
const linkNewPath = "/account/link/"

func (m *Module) linkedRoutes(g *gate.Gate) {
	in, small := gate.SignedIn(), gate.MaxBody(smallForm)
	g.Handle("GET "+linkedPage, in, m.showLinked)
	g.Handle("GET "+linkNewPath+"{place}", in, m.showLinkNew)
	g.Handle("POST "+linkNewPath+"{place}", in, m.linkNew, small)
	g.Handle("GET "+linkedPage+"/{id}/remove", in, m.showUnlink)
	g.Handle("POST "+linkedPage+"/{id}/remove", in, m.unlinkOwn, small)
	may, fresh := gate.Staff(access.StaffEdit), gate.Recent() // another way in for somebody else
	g.Handle("GET "+staffBase+"/{id}/identities", may, m.showLinkedOf, fresh)
	g.Handle("POST "+staffBase+"/{id}/identities", may, m.linkFor, small, fresh)
	g.Handle("GET "+staffBase+"/{id}/unlink/{link}", may, m.showUnlinkFor, fresh)
	g.Handle("POST "+staffBase+"/{id}/unlink/{link}", may, m.unlinkFor, small, fresh)
}

// place is somewhere people can be known, as pages offer it.
type place struct {
	Key   string // in addresses: "card" or a provider's name
	Start string // where signing in begins
	Down  bool   // it did not answer when last asked
	label func(lang string) string
}

// Label is what the place is called in the language of a page.
func (w place) Label(ctx context.Context) string { return w.label(i18n.From(ctx).Lang()) }

// places lists them, cards first.
func (m *Module) places() (out []place) {
	if m.Cards.Desk != nil {
		out = append(out, place{Key: "card", Start: cardStart, label: func(lang string) string { return m.Bundle.Localizer(lang, m.Zone).T("identity.card.name") }})
	}
	for _, p := range m.Providers {
		out = append(out, place{Key: p.Name, Start: providerPath(p.Name), Down: !p.Reachable(), label: p.Label})
	}
	return out
}

func (m *Module) findPlace(r *gate.Request) (place, error) {
	for _, w := range m.places() {
		if w.Key == r.Param("place") {
			return w, nil
		}
	}
	return place{}, fault.New(fault.NotFound, "access.page")
}

func (m *Module) showLinked(r *gate.Request) error {
	list, err := m.LinkedIdentities(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	return page(r, "identity.linked.title", linkedListPage(m.worded(r, list), m.places()))
}

// worded gives each identity the words a page shows it by.
func (m *Module) worded(r *gate.Request, list []Linked) []Linked {
	for i := range list {
		list[i].Shown = m.shownIn(r.L.Lang(), list[i])
	}
	return list
}

func (m *Module) showLinkNew(r *gate.Request) error { return m.linkNewPage(r, nil) }

// linkNewPage asks for the password, unless a second factor was just shown: a
// session left open must not be enough to let somebody else in for ever.
func (m *Module) linkNewPage(r *gate.Request, wrong error) error {
	w, err := m.findPlace(r)
	if err != nil {
		return err
	}
	s, err := m.current(r)
	if err != nil {
		return err
	}
	body := linkNewBody(r.FormState(wrong), w, !m.recent(s.StrongAt))
	title := r.L.T("identity.linked.new", "name", w.label(r.L.Lang()))
	if wrong != nil {
		return r.Invalid(wrong, title, body)
	}
	return r.Page(title, body)
}

func (m *Module) linkNew(r *gate.Request) error {
	w, err := m.findPlace(r)
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	s, err := m.current(r)
	if err != nil {
		return err
	}
	if !m.recent(s.StrongAt) {
		if _, err := m.reauthenticate(r.Context(), r.Scope, f.Raw("current")); err != nil {
			return m.linkNewPage(r, err)
		}
	}
	address, err := m.linkAddress(r, w)
	if err != nil {
		return m.linkNewPage(r, err)
	}
	return r.Page(r.L.T("identity.linked.new", "name", w.label(r.L.Lang())), linkGoBody(w, address))
}

// linkAddress begins a journey to link and gives where the browser must go.
func (m *Module) linkAddress(r *gate.Request, w place) (string, error) {
	if w.Key == "card" {
		return m.cardAddress(m.beginJourney(r, byCard, toLink, "")), nil
	}
	p, err := m.provider(w.Key)
	if err != nil {
		return "", err
	}
	address, err := p.AuthURL(r.Context(), m.beginJourney(r, p.Name, toLink, "").Attempt)
	if err != nil {
		return "", m.providerFault(p, err, r.L.Lang())
	}
	return address, nil
}

// one finds an identity of a list by the number in the path.
func (m *Module) one(r *gate.Request, name string, list []Linked) (Linked, error) {
	id, err := r.ID(name)
	if err != nil {
		return Linked{}, err
	}
	for _, l := range m.worded(r, list) {
		if l.ID == id {
			return l, nil
		}
	}
	return Linked{}, fault.New(fault.NotFound, "identity.linked_gone")
}

func (m *Module) showUnlink(r *gate.Request) error { return m.unlinkPage(r, nil) }

func (m *Module) unlinkPage(r *gate.Request, wrong error) error {
	list, err := m.LinkedIdentities(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	l, err := m.one(r, "id", list)
	if err != nil {
		return err
	}
	body := unlinkBody(r.FormState(wrong), l, personPath(linkedPage, l.ID, "/remove"), linkedPage)
	if wrong != nil {
		return r.Invalid(wrong, r.L.T("identity.linked.remove"), body)
	}
	return page(r, "identity.linked.remove", body)
}

func (m *Module) unlinkOwn(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := m.Unlink(r.Context(), r.Scope, id); err != nil {
		return m.unlinkPage(r, err)
	}
	r.Flash(gate.Success, "identity.linked.removed")
	return r.Redirect(linkedPage)
}

func (m *Module) showLinkedOf(r *gate.Request) error { return m.linkedOfPage(r, ui.FormState{}, nil) }

func (m *Module) linkedOfPage(r *gate.Request, state ui.FormState, wrong error) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	p, _, err := m.OnePerson(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	list, err := m.LinkedIdentitiesOf(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	body := linkedOfBody(state, p.Person, m.worded(r, list))
	if wrong != nil {
		return r.Invalid(wrong, r.L.T("identity.linked.title"), body)
	}
	return page(r, "identity.linked.title", body)
}

func (m *Module) linkFor(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	if err := m.LinkFiscalCode(r.Context(), r.Scope, id, f.Text("code")); err != nil {
		return m.linkedOfPage(r, r.FormState(err), err)
	}
	r.Flash(gate.Success, "identity.linked.done_for")
	return r.Redirect(personPath(staffBase, id, "/identities"))
}

func (m *Module) showUnlinkFor(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	list, err := m.LinkedIdentitiesOf(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	l, err := m.one(r, "link", list)
	if err != nil {
		return err
	}
	back := personPath(staffBase, id, "/identities")
	return page(r, "identity.linked.remove", unlinkBody(ui.FormState{}, l, personPath(personPath(staffBase, id, "/unlink"), l.ID, ""), back))
}

func (m *Module) unlinkFor(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	link, err := r.ID("link")
	if err != nil {
		return err
	}
	if err := m.UnlinkFor(r.Context(), r.Scope, id, link); err != nil {
		return err
	}
	r.Flash(gate.Success, "identity.linked.removed_for")
	return r.Redirect(personPath(staffBase, id, "/identities"))
}
