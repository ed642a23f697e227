// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"net/http"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
)

// RegisterAPI declares what the room does for programs.
func (m *Module) RegisterAPI(a *api.API) {
	m.organisationAPI(a)
	m.contactAPI(a)
}

func (m *Module) organisationAPI(a *api.API) {
	const tag = "Organisation"
	api.Get(a, "/organisations/{org}", gate.Member(access.OrganisationRead), m.apiOrganisation, api.Op{ID: "get-organisation", Tag: tag,
		Summary: "Read an organisation's record", Text: "Who the body is, where its accreditation stands and which tier of services it has."})
	api.Put(a, "/organisations/{org}", gate.Member(access.OrganisationEdit), m.apiEditOwn, api.Op{ID: "update-organisation", Tag: tag,
		Summary: "Change what a body keeps itself of its record", Text: "The verified data, such as the name and the certified mailbox, are changed by the CSIRT only."})
	api.Get(a, "/organisations/{org}/services", gate.Member(access.OrganisationRead), m.apiServices, api.Op{ID: "list-services", Tag: tag,
		Summary: "List the services with what the tier gives", Text: "The whole catalogue; available says whether the organisation's tier includes the service."})
}

func (m *Module) contactAPI(a *api.API) {
	const tag, path = "Contacts", "/organisations/{org}/contacts"
	read, edit := gate.Member(access.ContactRead), gate.Member(access.ContactEdit)
	api.Get(a, path, read, m.apiContacts, api.Op{ID: "list-contacts", Tag: tag,
		Summary: "List the security contacts", Text: "By name. A body has some dozen at most: all are in one answer."})
	api.Post(a, path, edit, m.apiAddContact, api.Op{ID: "add-contact", Tag: tag, Status: http.StatusCreated,
		Summary: "Add a contact", Text: "The roles decide which fields are required."})
	api.Get(a, path+"/{id}", read, m.apiContact, api.Op{ID: "get-contact", Tag: tag, Summary: "Read a contact"})
	api.Put(a, path+"/{id}", edit, m.apiEditContact, api.Op{ID: "update-contact", Tag: tag, Summary: "Write a contact whole"})
	api.Delete(a, path+"/{id}", edit, m.apiRemoveContact, api.Op{ID: "remove-contact", Tag: tag,
		Summary: "Remove a contact", Text: "Whoever it stood in for is left without a substitute."})
}
