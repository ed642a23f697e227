// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"net/http"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/constituency/document"
	"martinella/internal/constituency/keys"
)

func (m *Module) networkAPI(a *api.API) {
	const tag, own, all = "Networks", "/organisations/{org}/networks", "/networks"
	read, edit := gate.Member(access.NetworkRead), gate.Member(access.NetworkEdit)
	api.Get(a, own, read, m.apiClaims, api.Op{ID: "list-own-networks", Tag: tag, Summary: "List the domains and networks a body says are its own", Text: "The newest first."})
	api.Post(a, own, edit, m.apiAddClaims, api.Op{ID: "claim-networks", Tag: tag, MaxBody: maxClaimList,
		Summary: "Say which domains, networks and autonomous systems are one's own", Text: "All or, when one cannot be claimed, none. What is there already is passed over. What overlaps with another's waits for the CSIRT."})
	api.Get(a, own+"/{id}", read, m.apiClaim, api.Op{ID: "get-own-network", Tag: tag, Summary: "Read one domain or network", Text: "With what proves a domain, for who may edit."})
	api.Put(a, own+"/{id}/proof", edit, m.apiProveClaim, api.Op{ID: "prove-network", Tag: tag,
		Summary: "Look for the proof of a domain now", Text: "The TXT record first, then the file. 422 when neither is found; it may take some seconds."})
	api.Delete(a, own+"/{id}", edit, m.apiRemoveClaim, api.Op{ID: "remove-network", Tag: tag, Summary: "Withdraw a domain or network"})
	api.Get(a, all, gate.Staff(access.TerritoryRead), m.apiAllClaims, api.Op{ID: "list-networks", Tag: tag,
		Summary: "List all bodies' domains and networks", Text: "The oldest first. Without state, those that wait for a decision."})
	api.Get(a, all+"/{id}", gate.Staff(access.TerritoryRead), m.apiAnyClaim, api.Op{ID: "get-network", Tag: tag, Summary: "Read any body's domain or network with its overlaps"})
	api.Post(a, all+"/{id}/decisions", gate.Staff(access.AccreditationEdit), m.apiDecideClaim, api.Op{ID: "decide-network", Tag: tag,
		Summary: "Decide on a domain or network, or on an overlap"})
}

func (m *Module) keyAPI(a *api.API) {
	const tag, of = "Contacts", "/organisations/{org}/contacts/{id}"
	read, edit := gate.Member(access.ContactRead), gate.Member(access.ContactEdit)
	api.Get(a, of+"/keys", read, m.apiKeys, api.Op{ID: "list-contact-keys", Tag: tag, Summary: "List a contact's keys", Text: "Those added last first."})
	api.Post(a, of+"/keys", edit, m.apiAddKey, api.Op{ID: "add-contact-key", Tag: tag, Recent: true, Status: http.StatusCreated, MaxBody: 2 * keys.MaxSize,
		Summary: "Give a contact a public key", Text: "OpenPGP or an S/MIME certificate. The same key again renews it. A private key is refused and kept nowhere."})
	api.Get(a, "/organisations/{org}/keys/{id}", read, m.apiKey, api.Op{ID: "get-contact-key", Tag: tag, Summary: "Read a key with its text"})
	api.Post(a, "/organisations/{org}/keys/{id}/check", edit, m.apiCheckKey, api.Op{ID: "check-contact-key", Tag: tag, Recent: true,
		Summary: "Record that somebody compared a key's fingerprint with its owner"})
	api.Delete(a, "/organisations/{org}/keys/{id}", edit, m.apiRemoveKey, api.Op{ID: "remove-contact-key", Tag: tag, Recent: true, Summary: "Take a key away from a contact"})
	api.Get(a, "/ending-keys", gate.Staff(access.TerritoryRead), m.apiEndingKeys, api.Op{ID: "list-ending-keys", Tag: tag,
		Summary: "List the keys of all bodies on which somebody must act", Text: "The most urgent first."})
	api.Get(a, of+"/absences", edit, m.apiAbsences, api.Op{ID: "list-absences", Tag: tag, Summary: "List when a contact is not there", Text: "Those that are not over, the earliest first."})
	api.Post(a, of+"/absences", edit, m.apiAddAbsence, api.Op{ID: "add-absence", Tag: tag, Status: http.StatusCreated, Summary: "Say that a contact is not there"})
	api.Delete(a, "/organisations/{org}/absences/{id}", edit, m.apiRemoveAbsence, api.Op{ID: "remove-absence", Tag: tag, Summary: "Say that a contact is there after all"})
}

