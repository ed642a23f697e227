// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"net/http"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
)

// waysInAPI declares what concerns how one signs in. Adding a passkey, a card or
// a provider's identity is for the browser that holds it.
func (m *Module) waysInAPI(a *api.API) {
	const tag = "Account"
	in := gate.SignedIn()
	api.Post(a, "/account/sessions/end-others", in, m.apiEndOthers, api.Op{ID: "end-other-sessions", Tag: tag,
		Summary: "End one's own sessions in other browsers", Text: "Asked for with a token, in all browsers."})
	api.Get(a, "/account/security", in, m.apiSecurity, api.Op{ID: "get-security", Tag: tag, Summary: "Read how one's own account is protected"})
	api.Get(a, "/account/passkeys", in, m.apiPasskeys, api.Op{ID: "list-passkeys", Tag: tag, Summary: "List one's own passkeys",
		Text: "The oldest first. A passkey is added in the browser that holds it: there is no operation for that."})
	api.Get(a, "/account/passkeys/{id}", in, m.apiPasskey, api.Op{ID: "get-passkey", Tag: tag, Summary: "Read about a passkey"})
	api.Put(a, "/account/passkeys/{id}", in, m.apiRenamePasskey, api.Op{ID: "rename-passkey", Tag: tag, Summary: "Give a passkey another name"})
	api.Delete(a, "/account/passkeys/{id}", in, m.apiRemovePasskey, api.Op{ID: "remove-passkey", Tag: tag, Recent: true,
		Summary: "Remove a passkey", Text: "For whom a second factor is mandatory, the last one stays."})
	api.Get(a, "/account/identities", in, m.apiIdentities, api.Op{ID: "list-identities", Tag: tag, Summary: "List with which cards and providers one signs in",
		Text: "Another is linked in the browser, by signing in there."})
	api.Delete(a, "/account/identities/{id}", in, m.apiUnlink, api.Op{ID: "remove-identity", Tag: tag, Summary: "Stop signing in with a card or provider", Text: "The last way in stays."})
}

func (m *Module) entranceAPI(a *api.API) {
	const tag, path = "People", "/organisations/{org}/entrance"
	may := gate.Member(access.PeopleEdit)
	api.Get(a, path, may, m.apiEntrance, api.Op{ID: "get-entrance", Tag: tag, Recent: true, Summary: "Read from where an organisation's people may come in"})
	api.Put(a, path, may, m.apiSetEntrance, api.Op{ID: "set-entrance", Tag: tag, Recent: true,
		Summary: "Say from where an organisation's people may come in", Text: "Holds at everybody's next request, also of tokens. A list that keeps the asker out is 409 identity.allowlist_locks_out until he confirms it."})
	api.Post(a, path+"/openings", may, m.apiOpenEntrance, api.Op{ID: "open-entrance", Tag: tag, Recent: true, Summary: "Let an organisation's people in from everywhere for some hours"})
}

func (m *Module) recoveryAPI(a *api.API) {
	for _, at := range []struct {
		path, tag, name, list string
		rule                  gate.Rule
	}{
		{"/recoveries", "Administration", "recovery", "list-recoveries", gate.Staff(access.PeopleEdit)},
		{"/organisations/{org}/recoveries", "People", "own-recovery", "list-own-recoveries", gate.Member(access.PeopleEdit)},
	} {
		api.Get(a, at.path, at.rule, m.apiRecoveries, api.Op{ID: at.list, Tag: at.tag,
			Summary: "List the recoveries that wait for approval", Text: "The oldest first, 200 at most."})
		api.Get(a, at.path+"/{id}", at.rule, m.apiRecovery, api.Op{ID: "get-" + at.name, Tag: at.tag, Recent: true,
			Summary: "Read a recovery with what keeps the asker from approving it"})
		api.Post(a, at.path+"/{id}/approve", at.rule, m.apiApproveRecovery, api.Op{ID: "approve-" + at.name, Tag: at.tag, Recent: true, Once: true,
			Summary: "Give one of the two approvals", Text: "Two different people give them; a token gives the one of its person, who must have spoken with who asks. The second one's answer has the code to read out on the telephone, this once."})
		api.Post(a, at.path+"/{id}/refuse", at.rule, m.apiRefuseRecovery, api.Op{ID: "refuse-" + at.name, Tag: at.tag, Recent: true, Summary: "End a recovery that is not to be trusted"})
	}
}

func (m *Module) identitiesAPI(a *api.API) {
	const tag, path = "Administration", "/people/{id}/identities"
	may := gate.Staff(access.StaffEdit) // another way in for somebody else: the page asks for the factor
	api.Get(a, path, may, m.apiIdentitiesOf, api.Op{ID: "list-person-identities", Tag: tag, Recent: true, Summary: "List with which cards and providers somebody signs in"})
	api.Post(a, path, may, m.apiLinkFor, api.Op{ID: "link-person-card", Tag: tag, Recent: true, Status: http.StatusCreated,
		Summary: "Let somebody's card sign him in", Text: "By his Codice Fiscale, for who has seen a document."})
	api.Delete(a, path+"/{link}", may, m.apiUnlinkFor, api.Op{ID: "remove-person-identity", Tag: tag, Recent: true, Summary: "Stop somebody from signing in with a card or provider"})
}
