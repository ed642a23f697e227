// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"slices"
	"time"

	"martinella/internal/access/gate/api"
	"martinella/internal/constituency/keys"
	"martinella/internal/platform/fault"
)

// contactKeyJSON is a public key of a contact.
type contactKeyJSON struct {
	ID          int64          `json:"id"`
	Contact     int64          `json:"contact"`
	Kind        keys.Kind      `json:"kind" enum:"openpgp,smime"`
	Fingerprint string         `json:"fingerprint" doc:"Hexadecimal; of a certificate its SHA-256."`
	Name        string         `json:"name" doc:"What people call it by: the OpenPGP key id, the certificate's serial number."`
	Issuer      string         `json:"issuer,omitempty" doc:"Of a certificate."`
	Algorithm   string         `json:"algorithm"`
	Addresses   []string       `json:"addresses"`
	CreatedAt   time.Time      `json:"created_at"`
	ExpiresAt   time.Time      `json:"expires_at,omitzero" doc:"Missing: never."`
	State       keys.State     `json:"state" enum:"usable,expiring,expired,unusable"`
	Problems    []keys.Problem `json:"problems" doc:"Why it is unusable, the gravest first."`
	AddedAt     time.Time      `json:"added_at"`
	AddedBy     string         `json:"added_by"`
	Confirmed   bool           `json:"confirmed" doc:"The contact's address is not in it, and who added it said that it is his."`
	CheckedAt   time.Time      `json:"checked_at,omitzero" doc:"When somebody compared the fingerprint; missing when nobody did."`
	CheckedBy   string         `json:"checked_by,omitempty"`
	CheckedHow  CheckWay       `json:"checked_how,omitempty" enum:"phone,in_person"`

	org string
}

// Location implements api.Located.
func (k contactKeyJSON) Location() string {
	return api.Path("organisations", k.org, "keys", strconvID(k.ID))
}

func (m *Module) keyJSON(org string, k ContactKey) contactKeyJSON {
	state, _ := k.StateAt(m.now())
	return contactKeyJSON{k.ID, k.Contact, k.Kind, k.Fingerprint, k.Key.ID, k.Issuer, k.Algorithm, k.Addresses, k.CreatedAt, k.ExpiresAt, state, k.Problems,
		k.AddedAt, k.AddedBy, k.Confirmed, k.CheckedAt, k.CheckedBy, k.CheckedHow, org}
}

// hasContact answers 404 to contacts that are not the scope's organisation's.
func (m *Module) hasContact(r *api.Request, id int64) error {
	all, err := m.Contacts(r.Context(), r.Scope)
	if err == nil {
		_, err = contactNumber(id, all)
	}
	return err
}

type keysQuery struct {
	api.ID
	api.Paging
}

func (m *Module) apiKeys(r *api.Request, in *keysQuery) (out api.List[contactKeyJSON], err error) {
	if err := m.hasContact(r, in.ID.ID); err != nil {
		return out, err
	}
	all, err := m.Keys(r.Context(), r.Scope)
	return api.Items(api.Each(all[in.ID.ID], func(k ContactKey) contactKeyJSON { return m.keyJSON(r.Org.Code, k) }), ""), err
}

type addKeyInput struct {
	api.ID
	Body struct {
		Text      string `json:"text,omitempty" maxLength:"1000000" doc:"The key as text: ASCII armour or PEM."`
		Data      []byte `json:"data,omitempty" maxLength:"1000000" doc:"Or the file's bytes, in base64."`
		Confirmed bool   `json:"confirmed,omitempty" doc:"It is the contact's although his address is not in it."`
	} `nameHint:"NewContactKey"`
}

func (m *Module) apiAddKey(r *api.Request, in *addKeyInput) (contactKeyJSON, error) {
	data := in.Body.Data
	if len(data) == 0 {
		data = []byte(in.Body.Text)
	}
	if len(data) == 0 {
		return contactKeyJSON{}, fault.New(fault.Invalid, "constituency.key_missing")
	}
	k, err := m.AddKey(r.Context(), r.Scope, in.ID.ID, data, in.Body.Confirmed, r.Person.Name)
	return m.keyJSON(r.Org.Code, k), err
}

