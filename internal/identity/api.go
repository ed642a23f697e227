// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"net/http"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
)

// RegisterAPI declares what the room does for programs.
func (m *Module) RegisterAPI(a *api.API) {
	m.accountAPI(a)
	m.tokenAPI(a, "/account/tokens", gate.SignedIn(), "account-")
	m.tokenAPI(a, "/organisations/{org}/tokens", gate.Member(access.TokenEdit), "")
	m.peopleAPI(a)
	m.staffAPI(a)
	m.ownAPI(a)
	m.waysInAPI(a)
	m.entranceAPI(a)
	m.recoveryAPI(a)
	m.identitiesAPI(a)
}

func (m *Module) accountAPI(a *api.API) {
	const tag = "Account"
	in := gate.SignedIn()
	api.Get(a, "/account", in, m.apiAccount, api.Op{ID: "get-account", Tag: tag,
		Summary: "Read one's own account", Text: "Who asks, with his organisations and, of a token, what it may do."})
	api.Put(a, "/account", in, m.apiSetProfile, api.Op{ID: "update-account", Tag: tag, Summary: "Change one's own name and language"})
	api.Get(a, "/account/sessions", in, m.apiSessions, api.Op{ID: "list-sessions", Tag: tag, Summary: "List one's own sessions in browsers"})
	api.Delete(a, "/account/sessions/{id}", in, m.apiEndSession, api.Op{ID: "end-session", Tag: tag, Summary: "End a session"})
}

func (m *Module) tokenAPI(a *api.API, path string, rule gate.Rule, prefix string) {
	const tag = "Tokens"
	whose := map[string]string{"": "of the organisation", "account-": "of one's own"}[prefix]
	api.Get(a, path, rule, m.apiTokens, api.Op{ID: "list-" + prefix + "tokens", Tag: tag, Summary: "List the tokens " + whose, Text: "The good ones first. Their text is never shown again."})
	api.Post(a, path, rule, m.apiMakeToken, api.Op{ID: "make-" + prefix + "token", Tag: tag, Status: http.StatusCreated, Once: true, Recent: true,
		Summary: "Make a token " + whose, Text: "The answer shows the token, this once. It gives no more than who makes it may do, and shrinks with him; made with another token, it ends with that one at the latest."})
	api.Get(a, path+"/{id}", rule, m.apiToken, api.Op{ID: "get-" + prefix + "token", Tag: tag, Summary: "Read about a token " + whose})
	api.Delete(a, path+"/{id}", rule, m.apiRevokeToken, api.Op{ID: "revoke-" + prefix + "token", Tag: tag, Summary: "Revoke a token " + whose, Text: "At once. The list keeps it, as revoked."})
}

func (m *Module) peopleAPI(a *api.API) {
	const tag, path = "People", "/organisations/{org}/people"
	may := gate.Member(access.PeopleEdit)
	api.Get(a, path, may, m.apiPeople, api.Op{ID: "list-people", Tag: tag, Summary: "List who signs in for the organisation", Text: "By name; all are in one answer."})
	api.Post(a, path, may, m.apiInvite, api.Op{ID: "invite-person", Tag: tag, Status: http.StatusAccepted, Summary: "Invite somebody", Text: "He is sent a mail with a link."})
	api.Get(a, path+"/{id}", may, m.apiMember, api.Op{ID: "get-person", Tag: tag, Summary: "Read about somebody"})
	api.Put(a, path+"/{id}/role", may, m.apiSetRole, api.Op{ID: "set-person-role", Tag: tag, Summary: "Change somebody's role"})
	api.Post(a, path+"/{id}/invitation", may, m.apiInviteAgain, api.Op{ID: "invite-person-again", Tag: tag, Status: http.StatusAccepted, Summary: "Send the invitation again"})
	api.Delete(a, path+"/{id}", may, m.apiRemoveMember, api.Op{ID: "remove-person", Tag: tag, Summary: "Remove somebody from the organisation"})
}

func (m *Module) staffAPI(a *api.API) {
	const tag, path = "Administration", "/people"
	may := gate.Staff(access.StaffEdit)
	api.Get(a, path, may, m.apiStaff, api.Op{ID: "list-staff", Tag: tag, Summary: "List the CSIRT's people", Text: "By name. With who=all everybody who signs in."})
	api.Post(a, path, may, m.apiAddStaff, api.Op{ID: "add-staff", Tag: tag, Status: http.StatusCreated, Summary: "Add somebody to the CSIRT's people"})
	api.Get(a, path+"/{id}", may, m.apiOnePerson, api.Op{ID: "get-staff", Tag: tag, Summary: "Read about anybody who signs in"})
	api.Put(a, path+"/{id}/roles", may, m.apiStaffRoles, api.Op{ID: "set-staff-roles", Tag: tag, Summary: "Set somebody's roles in the CSIRT"})
	for _, x := range []struct {
		id, name, summary string
		act               personAction
	}{
		{"suspend-person", "suspend", "Suspend somebody: sessions and tokens stop at once", m.Suspend},
		{"resume-person", "resume", "Let somebody sign in again", m.Resume},
		{"start-recovery", "recovery", "Start the recovery of somebody's access, which two must approve", m.StartRecovery},
		{"invite-staff-again", "invite", "Send somebody's invitation again", m.InviteAgain},
	} {
		act := x.act
		api.Post(a, path+"/{id}/"+x.name, may, func(r *api.Request, in *api.ID) (api.Nothing, error) {
			return api.Nothing{}, act(r.Context(), r.Scope, in.ID)
		}, api.Op{ID: x.id, Tag: tag, Summary: x.summary})
	}
}
