// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/tlp"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

func (m *Module) newPage(r *gate.Request) error {
	e, all, err := m.beginning(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("advisory.new"), formBody(formView{House: m.house(r.L), Advisory: Advisory{Entry: e}, State: r.FormState(nil), Templates: all}))
}

func entryOf(f web.Form) (e Entry, err error) {
	hours, err := f.Int("ack", 0)
	e = Entry{
		Kind: Kind(f.Text("kind")), Reference: f.Text("reference"), Severity: Severity(f.Text("severity")), TLP: tlp.Label(f.Text("tlp")), PAP: PAP(f.Text("pap")),
		Change: f.Text("change"), Renew: f.Bool("renew"), Audience: f.Text("audience"), AckWithin: time.Duration(min(max(hours, -1), 10_000)) * time.Hour,
		Content: Content{Main: f.Text("main"), Texts: map[string]Text{}, CVEs: words(f.Text("cves")), Links: words(f.Text("links"))},
	}
	if e.Source, e.Products = f.Text("source"), readProducts(f.Raw("products")); err == nil {
		e.Indicators, err = readIndicators(f.Raw("indicators"))
	}
	if err == nil {
		e.Escalation, err = escalationOf(f)
	}
	for _, lang := range i18n.Languages() {
		e.Texts[lang] = Text{f.Text("title_" + lang), f.Text("summary_" + lang), f.Text("body_" + lang)}
	}
	return e, err
}

// then is where a form leads that was saved.
func then(f web.Form, id int64) string {
	if f.Text("then") == "preview" {
		return opsPath(id, "/preview")
	}
	return opsPath(id, "")
}

// words are what stands between blanks, commas and semicolons.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n,;", r) })
}

func (m *Module) creating(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	e, err := entryOf(f)
	if err == nil {
		var a Advisory
		if a, err = m.Create(r.Context(), r.Scope, author(r), e); err == nil {
			r.Flash(gate.Success, "advisory.saved")
			return r.Redirect(then(f, a.ID))
		}
	}
	return r.Invalid(err, r.L.T("advisory.new"), formBody(formView{House: m.house(r.L), State: r.FormState(err)}))
}

func (m *Module) editPage(r *gate.Request) error {
	a, err := m.inPath(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("advisory.edit"), formBody(formView{House: m.house(r.L), Advisory: a, State: r.FormState(nil)}))
}

func (m *Module) editing(r *gate.Request) error {
	a, err := m.inPath(r)
	if err != nil {
		return err
	}
	f, version, err := versionOf(r)
	if err != nil {
		return err
	}
	e, err := entryOf(f)
	if err == nil {
		if _, err = m.Edit(r.Context(), r.Scope, author(r), a.ID, version, e); err == nil {
			r.Flash(gate.Success, "advisory.saved")
			return r.Redirect(then(f, a.ID))
		}
	}
	return r.Invalid(err, r.L.T("advisory.edit"), formBody(formView{House: m.house(r.L), Advisory: a, State: r.FormState(err)}))
}

// sendPage shows whom it would go to and why, before it goes.
func (m *Module) sendPage(r *gate.Request) error {
	v, err := m.sendView(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("advisory.send"), sendBody(v))
}

func (m *Module) sendView(r *gate.Request) (v sendView, err error) {
	if v.Advisory, err = m.inPath(r); err != nil {
		return v, err
	}
	v.Reach, v.Wrong = m.reachOf(r.Context(), r.Scope, v.ID())
	if v.Wrong == nil {
		if err := m.withDoubts(r.Context(), r.Scope, &v.Reach); err != nil {
			return v, err
		}
	}
	v.FourEyes = m.deps.FourEyes && (v.Advisory.State != Proposed || v.Advisory.ChangedBy == r.Person.ID)
	v.State = r.FormState(v.Wrong)
	v.Plan = m.planned(r.L, v.Advisory.Entry)
	return v, nil
}

func (m *Module) sending(r *gate.Request) error {
	return m.act(r, "advisory.sent", func(id, version int64) (Advisory, error) {
		return m.Send(r.Context(), r.Scope, author(r), id, version)
	})
}

func (m *Module) withdrawPage(r *gate.Request) error {
	a, err := m.inPath(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("advisory.withdraw"), withdrawBody(formView{Advisory: a, State: r.FormState(nil)}))
}

func (m *Module) withdrawing(r *gate.Request) error {
	a, err := m.inPath(r)
	if err != nil {
		return err
	}
	f, version, err := versionOf(r)
	if err != nil {
		return err
	}
	if _, err = m.Withdraw(r.Context(), r.Scope, author(r), a.ID, version, strings.TrimSpace(f.Text("why"))); err != nil {
		return r.Invalid(err, r.L.T("advisory.withdraw"), withdrawBody(formView{Advisory: a, State: r.FormState(err)}))
	}
	r.Flash(gate.Success, "advisory.withdrawn")
	return r.Redirect(opsPath(a.ID, ""))
}

// The pages of a member.

func (m *Module) inboxPage(r *gate.Request) error {
	v := inboxView{Base: r.Path("/advisories"), Now: m.now(), Staff: r.Staff()}
	var err error
	v.State = ui.ParseList(r.R.URL)
	if v.Week, err = weekOf(v.State.Get("week"), r.L.Zone()); err != nil {
		return err
	}
	v.Received, v.Next, err = m.Inbox(r.Context(), r.Scope, author(r), Filter{After: v.State.After(), Waiting: v.State.Get("show") == "waiting", Week: v.Week})
	if err != nil {
		return err
	}
	return r.Page(r.L.T("advisory.title"), inboxBody(v))
}

func (m *Module) receivedPage(r *gate.Request) error {
	v, err := m.receivedView(r, nil)
	if err != nil {
		return err
	}
	return r.Page(v.title(r.L), receivedBody(v))
}

func (m *Module) receivedView(r *gate.Request, failure error) (v receivedView, err error) {
	id, err := r.ID("id")
	if err != nil {
		return v, err
	}
	v = receivedView{Base: r.Path("/advisories"), CanAnswer: r.Scope.Can(access.AdvisoryAnswer), Now: m.now(), State: r.FormState(failure)}
	if v.Received, err = m.Read(r.Context(), r.Scope, author(r), id); err != nil {
		return v, err
	}
	earlier, err := m.earlierOf(r.Context(), m.deps.DB, r.Scope, v.Received)
	if err != nil {
		return v, err
	}
	files, err := m.attachments(r.Context(), m.deps.DB, r.Scope, id)
	v.Files, v.History = holding(files), history(r.L, earlier, v.Received.Advisory, files)
	return v, err
}

func (m *Module) acknowledging(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if _, err := m.Acknowledge(r.Context(), r.Scope, author(r), id); err != nil {
		return err
	}
	r.Flash(gate.Success, "advisory.acknowledged")
	return r.Redirect(r.Path("/advisories/" + r.Param("id")))
}

func (m *Module) answering(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	if _, err = m.Answer(r.Context(), r.Scope, author(r), id, Outcome(f.Text("outcome")), f.Text("note")); err != nil {
		v, viewErr := m.receivedView(r, err)
		if viewErr != nil {
			return viewErr
		}
		return r.Invalid(err, v.title(r.L), receivedBody(v))
	}
	r.Flash(gate.Success, "advisory.answered")
	return r.Redirect(r.Path("/advisories/" + r.Param("id")))
}
