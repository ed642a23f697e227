// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"slices"
	"strconv"
	"time"

	"martinella/internal/access/gate"
	"martinella/internal/platform/i18n"
)

func (m *Module) absenceView(r *gate.Request) (v absenceView, err error) {
	if v.Contact, err = m.contactView(r); err != nil {
		return v, err
	}
	all, err := m.Absences(r.Context(), r.Scope)
	v.Absences = slices.DeleteFunc(all, func(a Absence) bool { return a.Contact != v.Contact.ID })
	return v, err
}

func (m *Module) absencePage(r *gate.Request) error {
	v, err := m.absenceView(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("constituency.absences.title", "name", v.Contact.Form.Name), absencesPage(v))
}

func (m *Module) addAbsence(r *gate.Request) error {
	v, err := m.absenceView(r)
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	first, err := f.Date("first")
	last := first
	if err == nil {
		last, err = f.Date("last")
	}
	if err == nil {
		_, err = m.AddAbsence(r.Context(), r.Scope, v.Contact.ID, first, last)
	}
	if err != nil {
		v.State = r.FormState(err)
		return r.Invalid(err, r.L.T("constituency.absences.title", "name", v.Contact.Form.Name), absencesPage(v))
	}
	r.Flash(gate.Success, "constituency.absence.added")
	return r.Redirect(v.Contact.action() + "/absences")
}

func (m *Module) removeAbsence(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	contact, err := m.RemoveAbsence(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	r.Flash(gate.Success, "constituency.absence.removed")
	return r.Redirect(r.Path("/contacts/" + strconvID(contact) + "/absences"))
}

// dateOf writes a day that is kept as text.
func dateOf(l *i18n.Localizer, day string) string {
	t, err := time.ParseInLocation(time.DateOnly, day, l.Zone())
	if err != nil {
		return day
	}
	return l.Date(t)
}

func strconvID(id int64) string { return strconv.FormatInt(id, 10) }
