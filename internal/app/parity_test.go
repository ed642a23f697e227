// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"slices"
	"strings"
	"testing"

	"martinella/internal/access/gate"
)

// Why a page that changes something has no operation.
const (
	signsIn  = "only in a browser: signing in; a program has a token"
	fromMail = "only from a mail: for the person who reads it"
	browser  = "only in a browser: it holds the passkey, the card or the provider's session"
	asks     = "only asks: shows what a form would do, or its next step"
)

// operationsOf says which operations do what a page's POST does, or why none
// does. It is read in review: a new page needs a line.
var operationsOf = map[string]string{
	"/account":                                        "update-account",
	"/account/confirm":                                "only in a browser: shows the second factor anew; of a token the scope step-up stands for it",
	"/account/email":                                  "change-email",
	"/account/email/{token}":                          "confirm-email",
	"/account/identities/{id}/remove":                 "remove-identity",
	"/account/link/{place}":                           browser,
	"/account/passkeys/begin":                         browser,
	"/account/passkeys/new":                           browser,
	"/account/passkeys/{id}":                          "rename-passkey",
	"/account/passkeys/{id}/remove":                   "remove-passkey",
	"/account/password":                               "change-password",
	"/account/second-factor/codes":                    "renew-recovery-codes",
	"/account/second-factor/new":                      "propose-totp confirm-totp",
	"/account/second-factor/remove":                   "remove-totp",
	"/account/sessions/end-others":                    "end-other-sessions",
	"/account/sessions/{id}/end":                      "end-session",
	"/account/tokens/new":                             "make-account-token",
	"/account/tokens/{id}/revoke":                     "revoke-account-token",
	"/admin/people/new":                               "add-staff",
	"/admin/people/{id}":                              "set-staff-roles",
	"/admin/people/{id}/identities":                   "link-person-card",
	"/admin/people/{id}/invite":                       "invite-staff-again",
	"/admin/people/{id}/recovery":                     "start-recovery",
	"/admin/people/{id}/resume":                       "resume-person",
	"/admin/people/{id}/suspend":                      "suspend-person",
	"/admin/people/{id}/unlink/{link}":                "remove-person-identity",
	"/admin/profile":                                  "set-csirt-profile",
	"/admin/profile/{lang}":                           "set-csirt-profile",
	"/confirm/{token}":                                fromMail, // programs: confirm-record
	"/forgot":                                         signsIn,
	"/invitation/{token}":                             fromMail,
	"/o/{org}/absences/{id}/remove":                   "remove-absence",
	"/o/{org}/advisories/{id}/acknowledge":            "acknowledge-advisory",
	"/o/{org}/advisories/{id}/answer":                 "answer-advisory",
	"/o/{org}/agreements/accept":                      "accept-agreement",
	"/o/{org}/agreements/files":                       "upload-agreement",
	"/o/{org}/alert-mails":                            "set-alert-mails",
	"/o/{org}/answer":                                 "answer-csirt",
	"/o/{org}/changes/new":                            "propose-change",
	"/o/{org}/changes/{id}/answer":                    "answer-change",
	"/o/{org}/changes/{id}/withdraw":                  "withdraw-change",
	"/o/{org}/channel/new":                            "start-conversation upload-channel-file",
	"/o/{org}/channel/{thread}":                       "write-message upload-channel-file",
	"/o/{org}/channel/{thread}/close":                 "close-conversation reopen-conversation",
	"/o/{org}/channel/{thread}/erase":                 "erase-conversation",
	"/o/{org}/confirm":                                "confirm-record",
	"/o/{org}/contacts/new":                           "add-contact",
	"/o/{org}/contacts/{id}":                          "update-contact",
	"/o/{org}/contacts/{id}/absences":                 "add-absence",
	"/o/{org}/contacts/{id}/keys/new":                 "add-contact-key",
	"/o/{org}/contacts/{id}/remove":                   "remove-contact",
	"/o/{org}/digests/settings":                       "update-digest-settings",
	"/o/{org}/entrance":                               "set-entrance",
	"/o/{org}/entrance/open":                          "open-entrance",
	"/o/{org}/exchange/keys/new":                      "make-access-key",
	"/o/{org}/exchange/keys/{id}/edit":                "update-access-key",
	"/o/{org}/exchange/keys/{id}/rotate":              "rotate-access-key",
	"/o/{org}/exchange/keys/{id}/revoke":              "revoke-access-key",
	"/ops/advisories/{id}/merge":                      "merge-advisory",
	"/ops/tags":                                       "tag-members",
	"/ops/tags/{tag}/remove":                          "remove-tag",
	"/ops/members/{org}/tags":                         "set-member-tags",
	"/ops/exchange/keys/new":                          "make-neighbour-access-key",
	"/ops/exchange/keys/{id}/edit":                    "update-neighbour-access-key",
	"/ops/exchange/keys/{id}/rotate":                  "rotate-neighbour-access-key",
	"/ops/exchange/keys/{id}/revoke":                  "revoke-neighbour-access-key",
	"/o/{org}/hooks/new":                              "add-webhook",
	"/o/{org}/hooks/{id}/delete":                      "delete-webhook",
	"/o/{org}/hooks/{id}/deliveries/{delivery}/again": "resend-webhook-delivery",
	"/o/{org}/hooks/{id}/edit":                        "update-webhook",
	"/o/{org}/hooks/{id}/pause":                       "pause-webhook",
	"/o/{org}/hooks/{id}/resume":                      "resume-webhook",
	"/o/{org}/hooks/{id}/rotate":                      "rotate-webhook-secret",
	"/o/{org}/hooks/{id}/test":                        "test-webhook",
	"/o/{org}/keys/{id}/check":                        "check-contact-key",
	"/o/{org}/keys/{id}/remove":                       "remove-contact-key",
	"/o/{org}/networks":                               "claim-networks",
	"/o/{org}/networks/preview":                       asks,
	"/o/{org}/networks/{id}/prove":                    "prove-network",
	"/o/{org}/networks/{id}/remove":                   "remove-network",
	"/o/{org}/onboarding/{section}":                   "answer-onboarding-section",
	"/o/{org}/organisation/edit":                      "update-organisation",
	"/o/{org}/people/new":                             "invite-person",
	"/o/{org}/people/{id}":                            "set-person-role",
	"/o/{org}/people/{id}/invite":                     "invite-person-again",
	"/o/{org}/people/{id}/remove":                     "remove-person",
	"/o/{org}/recoveries/{id}/approve":                "approve-own-recovery",
	"/o/{org}/recoveries/{id}/refuse":                 "refuse-own-recovery",
	"/o/{org}/stack":                                  "add-stack-item",
	"/o/{org}/stack/assets/bulk":                      "classify-assets",
	"/o/{org}/stack/assets/new":                       "add-asset",
	"/o/{org}/stack/assets/{id}/edit":                 "update-asset",
	"/o/{org}/stack/assets/{id}/merge":                "merge-assets",
	"/o/{org}/stack/assets/{id}/retire":               "retire-asset",
	"/o/{org}/stack/assets/{id}/return":               "return-asset",
	"/o/{org}/stack/bulk":                             "change-stack-items",
	"/o/{org}/stack/import":                           "upload-import",
	"/o/{org}/stack/import/{id}/apply":                "apply-import",
	"/o/{org}/stack/import/{id}/discard":              "discard-import",
	"/o/{org}/stack/import/{id}/read":                 "read-import-again",
	"/o/{org}/stack/items/{id}/confirm":               "confirm-stack-item",
	"/o/{org}/stack/items/{id}/edit":                  "update-stack-item",
	"/o/{org}/stack/items/{id}/forget":                "forget-stack-item-product",
	"/o/{org}/stack/items/{id}/remove":                "remove-stack-item",
	"/o/{org}/stack/new":                              "add-stack-item",
	"/o/{org}/stack/sources/new":                      "add-source",
	"/o/{org}/stack/sources/{id}/edit":                "update-source",
	"/o/{org}/stack/sources/{id}/remove":              "remove-source",
	"/o/{org}/stack/sources/{id}/run":                 "run-source",
	"/o/{org}/tokens/new":                             "make-token",
	"/o/{org}/tokens/{id}/revoke":                     "revoke-token",
	"/o/{org}/vulnerabilities/mark":                   asks,
	"/o/{org}/vulnerabilities/mark/save":              "mark-vulnerabilities",
	"/o/{org}/vulnerabilities/unmark":                 "unmark-vulnerabilities",
	"/o/{org}/vulnerabilities/vex":                    "upload-vex-document",
	"/o/{org}/vulnerabilities/vex/{id}":               "apply-vex-document",
	"/ops/advisory-templates/new":                     "add-advisory-template",
	"/ops/advisory-templates/{id}":                    "update-advisory-template",
	"/ops/advisory-templates/{id}/delete":             "delete-advisory-template",
	"/ops/audiences/new":                              "add-saved-audience",
	"/ops/audiences/{id}":                             "update-saved-audience",
	"/ops/audiences/{id}/delete":                      "delete-saved-audience",
	"/ops/advisories/new":                             "add-advisory",
	"/ops/advisories/receive":                         "receive-advisory",
	"/ops/advisories/{id}/discard":                    "delete-advisory",
	"/ops/advisories/{id}/edit":                       "update-advisory",
	"/ops/advisories/{id}/people":                     "write-advisory-anew",
	"/ops/advisories/{id}/files/new":                  "add-advisory-attachment",
	"/ops/advisories/{id}/files/{file}/remove":        "remove-advisory-attachment",
	"/ops/advisories/{id}/files/{file}/show":          "show-advisory-attachment",
	"/ops/advisories/{id}/propose":                    "propose-advisory",
	"/ops/advisories/{id}/revise":                     "revise-advisory",
	"/ops/advisories/{id}/send":                       "send-advisory",
	"/ops/advisories/{id}/withdraw":                   "withdraw-advisory",
	"/ops/agreements/new":                             "publish-agreement",
	"/ops/audit/verify":                               "verify-audit",
	"/ops/changes/{id}":                               "decide-change",
	"/ops/feeds/fetch":                                "fetch-feeds",
	"/ops/exchange/never":                             "add-never-blocked",
	"/ops/exchange/never/{id}/remove":                 "remove-never-blocked",
	"/ops/round/next":                                 "take-next-call",
	"/ops/round/numbers/{id}/corrected":               "correct-wrong-number",
	"/ops/round/{id}/record":                          "record-call",
	"/ops/round/{id}/release":                         "release-call-line",
	"/ops/round/{id}/take":                            "take-call-line",
	"/ops/hooks/new":                                  "add-csirt-webhook",
	"/ops/hooks/{id}/delete":                          "delete-csirt-webhook",
	"/ops/hooks/{id}/deliveries/{delivery}/again":     "resend-csirt-webhook-delivery",
	"/ops/hooks/{id}/edit":                            "update-csirt-webhook",
	"/ops/hooks/{id}/pause":                           "pause-csirt-webhook",
	"/ops/hooks/{id}/resume":                          "resume-csirt-webhook",
	"/ops/hooks/{id}/rotate":                          "rotate-csirt-webhook-secret",
	"/ops/hooks/{id}/test":                            "test-csirt-webhook",
	"/ops/jobs/{id}/retry":                            "retry-job",
	"/ops/members/{org}/family":                       "set-parent",
	"/ops/names":                                      "confirm-name",
	"/ops/names/affected":                             "confirm-affected-name",
	"/ops/names/affected/forget":                      "forget-affected-name",
	"/ops/names/bulk":                                 "confirm-names",
	"/ops/names/confirmed/forget":                     "forget-name",
	"/ops/networks/{id}":                              "decide-network",
	"/ops/recoveries/{id}/approve":                    "approve-recovery",
	"/ops/recoveries/{id}/refuse":                     "refuse-recovery",
	"/ops/registrations/{id}":                         "decide-registration",
	"/ops/registrations/{id}/edit":                    "update-registration",
	"/ops/registrations/{id}/second":                  "confirm-registration-decision",
	"/ops/sources/new":                                "add-alert-source",
	"/ops/sources/{id}/delete":                        "delete-alert-source",
	"/ops/sources/{id}/edit":                          "update-alert-source",
	"/ops/sources/{id}/items/{item}/accept":           "accept-alert-source-item",
	"/ops/sources/{id}/run":                           "run-alert-source",
	"/ops/watches":                                    "add-watch",
	"/ops/watches/delete":                             "remove-watch",
	"/ops/watches/pause":                              "pause-watch",
	"/ops/watches/resume":                             "resume-watch",
	"/ops/watches/{id}":                               "update-watch",
	"/recovery":                                       signsIn,
	"/recovery/cancel/{token}":                        fromMail,
	"/recovery/use/{token}":                           fromMail,
	"/register":                                       "register",
	"/register/confirm/{token}":                       "confirm-registration",
	"/register/resend":                                "resend-registration-mail",
	"/register/status/{token}":                        "answer-registration",
	"/reset/{token}":                                  fromMail,
	"/signin":                                         signsIn,
	"/signin/code":                                    signsIn,
	"/signin/code/passkey":                            signsIn,
	"/signin/code/passkey/begin":                      signsIn,
	"/signin/passkey":                                 signsIn,
	"/signin/passkey/begin":                           signsIn,
	"/signout":                                        signsIn,
	"/unsubscribe/{token}":                            fromMail, // programs: update-contact

	"/taxii2/api/collections/{collection}/objects/{$}": "only refuses: what leaves cannot be written to",
}

