// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"martinella/internal/access/gate"
	"martinella/internal/identity/oidc"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

const providerBase = "/signin/oidc"

func providerPath(name string) string { return providerBase + "/" + name }

func (m *Module) providerRoutes(g *gate.Gate) {
	bare := []gate.Option{gate.Bare(), gate.AllowPending(), gate.MaxBody(smallForm)}
	g.Handle("GET "+providerBase+"/{provider}", gate.Public(), m.startProvider, bare...)
	g.Handle("GET "+providerBase+"/{provider}/return", gate.Public(), m.providerReturns, bare...)
}

func (m *Module) startProvider(r *gate.Request) error {
	p, err := m.provider(r.Param("provider"))
	if err != nil {
		return err
	}
	if err := limit(m.bySignIn, client(r)); err != nil {
		return notIn(r, "identity.oidc.title", err)
	}
	return m.toProvider(r, p, m.beginJourney(r, p.Name, toSignIn, r.Query().Get("next")))
}

func (m *Module) toProvider(r *gate.Request, p *oidc.Provider, a journey) error {
	address, err := p.AuthURL(r.Context(), a.Attempt)
	if err != nil {
		m.Log.Warn("a provider does not answer", "provider", p.Name, "error", err)
		return notIn(r, "identity.oidc.title", m.providerFault(p, err, r.L.Lang()))
	}
	return leave(r, address)
}

func (m *Module) providerReturns(r *gate.Request) error {
	p, err := m.provider(r.Param("provider"))
	if err != nil {
		return err
	}
	q := r.Query()
	a, err := m.takeJourney(r, p.Name, q.Get("state"))
	if err != nil {
		return notIn(r, "identity.oidc.title", m.refusedReturn(r, p, err))
	}
	id, err := m.identify(r.Context(), p, a, oidc.Answer{Code: q.Get("code"), Issuer: q.Get("iss"), Error: q.Get("error")}, client(r))
	if err != nil {
		return notIn(r, "identity.oidc.title", err)
	}
	if a.Intent == toLink {
		return m.linkedNow(r, m.providerLink(r.Context(), r.Scope, p, a, id, client(r)))
	}
	in, err := m.providerSignIn(r.Context(), p, a, id, client(r))
	if err != nil {
		return notIn(r, "identity.oidc.title", err)
	}
	return m.elsewhereIn(r, in, a)
}

// refusedReturn writes down that somebody came back from a provider without an
// journey of this browser.
func (m *Module) refusedReturn(r *gate.Request, p *oidc.Provider, why error) error {
	if err := limit(m.bySignIn, client(r)); err != nil {
		return err
	}
	err := m.DB.Tx(r.Context(), func(tx *db.Tx) error {
		return m.note(r.Context(), tx, "visitor", 0, "person.provider_refused", 0, map[string]any{"provider": p.Name, "reason": fault.Of(why).Code, "address": r.Client()})
	})
	if err != nil {
		return err
	}
	return why
}

// alsoLeave gives the provider the session came through, and where its person
// leaves there too; "" when there is nothing to leave.
func (m *Module) alsoLeave(r *gate.Request) (label, address string, err error) {
	name, idToken, err := m.providerOf(r.Context(), sessionToken(r))
	if err != nil || name == "" {
		return "", "", err
	}
	p, err := m.provider(name)
	if err != nil {
		return "", "", nil // it is configured no longer
	}
	return p.Label(r.L.Lang()), p.LogoutURL(idToken, m.Config.BaseURL+"/signin"), nil
}
