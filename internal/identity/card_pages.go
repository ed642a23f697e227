// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"net/http"
	"net/url"

	"martinella/internal/access/gate"
	"martinella/internal/identity/card"
	"martinella/internal/platform/fault"
)

// The pages of the sign-in with a card. CardPath is the only one of the
// listener that asks browsers for a certificate.
const (
	cardStart  = "/signin/card"
	CardPath   = "/card"
	cardReturn = "/signin/card/return"
	cardProof  = "/account/confirm/card"
)

func (m *Module) cardRoutes(g *gate.Gate) {
	bare := []gate.Option{gate.Bare(), gate.AllowPending(), gate.MaxBody(smallForm)}
	g.Handle("GET "+cardStart, gate.Public(), m.startCard, bare...)
	g.Handle("GET "+CardPath, gate.Public(), m.showCard, bare...)
	g.Handle("GET "+cardReturn, gate.Public(), m.cardReturns, bare...)
	g.Handle("GET "+cardProof, gate.SignedIn(), m.startProof, gate.Bare())
}

// withCards is a NotFound fault where nobody signs in with a card.
func (m *Module) withCards() error {
	if m.Cards.Desk == nil {
		return fault.New(fault.NotFound, "access.page")
	}
	return nil
}

func (m *Module) startCard(r *gate.Request) error {
	if err := m.withCards(); err != nil {
		return err
	}
	a := m.beginJourney(r, byCard, toSignIn, r.Query().Get("next"))
	return leave(r, m.cardAddress(a))
}

// startProof begins to confirm with a card that it is still the same person.
func (m *Module) startProof(r *gate.Request) error {
	if err := m.withCards(); err != nil {
		return err
	}
	return leave(r, m.cardAddress(m.beginJourney(r, byCard, toProve, r.Query().Get("next"))))
}

// proofWith is where the confirmation with a card begins that leads to a page;
// "" where there are no cards, and for a form that waits: it would be lost.
func (m *Module) proofWith(k kept) string {
	if m.Cards.Desk == nil || k.Action != "" {
		return ""
	}
	return withNext(cardProof, k.Next)
}

func (m *Module) provenNow(r *gate.Request, a journey, c card.Card) error {
	s, err := m.current(r)
	if err != nil {
		return err
	}
	token, err := m.proveByCard(r.Context(), s, a, c, client(r))
	if err != nil {
		return notIn(r, "identity.stepup.title", err)
	}
	return steppedUpTo(r, token, kept{Next: a.Next})
}

// cardAddress is where the browser is asked for the certificate.
func (m *Module) cardAddress(a journey) string {
	return m.Cards.URL + CardPath + "?" + url.Values{"state": {a.State}}.Encode()
}

// leave sends the browser to an address of the configuration, outside of this
// site. Only links lead there: a form's answer may not (form-action of the policy).
func leave(r *gate.Request, address string) error {
	http.Redirect(r.W, r.R, address, http.StatusSeeOther)
	return nil
}

// showCard is asked by the browser that has shown its certificate.
func (m *Module) showCard(r *gate.Request) error {
	if err := m.withCards(); err != nil {
		return err
	}
	// Not kept alive: the next visit asks for the card again.
	r.W.Header().Set("Connection", "close")
	slip, err := m.ShowCard(r.Context(), r.R, r.Query().Get("state"), client(r))
	if err != nil {
		return m.cardRefused(r, err)
	}
	return leave(r, m.Config.BaseURL+cardReturn+"?"+url.Values{"state": {r.Query().Get("state")}, "slip": {slip}}.Encode())
}

// cardRefused says what is wrong and leads back to the portal, which may be
// another host than this page's.
func (m *Module) cardRefused(r *gate.Request, err error) error {
	return refused(r, "identity.card.title", err, m.Config.BaseURL+"/signin")
}

// params writes a fault's parameters as the catalogue takes them.
func params(f *fault.Error) (out []any) {
	for name, value := range f.Params {
		out = append(out, name, value)
	}
	return out
}

func (m *Module) cardReturns(r *gate.Request) error {
	if err := m.withCards(); err != nil {
		return err
	}
	a, err := m.takeJourney(r, byCard, r.Query().Get("state"))
	if err != nil {
		return notIn(r, "identity.card.title", err)
	}
	c, err := m.openSlip(a, r.Query().Get("slip"))
	if err != nil {
		return notIn(r, "identity.card.title", err)
	}
	switch a.Intent {
	case toLink:
		return m.linkedNow(r, m.cardLink(r.Context(), r.Scope, a, c, client(r)))
	case toProve:
		return m.provenNow(r, a, c)
	}
	in, err := m.cardSignIn(r.Context(), a, c, client(r))
	if err != nil {
		return notIn(r, "identity.card.title", err)
	}
	return m.elsewhereIn(r, in, a)
}

// elsewhereIn ends the session the browser had, if any, and leads on.
func (m *Module) elsewhereIn(r *gate.Request, in SignedIn, a journey) error {
	if err := m.SignOut(r.Context(), sessionToken(r)); err != nil {
		return err
	}
	return welcomeIn(r, in, a.Next)
}

// notIn shows why somebody who came back is not let in.
func notIn(r *gate.Request, title string, err error) error {
	return refused(r, title, err, "/signin")
}

func refused(r *gate.Request, title string, err error, back string) error {
	f := fault.Of(err)
	return r.Refused(err, r.L.T(title), refusedPage(title, r.L.T("fault."+f.Code, params(f)...), back))
}

// linkedNow leads back to the person's identities, with what came of it.
func (m *Module) linkedNow(r *gate.Request, err error) error {
	if err != nil {
		f := fault.Of(err)
		if f.Kind == fault.Internal {
			return err
		}
		r.Flash(gate.Error, "fault."+f.Code, params(f)...)
		return r.Redirect(linkedPage)
	}
	r.Flash(gate.Success, "identity.linked.done")
	return r.Redirect(linkedPage)
}
