// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"martinella/internal/access"
	"martinella/internal/access/gate"
)

// subscriptionOf reads the link, and narrows the program's own scope to its body.
func (m *Module) subscriptionOf(r *gate.Request) (subscription, access.Scope, Organisation, error) {
	sub, err := m.openSubscription(r.Param("token"))
	if err != nil {
		return sub, access.Scope{}, Organisation{}, err
	}
	own, err := access.System("unsubscribe").For(sub.Organisation)
	if err != nil {
		return sub, own, Organisation{}, err
	}
	o, err := m.Own(r.Context(), own)
	return sub, own, o, err
}

// unsubscribeForm asks first: mail gateways open links, and must not unsubscribe anybody.
func (m *Module) unsubscribeForm(r *gate.Request) error {
	sub, _, o, err := m.subscriptionOf(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("constituency.unsubscribe.title"), unsubscribePage(o, sub.Email, r.Param("token")))
}

// unsubscribe is the button, and what a mail program posts by itself (RFC 8058).
func (m *Module) unsubscribe(r *gate.Request) error {
	sub, own, o, err := m.subscriptionOf(r)
	if err != nil {
		return err
	}
	if err := m.StopDigest(r.Context(), own, sub.Email); err != nil {
		return err
	}
	return r.Page(r.L.T("constituency.unsubscribe.done.title"), unsubscribedPage(o, sub.Email))
}
