// SPDX-License-Identifier: EUPL-1.2

package hook

import (
	"net/url"

	"martinella/internal/access"
	"martinella/internal/access/gate"
)

func (m *Module) deliveryPage(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	delivery, err := r.ID("delivery")
	if err != nil {
		return err
	}
	h, d, err := m.Delivery(r.Context(), r.Scope, id, delivery)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("hook.delivery"), deliveryBody(messageView{Base: base(r), Hook: h, Delivery: d, CanEdit: r.Scope.Can(access.HookEdit)}))
}

func (m *Module) again(r *gate.Request) error {
	return m.act(r, "hook.sent_again", func(id int64) error {
		delivery, err := r.ID("delivery")
		if err != nil {
			return err
		}
		return m.Again(r.Context(), r.Scope, id, delivery)
	})
}

// failureText is the sentence for why an attempt failed.
func failureText(l interface {
	T(key string, pairs ...any) string
}, h Hook, status int64, code string) string {
	if code == "" {
		return ""
	}
	if code == "hook.status" {
		return l.T("fault.hook.status", "status", status)
	}
	host := h.Host()
	if u, err := url.Parse(h.URL); err == nil {
		host = u.Hostname()
	}
	return l.T("fault."+code, "host", host)
}
