// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"strconv"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

// changePages are where members propose changes to verified data and operators decide on them.
func (m *Module) changePages(g *gate.Gate) {
	g.Handle("GET /o/{org}/changes", gate.Member(access.OrganisationRead), m.ownChanges)
	g.Handle("GET /o/{org}/changes/new", gate.Member(access.OrganisationEdit), m.proposalForm)
	g.Handle("POST /o/{org}/changes/new", gate.Member(access.OrganisationEdit), m.sendProposal)
	g.Handle("GET /o/{org}/changes/{id}", gate.Member(access.OrganisationRead), m.ownChange)
	g.Handle("POST /o/{org}/changes/{id}/answer", gate.Member(access.OrganisationEdit), m.answerChange)
	g.Handle("POST /o/{org}/changes/{id}/withdraw", gate.Member(access.OrganisationEdit), m.withdrawChange)
	g.Handle("GET /ops/changes", gate.Staff(access.RegistrationRead), m.changeQueue)
	g.Handle("GET /ops/changes/{id}", gate.Staff(access.RegistrationRead), m.changeToDecide)
	g.Handle("POST /ops/changes/{id}", gate.Staff(access.AccreditationEdit), m.changeDecided, gate.Recent())
	g.Handle("GET /ops/decisions", gate.Staff(access.RegistrationRead), m.secondQueue)
	g.Handle("POST /ops/registrations/{id}/second", gate.Staff(access.AccreditationEdit), m.secondDecided, gate.Recent())
	g.Nav(gate.NavItem{Area: gate.AreaRecords, Key: "constituency.nav.changes", Path: "/ops/changes", Permission: access.RegistrationRead, Order: 25})
}

func changePath(id int64) string { return "/ops/changes/" + strconv.FormatInt(id, 10) }

func (m *Module) ownChanges(r *gate.Request) error {
	list := ui.ParseList(r.R.URL)
	page, err := m.Changes(r.Context(), r.Scope, ChangeFilter{Organisation: r.Org.ID, Newest: true, After: list.After(), Limit: rowsPerPage})
	if err != nil {
		return err
	}
	v := changesView{Ref: m.ref, List: list, Page: page, Base: r.Path("/changes"), CanPropose: r.Scope.Can(access.OrganisationEdit)}
	return r.Page(r.L.T("constituency.changes.title"), ownChangesPage(v))
}

// proposalForm begins with the record or, while a request is open, with what that asks for.
func (m *Module) proposalForm(r *gate.Request) error {
	v, err := m.proposalView(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("constituency.change.new"), proposalPage(v))
}

func (m *Module) proposalView(r *gate.Request) (v proposalView, err error) {
	o, err := m.Own(r.Context(), r.Scope)
	if err != nil {
		return v, err
	}
	v = proposalView{verifiedView: verifiedView{Ref: m.ref, Org: o, Version: o.Version}, Base: r.Path("/changes"), Tier: o.Tier}
	open, found, err := m.OpenChange(r.Context(), r.Scope)
	if err != nil || !found {
		return v, err
	}
	v.Amends, v.Reason = open.ID, open.Reason
	for _, f := range open.Fields {
		if f.Field == fieldTier {
			v.Tier = Tier(f.New)
		}
		for _, known := range recordFields() {
			if known.name == f.Field {
				*known.at(&v.Org.Record) = f.New
			}
		}
	}
	return v, nil
}

func (m *Module) sendProposal(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	version, err := f.Int("version", 0)
	var c Change
	if err == nil {
		c, err = m.Propose(r.Context(), r.Scope, m.asker(r), version, Proposal{Registration: verifiedOf(f), Tier: Tier(f.Text("tier")), Reason: f.Text("reason")})
	}
	if err != nil {
		v, readErr := m.proposalView(r)
		if readErr != nil {
			return readErr
		}
		v.Version, v.State = version, r.FormState(err)
		return r.Invalid(err, r.L.T("constituency.change.new"), proposalPage(v))
	}
	r.Flash(gate.Success, "constituency.change.sent")
	return r.Redirect(r.Path("/changes/" + strconv.FormatInt(c.ID, 10)))
}

func (m *Module) asker(r *gate.Request) Asker {
	return Asker{Name: r.Person.Name, Email: r.Person.Email, Language: r.L.Lang()}
}

func (m *Module) ownChange(r *gate.Request) error { return m.showOwnChange(r, nil) }

func (m *Module) showOwnChange(r *gate.Request, wrong error) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	c, o, err := m.Change(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	v := changeView{Ref: m.ref, Org: o, Change: c, Path: r.Path("/changes/" + strconv.FormatInt(id, 10)), Base: r.Path("/changes"),
		CanDo: r.Scope.Can(access.OrganisationEdit), State: r.FormState(wrong)}
	title := r.L.T("constituency.change.title")
	if wrong != nil {
		return r.Invalid(wrong, title, ownChangePage(v))
	}
	return r.Page(title, ownChangePage(v))
}

