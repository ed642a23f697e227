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
	m.registrationAPI(a)
	m.memberAPI(a)
	m.changeAPI(a)
	m.callAPI(a)
	m.networkAPI(a)
	m.keyAPI(a)
	m.wishAPI(a)
	m.agreementAPI(a)
	m.checklistAPI(a)
	m.familyAPI(a)
	m.tagAPI(a)
	m.registerAPI(a)
}

func (m *Module) organisationAPI(a *api.API) {
	const tag = "Organisation"
	read, edit := gate.Member(access.OrganisationRead), gate.Member(access.OrganisationEdit)
	api.Get(a, "/organisations/{org}", read, m.apiOrganisation, api.Op{ID: "get-organisation", Tag: tag,
		Summary: "Read an organisation's record", Text: "Who the body is, where its accreditation stands and which tier of services it has."})
	api.Put(a, "/organisations/{org}", edit, m.apiEditOwn, api.Op{ID: "update-organisation", Tag: tag,
		Summary: "Change what a body keeps itself of its record", Text: "The verified data, such as the name and the certified mailbox, are changed by the CSIRT: propose-change asks for it."})
	api.Get(a, "/organisations/{org}/history", read, m.apiHistory, api.Op{ID: "list-organisation-history", Tag: tag,
		Summary: "List what happened to the accreditation", Text: "The newest first; all is in one answer."})
	api.Post(a, "/organisations/{org}/answers", edit, m.apiAnswer, api.Op{ID: "answer-csirt", Tag: tag,
		Summary: "Answer what the CSIRT asked about the registration", Text: "While the state is info_requested: the registration goes back to the CSIRT."})
	api.Get(a, "/organisations/{org}/services", read, m.apiServices, api.Op{ID: "list-services", Tag: tag,
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
	api.Get(a, "/organisations/{org}/contact-chart", read, m.apiChart, api.Op{ID: "get-contact-chart", Tag: tag,
		Summary: "Read the security organisation chart", Text: "The roles somebody has, and those somebody should have, each after the one above it; all are in one answer."})
}

func (m *Module) registrationAPI(a *api.API) {
	const tag, path = "Registrations", "/registrations"
	read, decide := gate.Staff(access.RegistrationRead), gate.Staff(access.AccreditationEdit)
	api.Get(a, path, read, m.apiRegistrations, api.Op{ID: "list-registrations", Tag: tag,
		Summary: "List the registrations", Text: "Who waits longest comes first. Without state, those that are open."})
	api.Get(a, path+"/{id}", read, m.apiRegistration, api.Op{ID: "get-registration", Tag: tag,
		Summary: "Read a registration", Text: "With what the program compared, those that seem to be the same body, the history and what may be decided."})
	api.Put(a, path+"/{id}", decide, m.apiEditVerified, api.Op{ID: "update-registration", Tag: tag, Recent: true,
		Summary: "Correct the verified data of a body", Text: "Where two must approve, it becomes a change that waits for another (list-changes with state=second)."})
	api.Post(a, path+"/{id}/decisions", decide, m.apiDecide, api.Op{ID: "decide-registration", Tag: tag, Recent: true,
		Summary: "Decide on a body", Text: "Approve with a tier, ask for more, reject, suspend and what else decisions lists. Where two must decide, the decision waits for another (pending)."})
	api.Post(a, path+"/{id}/second-decision", decide, m.apiDecideSecond, api.Op{ID: "confirm-registration-decision", Tag: tag, Recent: true,
		Summary: "Confirm or drop a decision that waits for a second person", Text: "Who decided first can drop it, but not confirm it."})
	api.Get(a, "/pending-decisions", read, m.apiPending, api.Op{ID: "list-pending-decisions", Tag: tag,
		Summary: "List the decisions that wait for a second person", Text: "Who waits longest comes first, 200 at most."})
}

func (m *Module) memberAPI(a *api.API) {
	const tag = "Members"
	read := gate.Staff(access.TerritoryRead)
	api.Get(a, "/members", read, m.apiMembers, api.Op{ID: "list-members", Tag: tag,
		Summary: "List the members", Text: "By name. Without state, the accredited and the suspended."})
	api.Get(a, "/members-export", read, m.apiMembersFile, api.Op{ID: "export-members", Tag: tag, Recent: true,
		Summary: "Take the list of members along as a file"})
	api.Get(a, "/members/{org}", read, m.apiMember, api.Op{ID: "get-member", Tag: tag,
		Summary: "Read a member's dossier", Text: "The record with its contacts, whom to call, what is missing, the family and the history."})
}

func (m *Module) changeAPI(a *api.API) {
	const tag, own, all = "Changes", "/organisations/{org}/changes", "/changes"
	read, edit := gate.Member(access.OrganisationRead), gate.Member(access.OrganisationEdit)
	api.Get(a, own, read, m.apiOwnChanges, api.Op{ID: "list-own-changes", Tag: tag, Summary: "List a body's own change requests", Text: "The newest first."})
	api.Post(a, own, edit, m.apiPropose, api.Op{ID: "propose-change", Tag: tag, Status: http.StatusCreated,
		Summary: "Ask for a change of the verified data", Text: "Gives the data whole, as they should be. If-Match has the ETag of get-organisation. While a request is open it is amended, and approvals begin anew."})
	api.Get(a, own+"/{id}", read, m.apiChange, api.Op{ID: "get-own-change", Tag: tag, Summary: "Read a body's own change request"})
	api.Post(a, own+"/{id}/answers", edit, m.apiAnswerChange, api.Op{ID: "answer-change", Tag: tag, Summary: "Answer what the CSIRT asked about a change request"})
	api.Post(a, own+"/{id}/withdraw", edit, m.apiWithdrawChange, api.Op{ID: "withdraw-change", Tag: tag, Summary: "Take a change request back"})
	api.Get(a, all, gate.Staff(access.RegistrationRead), m.apiChanges, api.Op{ID: "list-changes", Tag: tag,
		Summary: "List all bodies' change requests", Text: "Who waits longest comes first. Without state, those that can be decided."})
	api.Get(a, all+"/{id}", gate.Staff(access.RegistrationRead), m.apiChange, api.Op{ID: "get-change", Tag: tag,
		Summary: "Read a change request", Text: "With what the record said when it was made, what it says now and what is asked for."})
	api.Post(a, all+"/{id}/decisions", gate.Staff(access.AccreditationEdit), m.apiDecideChange, api.Op{ID: "decide-change", Tag: tag, Recent: true,
		Summary: "Decide on a change request", Text: "Where two must approve, the first approval waits for somebody else's."})
}

func (m *Module) callAPI(a *api.API) {
	const tag = "Members"
	read := gate.Staff(access.TerritoryRead)
	api.Get(a, "/calls", read, m.apiCallEverybody, api.Op{ID: "list-calls", Tag: tag,
		Summary: "Ask whom to call about each member", Text: "By the member's name. Whom the member belongs to and the CSIRT itself are told by get-calls only."})
	api.Get(a, "/calls/{org}", read, m.apiCallOne, api.Op{ID: "get-calls", Tag: tag,
		Summary: "Ask whom to call about a member", Text: "The first one first, now or at another moment; each with why."})
}
