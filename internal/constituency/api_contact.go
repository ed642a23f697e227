// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"strconv"
	"time"

	"martinella/internal/access/gate/api"
)

// contactJSON is a contact as programs see it.
type contactJSON struct {
	ID int64 `json:"id"`
	ContactEntryJSON
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	Version   int64     `json:"version"`

	org string
}

// ContactEntryJSON is what a contact is written with.
type ContactEntryJSON struct {
	Roles       []string `json:"roles" minItems:"1" maxItems:"30" doc:"What the person is called for: ids of the contact roles, such as head_of_security."`
	Name        string   `json:"name" minLength:"1" maxLength:"300"`
	Position    string   `json:"position,omitempty" maxLength:"300"`
	Email       string   `json:"email,omitempty" maxLength:"254"`
	Phone       string   `json:"phone,omitempty" maxLength:"40"`
	PhoneAlways string   `json:"phone_24h,omitempty" maxLength:"40" doc:"Answered round the clock."`
	Language    string   `json:"language" enum:"it,en,nb"`
	Hours       string   `json:"hours,omitempty" maxLength:"300" doc:"In the body's time zone, such as mo-fr 08:00-14:00; missing when not known."`
	Substitute  int64    `json:"substitute,omitzero" minimum:"0" doc:"The id of another contact; missing for none."`
	Digest      bool     `json:"digest" doc:"Receives the daily digest."`

	QuietFrom    string `json:"quiet_from,omitempty" maxLength:"5" doc:"Alerts that are not critical wait from this time of day, on the body's clock: 22:00; missing for none."`
	QuietTo      string `json:"quiet_to,omitempty" maxLength:"5" doc:"Until this one: 07:00."`
	QuietDaysOff bool   `json:"quiet_days_off,omitempty" doc:"They wait also all of Saturday, Sunday and public holidays."`
	AlertMails   string `json:"alert_mails,omitempty" enum:"each,collect_lower,collect,portal" doc:"Alerts that are not critical: each in a mail of its own; those of lower severity, or all, in one mail a day; or in the portal only. Missing: each."`
}

// RecordVersion implements api.Versioned.
func (c contactJSON) RecordVersion() int64 { return c.Version }

// Location implements api.Located.
func (c contactJSON) Location() string {
	return api.Path("organisations", c.org, "contacts", strconv.FormatInt(c.ID, 10))
}

func contactOf(org string, c Contact) contactJSON {
	return contactJSON{c.ID, ContactEntryJSON(c.form()), c.CreatedAt, c.UpdatedAt, c.Version, org}
}

func (m *Module) apiContacts(r *api.Request, _ *api.Paging) (api.List[contactJSON], error) {
	all, err := m.Contacts(r.Context(), r.Scope)
	return api.Items(api.Each(all, func(c Contact) contactJSON { return contactOf(r.Org.Code, c) }), ""), err
}

func (m *Module) apiContact(r *api.Request, in *api.ID) (contactJSON, error) {
	all, err := m.Contacts(r.Context(), r.Scope)
	if err != nil {
		return contactJSON{}, err
	}
	c, err := contactNumber(in.ID, all)
	return contactOf(r.Org.Code, c), err
}

type addContact struct{ Body ContactEntryJSON }

func (m *Module) apiAddContact(r *api.Request, in *addContact) (contactJSON, error) {
	c, err := m.SaveContact(r.Context(), r.Scope, 0, 0, ContactForm(in.Body))
	return contactOf(r.Org.Code, c), err
}

type editContact struct {
	api.ID
	api.IfMatch
	Body ContactEntryJSON
}

func (m *Module) apiEditContact(r *api.Request, in *editContact) (contactJSON, error) {
	c, err := m.SaveContact(r.Context(), r.Scope, in.ID.ID, in.Version(), ContactForm(in.Body))
	if err != nil {
		return contactJSON{}, err
	}
	return m.apiContact(r, &api.ID{ID: c.ID})
}

func (m *Module) apiRemoveContact(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.RemoveContact(r.Context(), r.Scope, in.ID)
}
