// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/web"
)

func (m *Module) contactList(r *gate.Request) error {
	o, all, err := m.chart(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	v, err := m.contactsView(r, o, all)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("constituency.contacts.title"), contactsPage(v))
}

func (m *Module) contactsView(r *gate.Request, o Organisation, all []Contact) (contactsView, error) {
	on, err := m.onCall(r.Context(), o, all, m.now())
	return contactsView{
		Org: o, Ref: m.ref, Contacts: all, Missing: Missing(m.ref, o.Country, all), Base: "/o/" + o.Code,
		Calls: m.tell(r.L.Lang(), o, on.Calls), CanEdit: r.Scope.Can(access.ContactEdit),
	}, err
}

// contactForm shows the form of a new contact, or of the one in the path. ?role= chooses its role.
func (m *Module) contactForm(r *gate.Request) error {
	v, err := m.contactView(r)
	if err != nil {
		return err
	}
	return r.Page(v.title(r.L), contactPage(v))
}

func (m *Module) contactView(r *gate.Request) (contactView, error) {
	o, all, err := m.chart(r.Context(), r.Scope)
	if err != nil {
		return contactView{}, err
	}
	v := contactView{Org: o, Ref: m.ref, Others: all, Base: r.Path("/contacts"), Form: ContactForm{Language: o.Language}}
	if r.Param("id") == "" {
		if role, ok := m.ref.Role(r.Query().Get("role")); ok {
			v.Form.Roles, v.Form.Digest = []string{role.ID}, role.Digest
		}
		return v, nil
	}
	id, err := r.ID("id")
	if err != nil {
		return v, err
	}
	c, err := contactNumber(id, all)
	v.ID, v.Version, v.Form = c.ID, c.Version, c.form()
	return v, err
}

func (m *Module) saveContact(r *gate.Request) error {
	v, err := m.contactView(r)
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	form, version, err := contactFormOf(f)
	if err == nil {
		_, err = m.SaveContact(r.Context(), r.Scope, v.ID, version, form)
	}
	if err != nil {
		v.State, v.Version = r.FormState(err), version
		return r.Invalid(err, v.title(r.L), contactPage(v))
	}
	r.Flash(gate.Success, "constituency.contact.saved", "name", form.Name)
	return r.Redirect(v.Base)
}

func contactFormOf(f web.Form) (form ContactForm, version int64, err error) {
	form = ContactForm{
		Roles: f.All("roles"), Name: f.Text("name"), Position: f.Text("position"), Email: f.Text("email"), Phone: f.Text("phone"),
		PhoneAlways: f.Text("phone_24h"), Language: f.Text("language"), Hours: f.Text("hours"), Digest: f.Bool("digest"),
		QuietFrom: f.Text("quiet_from"), QuietTo: f.Text("quiet_to"), QuietDaysOff: f.Bool("quiet_days_off"), AlertMails: f.Text("alert_mails"),
	}
	if form.Substitute, err = f.Int("substitute", 0); err != nil {
		return form, 0, err
	}
	version, err = f.Int("version", 0)
	return form, version, err
}

func (m *Module) removeForm(r *gate.Request) error {
	v, err := m.contactView(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("constituency.contact.remove.title", "name", v.Form.Name), removePage(v))
}

func (m *Module) removeContact(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := m.RemoveContact(r.Context(), r.Scope, id); err != nil {
		return err
	}
	r.Flash(gate.Success, "constituency.contact.removed")
	return r.Redirect(r.Path("/contacts"))
}
