// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"time"

	"martinella/internal/access"
	"martinella/internal/identity/card"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// CardDesk judges cards. Card/desk implements it.
type CardDesk interface {
	Verify(ctx context.Context, leaf *x509.Certificate, chain []*x509.Certificate) (card.Card, error)
}

// Cards is how people sign in with a card; a nil Desk means they do not.
type Cards struct {
	Desk   CardDesk
	URL    string                       // "https://csirt.example.it:9443", where browsers are asked for the certificate
	Header string                       // in which a proxy hands it over; "" for none
	Proxy  func(remoteAddr string) bool // whether a connection's other end is such a proxy
}

// presented gives the certificate a request came with: of its own TLS
// connection, which proves that the client has the key, or of a trusted proxy's
// header. A header from anybody else is refused, not passed over: somebody tries.
func (c Cards) presented(r *http.Request) (leaf *x509.Certificate, chain []*x509.Certificate, err error) {
	var headers []string
	if c.Header != "" {
		headers = r.Header.Values(c.Header)
	}
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		return r.TLS.PeerCertificates[0], r.TLS.PeerCertificates[1:], nil
	}
	if len(headers) > 0 && !c.Proxy(r.RemoteAddr) {
		return nil, nil, &card.Refusal{Reason: card.HandOff}
	}
	leaf, err = card.FromHeader(headers)
	return leaf, nil, err
}

// cardSlip carries a card that was found good from the listener that saw it to
// the portal: sealed, for one journey, for two minutes.
type cardSlip struct {
	Card    card.Card
	State   string
	Expires int64
}

const slipLife = 2 * time.Minute

// stateLength is how long the states of attempts are: no slip is made for other words.
const stateLength = 43

// ShowCard judges the certificate of a request and makes the slip with which
// the portal goes on. Refusals are Forbidden faults, and in the audit log.
func (m *Module) ShowCard(ctx context.Context, r *http.Request, state string, c Client) (slip string, err error) {
	if len(state) != stateLength {
		return "", fault.New(fault.Forbidden, "identity.attempt_none")
	}
	if err := limit(m.bySignIn, c); err != nil {
		return "", err
	}
	leaf, chain, err := m.Cards.presented(r)
	var good card.Card
	if err == nil {
		good, err = m.Cards.Desk.Verify(ctx, leaf, chain)
	}
	if err != nil {
		return "", m.refuseCard(ctx, err, c)
	}
	return m.sealed(cardSlip{Card: good, State: digest(state), Expires: m.Clock.Now().Add(slipLife).UnixMilli()}, "card"), nil
}

// refuseCard says why a card is not good. A browser without one is not written
// down: nothing was tried.
func (m *Module) refuseCard(ctx context.Context, why error, c Client) error {
	var r *card.Refusal
	if !errors.As(why, &r) {
		return why
	}
	f := fault.New(fault.Forbidden, "identity.card."+string(r.Reason)).Because(why)
	if r.Reason == card.NoCertificate {
		return f
	}
	m.Log.Warn("a card was refused", "reason", r.Reason, "cause", r.Cause, "address", c.Address)
	err := m.DB.Tx(ctx, func(tx *db.Tx) error {
		return m.note(ctx, tx, "visitor", 0, "person.card_refused", 0, map[string]any{"reason": r.Reason, "address": c.Address})
	})
	if err != nil {
		return err
	}
	return f
}

// openSlip gives the card of a slip, when it is for this journey.
func (m *Module) openSlip(a journey, text string) (card.Card, error) {
	var s cardSlip
	if err := m.unsealed(text, "card", &s); err != nil || s.State != digest(a.State) {
		return card.Card{}, fault.New(fault.Forbidden, "identity.attempt_foreign").Because(err)
	}
	if !m.Clock.Now().Before(time.UnixMilli(s.Expires)) {
		return card.Card{}, fault.New(fault.Forbidden, "identity.attempt_old")
	}
	return s.Card, nil
}

// cardArrival is a card's holder. With a card somebody shows two factors: the
// card, and the PIN without which it does not sign.
func cardArrival(c card.Card, at Client) arrival {
	method := ByCNS
	if c.Kind == card.CIE {
		method = ByCIE
	}
	return arrival{known: knownFiscal(c.FiscalCode), by: opening{Methods: []Method{method}, Strong: true}, detail: map[string]any{
		"card": c.Kind, "serial": c.Serial, "issuer": c.Issuer, "shown": c.FiscalCode.Masked(), "address": at.Address, "revocation_known": c.RevocationKnown,
	}}
}

func (m *Module) cardSignIn(ctx context.Context, a journey, c card.Card, at Client) (SignedIn, error) {
	return m.comeIn(ctx, a, cardArrival(c, at), "identity.card_unknown", at)
}

func (m *Module) cardLink(ctx context.Context, s access.Scope, a journey, c card.Card, at Client) error {
	return m.linkArrival(ctx, s, a, cardArrival(c, at))
}

// proveByCard notes that the session's person has just shown a card that is his.
func (m *Module) proveByCard(ctx context.Context, s Session, a journey, c card.Card, at Client) (token string, err error) {
	in := cardArrival(c, at)
	id, owner, err := m.findLinked(ctx, m.DB, in.known)
	if err != nil {
		return "", err
	}
	if s.Pending != Nothing || owner != s.Person.ID {
		return "", m.refuseArrival(ctx, a, s.Person.ID, "person.card_of_another", in.detail, fault.New(fault.Forbidden, "identity.card_other"))
	}
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := m.spend(ctx, tx, a); err != nil {
			return err
		}
		if err := m.usedLinked(ctx, tx, id, in.known); err != nil {
			return err
		}
		token, err = m.steppedUp(ctx, tx, s, in.by.Methods[0])
		return err
	})
	return token, err
}