// ContactKeyJSON lets what shows more of a key have its fields.
type ContactKeyJSON = contactKeyJSON

// contactKeyTextJSON is a key with its text.
type contactKeyTextJSON struct {
	ContactKeyJSON
	Text string `json:"text" doc:"ASCII armour or PEM."`
}

func (m *Module) apiKey(r *api.Request, in *api.ID) (contactKeyTextJSON, error) {
	k, err := m.Key(r.Context(), r.Scope, in.ID)
	if err != nil {
		return contactKeyTextJSON{}, err
	}
	text, err := k.Armour()
	return contactKeyTextJSON{m.keyJSON(r.Org.Code, k), text}, err
}

type checkKeyInput struct {
	api.ID
	Body struct {
		How CheckWay `json:"how" enum:"phone,in_person" doc:"By a way that who forges a mail does not control."`
	} `nameHint:"KeyCheck"`
}

func (m *Module) apiCheckKey(r *api.Request, in *checkKeyInput) (contactKeyTextJSON, error) {
	if _, err := m.CheckKey(r.Context(), r.Scope, in.ID.ID, in.Body.How, r.Person.Name); err != nil {
		return contactKeyTextJSON{}, err
	}
	return m.apiKey(r, &in.ID)
}

func (m *Module) apiRemoveKey(r *api.Request, in *api.ID) (api.Nothing, error) {
	_, err := m.RemoveKey(r.Context(), r.Scope, in.ID)
	return api.Nothing{}, err
}

// endingKeyJSON is a key on which somebody must act.
type endingKeyJSON struct {
	ContactKeyJSON
	Organisation     string `json:"organisation" doc:"The body's code."`
	OrganisationName string `json:"organisation_name"`
	ContactName      string `json:"contact_name"`
}

func (m *Module) apiEndingKeys(r *api.Request, in *api.Paging) (api.List[endingKeyJSON], error) {
	rows, next, err := m.EndingKeys(r.Context(), r.Scope, in.After(), in.Limit)
	return api.Items(api.Each(rows, func(e EndingKey) endingKeyJSON {
		return endingKeyJSON{m.keyJSON(e.OrganisationCode, e.ContactKey), e.OrganisationCode, e.OrganisationName, e.ContactName}
	}), next), err
}

// absenceJSON is a time in which a contact is not there.
type absenceJSON struct {
	ID      int64  `json:"id"`
	Contact int64  `json:"contact"`
	First   string `json:"first" format:"date" doc:"The first day, in the body's time zone."`
	Last    string `json:"last" format:"date" doc:"The last day, included."`
}

func absenceJSONOf(a Absence) absenceJSON { return absenceJSON(a) }

func (m *Module) apiAbsences(r *api.Request, in *keysQuery) (out api.List[absenceJSON], err error) {
	if err := m.hasContact(r, in.ID.ID); err != nil {
		return out, err
	}
	all, err := m.Absences(r.Context(), r.Scope)
	all = slices.DeleteFunc(all, func(a Absence) bool { return a.Contact != in.ID.ID })
	return api.Items(api.Each(all, absenceJSONOf), ""), err
}

type addAbsenceInput struct {
	api.ID
	Body struct {
		First string `json:"first" format:"date" doc:"The first day, in the body's time zone."`
		Last  string `json:"last,omitempty" format:"date" doc:"The last day, included; missing for one day."`
	} `nameHint:"NewAbsence"`
}

func (m *Module) apiAddAbsence(r *api.Request, in *addAbsenceInput) (absenceJSON, error) {
	first, err := time.Parse(time.DateOnly, in.Body.First)
	last := first
	if err == nil && in.Body.Last != "" {
		last, err = time.Parse(time.DateOnly, in.Body.Last)
	}
	if err != nil {
		return absenceJSON{}, fault.New(fault.Invalid, "constituency.absence").Because(err).Field("first", "web.date")
	}
	a, err := m.AddAbsence(r.Context(), r.Scope, in.ID.ID, first, last)
	return absenceJSON(a), err
}

func (m *Module) apiRemoveAbsence(r *api.Request, in *api.ID) (api.Nothing, error) {
	_, err := m.RemoveAbsence(r.Context(), r.Scope, in.ID)
	return api.Nothing{}, err
}
