// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"errors"

	"martinella/internal/access"
	"martinella/internal/identity/oidc"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// provider gives the provider of a name in an address.
func (m *Module) provider(name string) (*oidc.Provider, error) {
	for _, p := range m.Providers {
		if p.Name == name {
			return p, nil
		}
	}
	return nil, fault.New(fault.NotFound, "access.page")
}

// providerLabel names the provider of an issuer: its address when it is no
// longer configured.
func (m *Module) providerLabel(issuer, lang string) string {
	for _, p := range m.Providers {
		if p.Issuer == issuer {
			return p.Label(lang)
		}
	}
	return issuer
}

func knownSubject(id oidc.Identity) known {
	return known{kind: kindProvider, issuer: id.Issuer, value: id.Subject, shown: shownSubject(id)}
}

// shownSubject is what somebody knows his account there by: never the subject
// itself, which may be a national identity number.
func shownSubject(id oidc.Identity) string {
	switch {
	case id.FiscalCode != "":
		return id.FiscalCode.Masked()
	case id.Email != "":
		return id.Email
	}
	return id.Name
}

func (m *Module) providerArrival(p *oidc.Provider, id oidc.Identity, c Client) arrival {
	return arrival{
		known: knownSubject(id), by: opening{Methods: []Method{ByOIDC}, Strong: id.Strong},
		detail: map[string]any{"provider": p.Name, "issuer": id.Issuer, "acr": id.ACR, "amr": id.AMR, "strong": id.Strong, "shown": shownSubject(id), "address": c.Address},
		keep:   m.keepProvider(p.Name, id.IDToken),
	}
}

// identify asks the provider who has come; its refusals are Forbidden faults,
// and in the audit log.
func (m *Module) identify(ctx context.Context, p *oidc.Provider, a journey, in oidc.Answer, c Client) (oidc.Identity, error) {
	id, err := p.Identify(ctx, a.Attempt, in)
	if err == nil {
		return id, nil
	}
	f := m.providerFault(p, err, a.Language)
	m.Log.Warn("a sign-in through a provider was refused", "provider", p.Name, "error", err, "address", c.Address)
	return id, m.refuseArrival(ctx, a, 0, "person.provider_refused", map[string]any{"provider": p.Name, "reason": f.Code, "address": c.Address}, f)
}

// providerFault gives a refusal its sentence.
func (m *Module) providerFault(p *oidc.Provider, err error, lang string) *fault.Error {
	var r *oidc.Refusal
	if !errors.As(err, &r) {
		r = &oidc.Refusal{Reason: oidc.Unreachable, Cause: err}
	}
	kind := fault.Forbidden
	if r.Reason == oidc.Unreachable {
		kind = fault.Unavailable
	}
	return fault.New(kind, "identity.oidc."+string(r.Reason), fault.P{"provider": p.Label(lang)}).Because(err)
}

// providerSignIn begins a session for whom the provider knows: by the account
// there that was linked; else by the Codice Fiscale it tells, when that is
// linked; else by the address, when the provider has the last word about its domain.
func (m *Module) providerSignIn(ctx context.Context, p *oidc.Provider, a journey, id oidc.Identity, c Client) (SignedIn, error) {
	in := m.providerArrival(p, id, c)
	_, owner, err := m.findLinked(ctx, m.DB, in.known)
	if err != nil {
		return SignedIn{}, err
	}
	if owner == 0 && id.FiscalCode != "" {
		if _, owner, err = m.findLinked(ctx, m.DB, knownFiscal(id.FiscalCode)); err != nil {
			return SignedIn{}, err
		}
		if owner != 0 {
			in.known = knownFiscal(id.FiscalCode)
		}
	}
	if owner == 0 && id.EmailVerified && p.Authoritative(id.Email) {
		return m.signInByEmail(ctx, a, in, id, c)
	}
	return m.comeIn(ctx, a, in, "identity.provider_unknown", c)
}

// signInByEmail knows somebody by his address, once: from then on by the
// account, so that who gets the address after him does not get his access.
func (m *Module) signInByEmail(ctx context.Context, a journey, in arrival, id oidc.Identity, c Client) (SignedIn, error) {
	p, err := personByEmail(ctx, m.DB, id.Email)
	if err != nil {
		return SignedIn{}, err
	}
	if p.ID == 0 {
		return m.comeIn(ctx, a, in, "identity.provider_unknown", c)
	}
	return m.comeInAs(ctx, a, in, p.ID, c, func(ctx context.Context, tx *db.Tx, p Person) error {
		var others int
		err := tx.QueryRow(ctx, "SELECT count(*) FROM linked_identity WHERE person_id = $1 AND kind = $2 AND issuer = $3", p.ID, kindProvider, id.Issuer).Scan(&others)
		if err != nil || others > 0 {
			return fault.New(fault.Forbidden, "identity.provider_other").Because(err)
		}
		return m.link(ctx, tx, "visitor", p, in.known)
	})
}

func (m *Module) providerLink(ctx context.Context, s access.Scope, p *oidc.Provider, a journey, id oidc.Identity, c Client) error {
	return m.linkArrival(ctx, s, a, m.providerArrival(p, id, c))
}