func (m *Module) answerChange(r *gate.Request) error {
	return m.stepOwn(r, "constituency.answer.sent", func(f web.Form, id int64) error {
		return m.AnswerChange(r.Context(), r.Scope, id, r.Person.Name, f.Text("answer"))
	})
}

func (m *Module) withdrawChange(r *gate.Request) error {
	return m.stepOwn(r, "constituency.change.withdrawn", func(_ web.Form, id int64) error {
		return m.WithdrawChange(r.Context(), r.Scope, id, r.Person.Name)
	})
}

// stepOwn does a member's step, and shows the request again.
func (m *Module) stepOwn(r *gate.Request, done string, step func(web.Form, int64) error) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	if err := step(f, id); err != nil {
		if k := fault.KindOf(err); k == fault.Invalid || k == fault.Conflict {
			return m.showOwnChange(r, err)
		}
		return err
	}
	r.Flash(gate.Success, done)
	return r.Redirect(r.Path("/changes/" + strconv.FormatInt(id, 10)))
}

func (m *Module) changeQueue(r *gate.Request) error {
	list := ui.ParseList(r.R.URL)
	f := ChangeFilter{States: []ChangeState{ChangeOpen, ChangeAsked, ChangeSecond}, After: list.After(), Limit: rowsPerPage}
	if wanted := list.Get("state"); wanted == "all" {
		f.States = nil
	} else if wanted != "" {
		f.States = []ChangeState{ChangeState(wanted)}
	}
	page, err := m.Changes(r.Context(), r.Scope, f)
	if err != nil {
		return err
	}
	waiting, err := m.Waiting(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	return r.WidePage(r.L.T("constituency.changes.title"), changeQueuePage(changesView{Ref: m.ref, List: list, Page: page, Waiting: waiting}))
}

func (m *Module) changeToDecide(r *gate.Request) error { return m.showChange(r, nil) }

func (m *Module) showChange(r *gate.Request, wrong error) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	c, o, err := m.Change(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	v := changeView{Ref: m.ref, Org: o, Change: c, Path: changePath(id), State: r.FormState(wrong),
		CanDo: r.Scope.Can(access.AccreditationEdit), Mine: c.First != 0 && c.First == r.Scope.Person()}
	if wrong != nil {
		return r.Invalid(wrong, r.L.T("constituency.change.title"), decideChangePage(v))
	}
	return r.WidePage(r.L.T("constituency.change.title"), decideChangePage(v))
}

func (m *Module) changeDecided(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	d := ChangeDecision{Action: ChangeAction(f.Text("action")), Reason: f.Text("reason"), By: r.Person.Name}
	if d.Version, err = f.Int("version", 0); err == nil {
		d.Record, err = f.Int("record", 0)
	}
	if err == nil {
		err = m.DecideChange(r.Context(), r.Scope, id, d)
	}
	if err != nil {
		return m.showChange(r, err)
	}
	c, _, err := m.Change(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	r.Flash(gate.Success, "constituency.change.now."+string(c.State))
	return r.Redirect(changePath(id))
}

// secondQueue lists what one person decided and another must confirm.
func (m *Module) secondQueue(r *gate.Request) error {
	pending, err := m.AllPending(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	page, err := m.Changes(r.Context(), r.Scope, ChangeFilter{States: []ChangeState{ChangeSecond}, Limit: 200})
	if err != nil {
		return err
	}
	return r.WidePage(r.L.T("constituency.second.title"), secondPage(secondView{Ref: m.ref, Pending: pending, Changes: page.Rows, FourEyes: m.deps.Instance.FourEyes}))
}

func (m *Module) secondDecided(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	d := Second{Agree: f.Text("do") == "agree", By: r.Person.Name}
	if d.Version, err = f.Int("version", 0); err == nil {
		err = m.DecideSecond(r.Context(), r.Scope, id, d)
	}
	if err != nil {
		return m.showOrganisation(r, id, false, err)
	}
	if d.Agree {
		r.Flash(gate.Success, "constituency.second.agreed")
	} else {
		r.Flash(gate.Success, "constituency.second.dropped")
	}
	return r.Redirect(registrationPath(id))
}

// openChangeNote is what the record's page says of a request that is open; nil when none is.
func (m *Module) openChangeNote(r *gate.Request) (*Change, error) {
	c, found, err := m.OpenChange(r.Context(), r.Scope)
	if err != nil || !found {
		return nil, err
	}
	return &c, nil
}
