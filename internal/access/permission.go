// SPDX-License-Identifier: EUPL-1.2

package access

import "slices"

// Permission is one thing somebody may do.
type Permission uint8

// The permissions. Those that a member's role gives hold in his organisation
// only; those that a role of the CSIRT gives hold in every organisation.
const (
	OrganisationRead  Permission = iota // see the organisation's record and where it stands
	OrganisationEdit                    // complete and correct the record
	ContactRead                         // see the security contacts
	ContactEdit                         // add, change and remove contacts
	StackRead                           // see the technology declared
	StackEdit                           // declare, import and correct technology
	VulnerabilityRead                   // see the vulnerabilities that touch the organisation
	VulnerabilityMark                   // say fixed, mitigated, accepted, not affected
	DigestSettings                      // choose hour, days and language of the digest
	PeopleEdit                          // invite people into the organisation and change their roles
	TokenEdit                           // make and revoke tokens with which programs act for the organisation
	OutboxRead                          // see the mails that were sent to the organisation
	RegistrationRead                    // see registrations and their history
	AccreditationEdit                   // approve, ask for more, reject, suspend, set the tier
	TerritoryRead                       // see all organisations, and who is exposed to what
	NameConfirm                         // confirm for all what product a name means
	FeedRead                            // see the health of the feeds
	FeedRun                             // start an import
	JobRead                             // see background work
	JobRetry                            // try a dead job again
	AuditRead                           // read and verify the audit log
	AgreementPublish                    // publish a new version of the conditions members accept
	StaffEdit                           // invite the CSIRT's own people and change their roles
	WatchEdit                           // save, pause and delete questions that go on being asked
	ChannelRead                         // read the secure channel with the organisation
	ChannelWrite                        // write in it
	NetworkRead                         // see the domains and networks declared
	NetworkEdit                         // declare, prove and withdraw them
	HookRead                            // see which programs are told of events, and the log of it
	HookEdit                            // say which are told
	AdvisoryRead                        // read the alerts sent to the organisation; for the CSIRT, all of them
	AdvisoryAnswer                      // acknowledge them, and say what was done
	AdvisoryEdit                        // write alerts
	AdvisorySend                        // send and withdraw them
	SourceEdit                          // say where alerts come from by themselves
	CallTake                            // take lines of the call round and record the calls
	ProfileEdit                         // write what the CSIRT says of itself to everybody
	TagEdit                             // give organisations the CSIRT's own words, by which alerts can be addressed
	permissionCount
)

var permissionNames = [...]string{
	OrganisationRead: "organisation.read", OrganisationEdit: "organisation.edit",
	ContactRead: "contact.read", ContactEdit: "contact.edit",
	StackRead: "stack.read", StackEdit: "stack.edit",
	VulnerabilityRead: "vulnerability.read", VulnerabilityMark: "vulnerability.mark",
	DigestSettings: "digest.settings", PeopleEdit: "people.edit", TokenEdit: "token.edit", OutboxRead: "outbox.read",
	RegistrationRead: "registration.read", AccreditationEdit: "accreditation.edit",
	TerritoryRead: "territory.read", NameConfirm: "name.confirm",
	FeedRead: "feed.read", FeedRun: "feed.run", JobRead: "job.read", JobRetry: "job.retry",
	AuditRead: "audit.read", AgreementPublish: "agreement.publish", StaffEdit: "staff.edit", WatchEdit: "watch.edit",
	ChannelRead: "channel.read", ChannelWrite: "channel.write",
	NetworkRead: "network.read", NetworkEdit: "network.edit",
	HookRead: "hook.read", HookEdit: "hook.edit",
	AdvisoryRead: "advisory.read", AdvisoryAnswer: "advisory.answer", AdvisoryEdit: "advisory.edit", AdvisorySend: "advisory.send",
	SourceEdit: "source.edit", CallTake: "call.take", ProfileEdit: "profile.edit", TagEdit: "tag.edit",
}

// String is the permission's name, as the matrix prints it.
func (p Permission) String() string { return permissionNames[p] }