func (m *Module) agreementAPI(a *api.API) {
	const tag, own = "Agreements", "/organisations/{org}/agreement"
	read, edit := gate.Member(access.OrganisationRead), gate.Member(access.OrganisationEdit)
	api.Get(a, own, read, m.apiAgreement, api.Op{ID: "get-agreement", Tag: tag, Summary: "Read how a body stands towards the conditions", Text: "What holds, what must be accepted until when, what was accepted and which signed copies there are."})
	api.Post(a, own+"/acceptances", edit, m.apiAccept, api.Op{ID: "accept-agreement", Tag: tag, Summary: "Accept a version of the conditions", Text: "The one that holds or the next one, in the language in which the text was read."})
	api.PostPrepared(a, own+"/files", edit, m.apiStoreSigned, m.apiKeepSigned, api.Op{ID: "upload-agreement", Tag: tag, Status: http.StatusCreated, Kinds: []string{"application/pdf"}, MaxBody: document.MaxSize + 1<<10,
		Summary: "Hand over a signed copy", Text: "A PDF of at most 10 MB."})
	api.Get(a, own+"/files/{id}", read, m.apiSigned, api.Op{ID: "get-agreement-file", Tag: tag, MaxFile: document.MaxSize, Recent: true, Summary: "Take out a signed copy"})
	api.Get(a, "/agreements", gate.Staff(access.TerritoryRead), m.apiConditions, api.Op{ID: "list-agreements", Tag: tag, Summary: "List the versions of the conditions, with how many members accepted each"})
	api.Get(a, "/agreements/{version}", gate.Staff(access.TerritoryRead), m.apiOneConditions, api.Op{ID: "get-agreement-version", Tag: tag, Summary: "Read a version of the conditions in all its languages"})
	api.Post(a, "/agreements", gate.Staff(access.AgreementPublish), m.apiPublish, api.Op{ID: "publish-agreement", Tag: tag, Status: http.StatusCreated,
		Summary: "Publish a version of the conditions", Text: "Every member it concerns is told by mail. What is published never changes."})
}

func (m *Module) checklistAPI(a *api.API) {
	const tag, onboarding = "Completeness", "/organisations/{org}/onboarding"
	read, edit := gate.Member(access.OrganisationRead), gate.Member(access.OrganisationEdit)
	api.Get(a, "/organisations/{org}/completeness", read, m.apiCompleteness, api.Op{ID: "get-completeness", Tag: tag, Summary: "Read how complete the record is, and what is missing"})
	api.Get(a, onboarding, read, m.apiOnboarding, api.Op{ID: "get-onboarding", Tag: tag, Summary: "Read the onboarding questionnaire with its answers"})
	api.Get(a, onboarding+"/{section}", read, m.apiSection, api.Op{ID: "get-onboarding-section", Tag: tag, Summary: "Read a section of the questionnaire with its answers"})
	api.Put(a, onboarding+"/{section}", edit, m.apiAnswerSection, api.Op{ID: "answer-onboarding-section", Tag: tag,
		Summary: "Answer a section of the questionnaire whole", Text: "What is left out is no longer answered. Answers that do not change keep who gave them and when."})
	api.Get(a, "/organisations/{org}/confirmation", read, m.apiConfirmation, api.Op{ID: "get-confirmation", Tag: tag, Summary: "Read when the record was last confirmed"})
	api.Post(a, "/organisations/{org}/confirmation", gate.Member(access.ContactEdit), m.apiConfirm, api.Op{ID: "confirm-record", Tag: tag,
		Summary: "Confirm that the record and the contacts still are right", Text: "Somebody must have looked: a program that confirms by itself defeats the purpose."})
}

func (m *Module) familyAPI(a *api.API) {
	const tag = "Members"
	api.Get(a, "/organisations/{org}/family", gate.Member(access.OrganisationRead), m.apiOwnFamily, api.Op{ID: "get-own-family", Tag: tag, Summary: "Read whom a body belongs to and who belongs to it"})
	api.Get(a, "/members/{org}/family", gate.Staff(access.TerritoryRead), m.apiFamily, api.Op{ID: "get-family", Tag: tag, Summary: "Read any body's family"})
	api.Put(a, "/members/{org}/family", gate.Staff(access.AccreditationEdit), m.apiSetParent, api.Op{ID: "set-parent", Tag: tag, Recent: true,
		Summary: "Say whom a body belongs to", Text: "Nobody gets access by it."})
}

func (m *Module) registerAPI(a *api.API) {
	const tag = "Registration"
	open := gate.Public()
	api.Get(a, "/conditions", open, m.apiCurrentConditions, api.Op{ID: "get-conditions", Tag: tag, Summary: "Read the conditions a new registration accepts"})
	api.Get(a, "/municipalities", open, m.apiMunicipalities, api.Op{ID: "list-municipalities", Tag: tag, Summary: "Find a municipality by what its name begins with", Text: "Ten at most."})
	api.Post(a, "/registrations", open, m.apiRegister, api.Op{ID: "register", Tag: tag, Status: http.StatusAccepted,
		Summary: "Register a public body", Text: "A mail with a link goes to the applicant, whose token confirms it. The answer is the same whether or not the body is known. As often as on the page: ten at once from an address, then one in two minutes."})
	api.Post(a, "/registrations/mails", open, m.apiResend, api.Op{ID: "resend-registration-mail", Tag: tag, Status: http.StatusAccepted, Summary: "Have the link sent again"})
	api.Post(a, "/registrations/confirmations", open, m.apiConfirmMailbox, api.Op{ID: "confirm-registration", Tag: tag, Once: true, Summary: "Confirm the applicant's mailbox with the token of the mail"})
	api.Get(a, "/registration-status/{token}", open, m.apiStanding, api.Op{ID: "get-registration-status", Tag: tag, Summary: "Read where a registration stands"})
	api.Post(a, "/registration-status/{token}/answers", open, m.apiAnswerByLink, api.Op{ID: "answer-registration", Tag: tag, Summary: "Answer what the CSIRT asked about a registration"})
}
