// SPDX-License-Identifier: EUPL-1.2

package operations

import (
	"fmt"
	"net/http"

	"martinella/internal/access/gate"
	"martinella/web/ui"
)

func (m *Module) mails(r *gate.Request) error {
	list := ui.ParseList(r.R.URL)
	all, err := m.Mails.Mails(r.Context(), r.Scope, list.Get("q"), before(r), pageSize+1)
	if err != nil {
		return err
	}
	page, next := cut(all, func(x Mail) int64 { return x.ID })
	return r.WidePage(r.L.T("operations.mail.title"), mailsPage(list, page, next, m.Outbox))
}

func (m *Module) oneMail(r *gate.Request) (Mail, error) {
	id, err := r.ID("id")
	if err != nil {
		return Mail{}, err
	}
	return m.Mails.Mail(r.Context(), r.Scope, id)
}

func (m *Module) mail(r *gate.Request) error {
	mail, err := m.oneMail(r)
	if err != nil {
		return err
	}
	return r.Page(mail.Subject, mailPage(mail))
}

// mailHTML shows the HTML part as a mail program would: its own inline styles,
// in a sandbox where nothing runs, loads or leaves.
func (m *Module) mailHTML(r *gate.Request) error {
	mail, err := m.oneMail(r)
	if err != nil {
		return err
	}
	r.W.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups; frame-ancestors 'none'")
	r.W.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err = r.W.Write([]byte(mail.HTML))
	return err
}

func (m *Module) mailRaw(r *gate.Request) error {
	mail, err := m.oneMail(r)
	if err != nil {
		return err
	}
	r.W.Header().Set("Content-Type", "message/rfc822")
	r.W.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="martinella-%d.eml"`, mail.ID))
	r.W.WriteHeader(http.StatusOK)
	_, err = r.W.Write(mail.Raw)
	return err
}