// PermissionNamed gives the permission of a name; false for a word that is none.
func PermissionNamed(name string) (Permission, bool) {
	i := slices.Index(permissionNames[:], name)
	return Permission(max(0, i)), i >= 0
}

// Permissions lists them all, in the matrix's order.
func Permissions() []Permission {
	out := make([]Permission, permissionCount)
	for i := range out {
		out[i] = Permission(i)
	}
	return out
}

// Set is a set of permissions.
type Set uint64

// Of makes a set.
func Of(ps ...Permission) (s Set) {
	for _, p := range ps {
		s |= 1 << p
	}
	return s
}

// Has says whether p is in the set.
func (s Set) Has(p Permission) bool { return s&(1<<p) != 0 }

const everything Set = 1<<permissionCount - 1

// Role is what somebody is, in the CSIRT or in one organisation.
type Role string

// The CSIRT's roles.
const (
	Administrator Role = "administrator"
	Manager       Role = "csirt_manager"
	Analyst       Role = "analyst"
	Operator      Role = "operator"
	Auditor       Role = "auditor"
)

// An organisation's roles.
const (
	OrgAdmin      Role = "org_admin"
	OrgSecurity   Role = "org_security"
	OrgTechnician Role = "org_technician"
	OrgLeader     Role = "org_leader"
)

const (
	memberReads = 1<<OrganisationRead | 1<<ContactRead | 1<<StackRead | 1<<VulnerabilityRead | 1<<NetworkRead | 1<<AdvisoryRead
	staffReads  = memberReads | 1<<RegistrationRead | 1<<TerritoryRead | 1<<FeedRead
)

// grants is the permission matrix: `martinella doctor --permissions` prints it
// and a test tries it, route by role by organisation.
var grants = map[Role]Set{
	Administrator: everything,
	Manager:       everything &^ Of(StaffEdit, AgreementPublish, ProfileEdit),
	Analyst:       staffReads | Of(StackEdit, VulnerabilityMark, NameConfirm, FeedRun, OutboxRead, JobRead, WatchEdit, ChannelRead, ChannelWrite, HookRead, AdvisoryEdit, AdvisorySend, CallTake, TagEdit),
	Operator:      staffReads | Of(OrganisationEdit, ContactEdit, StackEdit, AccreditationEdit, PeopleEdit, NameConfirm, OutboxRead, JobRead, DigestSettings, WatchEdit, ChannelRead, ChannelWrite, NetworkEdit, HookRead, AdvisoryEdit, CallTake, TagEdit),
	Auditor:       staffReads | Of(OutboxRead, JobRead, AuditRead, HookRead),

	OrgAdmin:      memberReads | Of(OrganisationEdit, ContactEdit, StackEdit, VulnerabilityMark, DigestSettings, PeopleEdit, TokenEdit, OutboxRead, ChannelRead, ChannelWrite, NetworkEdit, HookRead, HookEdit, AdvisoryAnswer),
	OrgSecurity:   memberReads | Of(ContactEdit, StackEdit, VulnerabilityMark, DigestSettings, OutboxRead, ChannelRead, ChannelWrite, NetworkEdit, HookRead, AdvisoryAnswer),
	OrgTechnician: memberReads | Of(StackEdit, VulnerabilityMark, NetworkEdit, AdvisoryAnswer),
	OrgLeader:     memberReads,
}

// StaffRoles lists the CSIRT's roles.
func StaffRoles() []Role { return []Role{Administrator, Manager, Analyst, Operator, Auditor} }

// MemberRoles lists an organisation's roles.
func MemberRoles() []Role { return []Role{OrgAdmin, OrgSecurity, OrgTechnician, OrgLeader} }

// Staff says whether the role is one of the CSIRT's.
func (r Role) Staff() bool { return slices.Contains(StaffRoles(), r) }

// Member says whether the role is one of an organisation's.
func (r Role) Member() bool { return slices.Contains(MemberRoles(), r) }

// Grants gives what a role may do; nothing for a word that is no role.
func Grants(r Role) Set { return grants[r] }

func union(roles []Role) (s Set) {
	for _, r := range roles {
		s |= grants[r]
	}
	return s
}
