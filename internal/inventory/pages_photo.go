// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"time"

	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
	"martinella/web/ui"
)

// changesView is the comparison of two days.
type changesView struct {
	Base     string
	From, To string
	State    ui.FormState
	List     []Difference
	Complete bool
	Who      func(string) string
	Path     ui.ListState
}

// day reads a day of an address; fallback when there is none. What is no day is
// the reader's to mend.
func day(r *gate.Request, name string, fallback time.Time) (time.Time, error) {
	text := r.Query().Get(name)
	if text == "" {
		return fallback, nil
	}
	d, err := time.Parse(time.DateOnly, text)
	if err != nil || d.Year() < 1990 || d.Year() > 9999 {
		return fallback, fault.New(fault.Invalid, "inventory.entry").Field(name, "web.date")
	}
	return d, nil
}

// photoPage shows the stack as it was when a day ended.
func (m *Module) photoPage(r *gate.Request) error {
	today := r.L.Now()
	d, failure := day(r, "day", today)
	at := EndOfDay(d, r.L.Zone())
	if now := m.now(); at.After(now) {
		at = now // the day has not ended yet
	}
	v := listView{Base: r.Path("/stack"), List: ui.ParseList(r.R.URL), At: at, Add: r.FormState(failure)}
	f := filterOf(v.List)
	f.Waiting, f.At = false, at
	if v.List.CSV() && failure == nil {
		return r.CSV(m.itemTable(r, f, "stack-"+r.Org.Code+"-"+d.Format(time.DateOnly)))
	}
	var err error
	if v.Page, err = m.List(r.Context(), r.Scope, f); err != nil {
		return err
	}
	title := r.L.T("inventory.photo.title", "day", r.L.Date(d))
	if failure != nil {
		return r.Invalid(failure, title, photoBody(v, d.Format(time.DateOnly), title))
	}
	return r.Page(title, photoBody(v, d.Format(time.DateOnly), title))
}

// changesPage compares the stack of two days.
func (m *Module) changesPage(r *gate.Request) error {
	today := r.L.Now()
	from, failure := day(r, "from", today.AddDate(0, 0, -30))
	to, failure2 := day(r, "to", today)
	if failure == nil {
		failure = failure2
	}
	v := changesView{Base: r.Path("/stack"), From: from.Format(time.DateOnly), To: to.Format(time.DateOnly), Who: m.who(r), State: r.FormState(failure), Path: ui.ParseList(r.R.URL)}
	var err error
	v.List, v.Complete, err = m.Changes(r.Context(), r.Scope, EndOfDay(from, r.L.Zone()), EndOfDay(to, r.L.Zone()))
	if err != nil {
		return err
	}
	title := r.L.T("inventory.changes.title")
	if failure != nil {
		return r.Invalid(failure, title, changesBody(v))
	}
	return r.Page(title, changesBody(v))
}
