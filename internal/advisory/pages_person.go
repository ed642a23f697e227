// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/web/ui"
)

// showUnreachable is the view of the page of people that is of organisations.
const showUnreachable = "unreachable"

func (m *Module) peoplePages(g *gate.Gate) {
	g.Handle("GET /ops/advisories/{id}/people", gate.Staff(access.AdvisoryRead), m.peoplePage, gate.RecentExport())
	g.Handle("POST /ops/advisories/{id}/people", gate.Staff(access.AdvisorySend), m.writingAnew)
}

func (m *Module) peoplePage(r *gate.Request) error {
	v := peopleView{State: ui.ParseList(r.R.URL), CanSend: r.Scope.Can(access.AdvisorySend)}
	var err error
	if v.Advisory, err = m.inPath(r); err != nil {
		return err
	}
	if v.Advisory.Sent.At.IsZero() {
		return fault.New(fault.NotFound, "advisory.unknown")
	}
	if v.State.CSV() {
		return r.CSV(m.peopleTable(r, v))
	}
	if v.Sums, err = m.MailSums(r.Context(), r.Scope, v.ID()); err != nil {
		return err
	}
	if v.show() == showUnreachable {
		err = m.unreachableView(r, &v)
	} else {
		v.People, v.Next, err = m.People(r.Context(), r.Scope, v.ID(), PeopleFilter{Show: PeopleShow(v.show()), After: v.State.After()})
	}
	if err != nil {
		return err
	}
	return r.WidePage(r.L.T("advisory.people.title", "title", v.Advisory.Title(r.L.Lang())), peopleBody(v))
}

func (m *Module) unreachableView(r *gate.Request, v *peopleView) (err error) {
	if v.Deliveries, v.Next, err = m.Unreachable(r.Context(), r.Scope, v.ID(), Filter{After: v.State.After()}); err != nil {
		return err
	}
	v.Orgs, err = m.named(r, v.Deliveries)
	return err
}

// writingAnew writes to the people that were chosen, at the addresses that stand in the record now.
func (m *Module) writingAnew(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	chosen := f.All("id")
	written, last := 0, error(nil)
	for _, text := range chosen[:min(len(chosen), maxChosen)] {
		number, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			continue
		}
		_, err = m.WriteAnew(r.Context(), r.Scope, id, number)
		if fault.KindOf(err) == fault.Conflict {
			last = err
		} else if err != nil {
			return err
		} else {
			written++
		}
	}
	if written > 0 || last == nil {
		r.Flash(gate.Success, "advisory.people.written", "n", written)
	}
	if last != nil {
		r.Flash(gate.Warning, "fault."+fault.Of(last).Code)
	}
	return r.Redirect(opsPath(id, "/people?show="+string(ShowBounced)))
}

// maxChosen bounds how many are written to at once: a page.
const maxChosen = 200

// peopleTable is all of it for a spreadsheet: a line for each person and organisation.
func (m *Module) peopleTable(r *gate.Request, v peopleView) gate.Table {
	return gate.Table{
		Name: "advisory-" + strconv.FormatInt(v.ID(), 10) + "-people.csv", Header: []string{"number", "name", "address", "former_address", "organisation", "organisation_name", "revision",
			"mail", "mail_at", "sent_at", "why", "answer", "protection", "waits_until", "waits_for", "opened_at", "organisation_opened_at", "acknowledged_at", "acknowledged_by",
			"outcome", "answered_at", "reminders", "reminded_at"},
		Rows: gate.Rows(func(after string) ([]personLine, string, error) {
			people, next, err := m.People(r.Context(), r.Scope, v.ID(), PeopleFilter{Show: PeopleShow(v.show()), After: after, Limit: 200})
			return linesOf(people), next, err
		}, func(x personLine) []string { return x.cells(v.Advisory) }),
	}
}

// personLine is a person for one of his organisations.
type personLine struct {
	Person
	body PersonBody
}

func linesOf(people []Person) (out []personLine) {
	for _, p := range people {
		for _, b := range p.Bodies {
			out = append(out, personLine{p, b})
		}
	}
	return out
}

func (x personLine) cells(a Advisory) []string {
	why := ""
	if x.Fate.Troubled() {
		why = string(troubleIn(x.Answer))
	}
	return []string{strconv.FormatInt(x.Number, 10), x.Name, x.Address, x.Former, x.body.Code, x.body.Name, strconv.Itoa(x.Revision),
		string(x.mail()), iso(x.FateAt), iso(x.Sent), why, x.Answer, x.guarded(a), iso(x.Due), string(x.Wait), iso(x.Opened), iso(x.body.Opened.At), iso(x.body.Acknowledged.At), x.body.Acknowledged.Name,
		string(x.body.Outcome), iso(x.body.Answered.At), strconv.Itoa(x.Reminders), iso(x.Reminded)}
}

// iso is a moment for a program; "" for none.
func iso(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return i18n.ISO(t)
}
