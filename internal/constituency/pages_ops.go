// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"strconv"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

// rowsPerPage is how long a page of a list is.
const rowsPerPage = 50

func (m *Module) queue(r *gate.Request) error {
	state := ui.ParseList(r.R.URL)
	f := m.filterOf(state)
	f.Order = BySince
	f.States = queueStates(state.Get("state"))
	page, err := m.List(r.Context(), r.Scope, f)
	if err != nil {
		return err
	}
	waiting, err := m.Waiting(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	return r.WidePage(r.L.T("constituency.queue.title"), queuePage(listView{Ref: m.ref, List: state, Page: page, Waiting: waiting}))
}

// queueStates: the queue shows what is open unless a state is asked for.
func queueStates(wanted string) []State {
	if s := State(wanted); wanted != "" && wanted != "all" {
		return []State{s}
	}
	if wanted == "all" {
		return nil
	}
	return []State{Submitted, UnderReview, InfoRequested}
}

// memberStates: the members' list shows members unless a state is asked for.
func memberStates(wanted string) []State {
	if wanted != "" {
		return []State{State(wanted)}
	}
	return []State{Approved, Suspended}
}

func (m *Module) filterOf(state ui.ListState) Filter {
	return Filter{
		Query: state.Get("q"), Tier: Tier(state.Get("tier")), Type: state.Get("type"), Province: state.Get("province"),
		After: state.After(), Before: state.Before(), Limit: rowsPerPage,
	}
}

func (m *Module) members(r *gate.Request) error {
	state := ui.ParseList(r.R.URL)
	f := m.filterOf(state)
	f.States = memberStates(state.Get("state"))
	f.Score, f.Silent, f.Tag = Band(state.Get("score")), state.Get("record") == "silent", state.Get("tag")
	if column, down := state.Sort(); column == "score" {
		f.Order, f.Down = ByScore, down
	} else if column == "name" {
		f.Down = down
	}
	if state.CSV() {
		return r.CSV(m.memberTable(r, f))
	}
	page, err := m.List(r.Context(), r.Scope, f)
	if err != nil {
		return err
	}
	parents, err := m.parentsOf(r.Context(), page.Rows)
	if err != nil {
		return err
	}
	v := listView{Ref: m.ref, List: state, Page: page, Parents: parents}
	if v.Tags, err = m.Tags(r.Context(), r.Scope); err != nil {
		return err
	}
	if v.TagsOf, err = m.TagsOf(r.Context(), r.Scope, idsOf(page.Rows)); err != nil {
		return err
	}
	return r.WidePage(r.L.T("constituency.members.title"), membersPage(v))
}

func idsOf(rows []Organisation) []int64 {
	out := make([]int64, len(rows))
	for i, o := range rows {
		out[i] = o.ID
	}
	return out
}

// memberTable is the whole list as a file.
func (m *Module) memberTable(r *gate.Request, f Filter) gate.Table {
	t := gate.Table{Name: "members-" + m.now().Format(time.DateOnly) + ".csv"}
	for _, key := range []string{"code", "name", "type", "municipality", "province", "state", "tier", "score", "approved", "pec", "email", "website", "applicant", "applicant_email", "applicant_phone", "tags"} {
		t.Header = append(t.Header, r.L.T("constituency.column."+key))
	}
	var tags map[int64][]string
	t.Rows = gate.Rows(func(after string) ([]Organisation, string, error) {
		f.After, f.Before, f.Limit = after, "", activeBatch
		page, err := m.List(r.Context(), r.Scope, f)
		if err == nil {
			tags, err = m.TagsOf(r.Context(), r.Scope, idsOf(page.Rows))
		}
		return page.Rows, page.Next, err
	}, func(o Organisation) []string { return append(m.csvRow(r.L, o), strings.Join(tags[o.ID], ", ")) })
	return t
}

func (m *Module) csvRow(l *i18n.Localizer, o Organisation) []string {
	town, _ := m.ref.Municipality(o.Municipality)
	kind, _ := m.ref.Type(o.Type)
	approved := ""
	if !o.ApprovedAt.IsZero() {
		approved = o.ApprovedAt.In(o.Zone()).Format(time.DateOnly)
	}
	return []string{o.Code, o.Name, kind.Name.In(l.Lang()), town.Name, o.Province, l.T("constituency.state." + string(o.State)),
		string(o.Tier), scoreText(o.Score), approved, o.PEC, o.Email, o.Website, o.Applicant.Name, o.Applicant.Email, o.Applicant.Phone}
}

func (m *Module) registration(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	return m.showOrganisation(r, id, false, nil)
}

func (m *Module) memberPage(r *gate.Request) error {
	o, err := m.OrganisationByCode(r.Context(), r.Scope, r.Param("org"))
	if err != nil {
		return err
	}
	return m.showOrganisation(r, o.ID, true, nil)
}

// showOrganisation shows all there is about one organisation: as a registration to decide on,
// or as a member to serve. wrong is what was wrong with a decision.
func (m *Module) showOrganisation(r *gate.Request, id int64, asMember bool, wrong error) error {
	v, err := m.dossier(r, id, asMember)
	if err != nil {
		return err
	}
	v.State = r.FormState(wrong)
	body := registrationPage(v)
	if asMember {
		body = memberDossierPage(v)
	}
	if wrong != nil {
		return r.Invalid(wrong, v.Org.Name, body)
	}
	return r.WidePage(v.Org.Name, body)
}

// dossier is what is known of one organisation with what other rooms' panels say of a member.
func (m *Module) dossier(r *gate.Request, id int64, asMember bool) (dossierView, error) {
	v, err := m.ownDossier(r, id, asMember)
	if err != nil || !asMember {
		return v, err
	}
	s, err := r.Scope.For(id)
	if err != nil {
		return v, err
	}
	v.Panels, err = renderPanels(r, s, m.deps.MemberPanels)
	return v, err
}

// ownDossier is what this room knows of one organisation.
func (m *Module) ownDossier(r *gate.Request, id int64, asMember bool) (dossierView, error) {
	ctx := r.Context()
	v := dossierView{Ref: m.ref, CanDecide: r.Scope.Can(access.AccreditationEdit)}
	var err error
	if v.Org, err = m.Organisation(ctx, r.Scope, id); err != nil {
		return v, err
	}
	if v.Told, err = m.History(ctx, r.Scope, id); err != nil {
		return v, err
	}
	if v.Family, err = m.FamilyOf(ctx, r.Scope, v.Org); err != nil {
		return v, err
	}
	p, found, err := m.PendingDecision(ctx, r.Scope, id)
	if err != nil {
		return v, err
	}
	if found {
		v.Pending, v.Mine = &p, p.Person == r.Scope.Person()
	}
	if !asMember {
		v.Checks = Checks(m.ref, v.Org)
		v.Twins, err = m.Twins(ctx, r.Scope, v.Org)
		return v, err
	}
	s, err := r.Scope.For(id)
	if err != nil {
		return v, err
	}
	if v.Contacts, err = m.Contacts(ctx, s); err != nil {
		return v, err
	}
	tags, err := m.TagsOf(ctx, r.Scope, []int64{id})
	if err != nil {
		return v, err
	}
	v.Tags, v.CanTag = tags[id], r.Scope.Can(access.TagEdit)
	on, err := m.onCall(ctx, v.Org, v.Contacts, m.now())
	if err != nil {
		return v, err
	}
	v.Calls = m.tell(r.L.Lang(), v.Org, on.Calls)
	v.Missing = Missing(m.ref, v.Org.Country, v.Contacts)
	if o := v.Org; o.State.Member() {
		if v.Score, err = m.Score(ctx, s); err != nil {
			return v, err
		}
		if v.Confirmation, v.Asked, err = m.Confirmation(ctx, s); err != nil {
			return v, err
		}
	}
	return v, nil
}

// decided takes an operator's decision, from either page of an organisation.
func (m *Module) decided(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	d := Decision{Action: Action(f.Text("action")), Tier: Tier(f.Text("tier")), Reason: f.Text("reason"), By: r.Person.Name, Children: ChildrenOnExit(f.Text("children"))}
	if d.Version, err = f.Int("version", 0); err == nil {
		err = m.Decide(r.Context(), r.Scope, id, d)
	}
	if err != nil {
		return m.showOrganisation(r, id, f.Bool("member"), err)
	}
	if m.deps.Instance.FourEyes && d.Action.byTwo() {
		r.Flash(gate.Info, "constituency.second.wait")
	} else {
		r.Flash(gate.Success, "constituency.did."+string(d.Action))
	}
	if !f.Bool("member") {
		return r.Redirect(registrationPath(id))
	}
	o, err := m.Organisation(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	return r.Redirect(memberPath(o.Code))
}

func (m *Module) verifiedForm(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	o, err := m.Organisation(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("constituency.verified.title"), verifiedPage(verifiedView{Ref: m.ref, Org: o, Version: o.Version}))
}

func (m *Module) editVerified(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	version, err := f.Int("version", 0)
	if err == nil {
		err = m.EditVerified(r.Context(), r.Scope, id, version, r.Person.Name, verifiedOf(f))
	}
	if err != nil {
		o, readErr := m.Organisation(r.Context(), r.Scope, id)
		if readErr != nil {
			return readErr
		}
		v := verifiedView{Ref: m.ref, Org: o, Version: version, State: r.FormState(err)}
		return r.Invalid(err, r.L.T("constituency.verified.title"), verifiedPage(v))
	}
	if m.deps.Instance.FourEyes {
		r.Flash(gate.Info, "constituency.second.wait")
		return r.Redirect("/ops/decisions")
	}
	r.Flash(gate.Success, "constituency.saved")
	return r.Redirect(registrationPath(id))
}

func verifiedOf(f web.Form) Registration {
	return Registration{
		Code: f.Text("code"), Name: f.Text("name"), Type: f.Text("type"), Municipality: f.Text("municipality"),
		Province: f.Text("province"), FiscalCode: f.Text("fiscal_code"), PEC: f.Text("pec"),
		Website: f.Text("website"), LegalRepresentative: f.Text("legal_representative"),
	}
}

// scoreText writes a stored score; one that was never computed is empty.
func scoreText(score int) string {
	if score < 0 {
		return ""
	}
	return strconv.Itoa(score)
}

// telephone makes a link that dials.
func telephone(number string) string { return "tel:" + strings.ReplaceAll(number, " ", "") }