// TestWhatAPageDoesTheAPIDoes holds every page that changes something against the
// operations that do the same, for the same people and with the same second factor.
func TestWhatAPageDoesTheAPIDoes(t *testing.T) {
	house := newHouse(t)
	routes, operations := map[string]gate.Route{}, map[string]string{}
	for _, r := range house.app.Gate.Routes() {
		routes[r.Pattern] = r
	}
	for _, op := range house.app.API.Operations() {
		operations[op.ID] = op.Method + " " + op.Path
	}
	var pages []string
	for pattern, page := range routes {
		address, changes := strings.CutPrefix(pattern, "POST ")
		if !changes || isAPI(page) {
			continue
		}
		pages = append(pages, address)
		said := operationsOf[address]
		if said == "" {
			t.Errorf("%s: say in operationsOf which operations do the same, or why none does", pattern)
		}
		if strings.HasPrefix(said, "only ") {
			continue
		}
		for id := range strings.FieldsSeq(said) {
			op, known := routes[operations[id]]
			switch {
			case !known:
				t.Errorf("%s: no operation is called %s", pattern, id)
			case op.Rule.String() != page.Rule.String():
				t.Errorf("%s is for %q, %s for %q", pattern, page.Rule, id, op.Rule)
			case page.Fresh == gate.Fresh && op.Fresh != gate.Fresh:
				t.Errorf("%s wants a recent second factor, %s does not", pattern, id)
			}
		}
	}
	for address := range operationsOf {
		if !slices.Contains(pages, address) {
			t.Errorf("operationsOf speaks of %s, which no page is", address)
		}
	}
}
