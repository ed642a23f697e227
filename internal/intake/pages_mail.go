// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"context"
	"io"
	"mime"
	"strconv"

	"martinella/internal/access"
	"martinella/internal/access/gate"
)

func (m *Module) mailPages(g *gate.Gate) {
	const one = base + "/{id}/items/{item}"
	read := gate.Staff(access.AdvisoryRead)
	g.Handle("GET "+one, read, m.mailPage)
	g.Handle("GET "+one+"/mail", read, m.mailFile)
	g.Handle("POST "+one+"/accept", gate.Staff(access.AdvisoryEdit), m.acceptingPage)
}

// itemInPath gives the numbers of the source and the item the address names.
func itemInPath(r *gate.Request) (source, item int64, err error) {
	if source, err = r.ID("id"); err == nil {
		item, err = r.ID("item")
	}
	return source, item, err
}

func (m *Module) mailPage(r *gate.Request) error {
	x, err := m.inPath(r)
	if err != nil {
		return err
	}
	item, err := r.ID("item")
	if err != nil {
		return err
	}
	l, err := m.MailItem(r.Context(), r.Scope, x.ID, item)
	if err != nil {
		return err
	}
	v := mailView{Source: x, Mail: l, CanAccept: r.Scope.Can(access.AdvisoryEdit)}
	if l.Stored {
		v.Text = m.preview(r.Context(), r.Scope, x, l)
	}
	return r.Page(v.title(r.L), mailBody(v))
}

// maxPreview bounds what a page shows of a mail, in runes.
const maxPreview = 5000

// preview gives the text of a stored mail; "" where it cannot be read.
func (m *Module) preview(ctx context.Context, s access.Scope, x Source, l StoredMail) string {
	raw, err := m.rawMail(ctx, s, x.ID, l.ID)
	if err != nil {
		m.deps.Log.Warn("a stored mail cannot be read", "mail", l.ID, "error", err)
		return ""
	}
	opened, _ := m.openFor(x, letter{raw: raw}) // whether it is admitted does not matter here
	if opened.Mail == nil {
		return "" // that it cannot be opened stands on the page
	}
	text, err := m.deps.Alerts.Preview(opened.Mail)
	if err != nil {
		return ""
	}
	if runes := []rune(text); len(runes) > maxPreview {
		return string(runes[:maxPreview]) + "…"
	}
	return text
}

// mailFile sends a mail to be saved: never opened in the browser, where it could act in the portal's name.
func (m *Module) mailFile(r *gate.Request) error {
	source, item, err := itemInPath(r)
	if err != nil {
		return err
	}
	x, content, err := m.OpenMail(r.Context(), r.Scope, source, item)
	if err != nil {
		return err
	}
	defer content.Close()
	h := r.W.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": letterName(x.Title)}))
	h.Set("Content-Length", strconv.FormatInt(x.Size, 10))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "no-store")
	if _, err := io.Copy(r.W, content); err != nil {
		m.deps.Log.Warn("a download broke off", "mail", x.ID, "error", err) // that it is short tells the browser
	}
	return nil
}

func (m *Module) acceptingPage(r *gate.Request) error {
	source, item, err := itemInPath(r)
	if err != nil {
		return err
	}
	if err := m.Accept(r.Context(), r.Scope, source, item); err != nil {
		return err
	}
	r.Flash(gate.Success, "intake.mail.accepted")
	return r.Redirect(path(source, "/items/"+strconv.FormatInt(item, 10)))
}
