// SPDX-License-Identifier: EUPL-1.2

package access

import (
	"strconv"

	"martinella/internal/platform/fault"
)

// Principal is a person who has signed in.
type Principal struct {
	Person      int64
	Staff       []Role           // the person's roles in the CSIRT
	Memberships map[int64][]Role // the person's roles by organisation

	limit *Limit // nil: he came in person
}

// IsStaff says whether the person belongs to the CSIRT.
func (p Principal) IsStaff() bool { return len(p.Staff) > 0 }

// Scope is the condition under which a store method works: who asks, for which
// organisation, with which permissions. Its zero value may do nothing.
type Scope struct {
	actor     string
	person    int64
	org       int64
	territory bool
	perms     Set
}

// System is the scope of a part of the program, named for the audit log. It
// holds for the whole territory.
func System(name string) Scope {
	return Scope{actor: "system:" + name, territory: true, perms: everything}
}

// Visitor is the scope of somebody who has not signed in: no permission, no organisation.
func Visitor() Scope { return Scope{actor: "visitor"} }

// actor names the person and, when a program acts for him, the token it has.
func (p Principal) actor() string {
	name := "person:" + strconv.FormatInt(p.Person, 10)
	if p.Token() != 0 {
		name += "/token:" + strconv.FormatInt(p.Token(), 10)
	}
	return name
}

// Own is the person's scope outside of any organisation: his account.
func (p Principal) Own() Scope {
	return Scope{actor: p.actor(), person: p.Person}
}

// Territory is the scope of the CSIRT's people over all organisations. Only
// what their roles grant is in it; somebody without a role there gets nothing.
func (p Principal) Territory() Scope {
	return Scope{actor: p.actor(), person: p.Person, territory: p.IsStaff() && p.LimitedTo() == 0, perms: p.bound(union(p.Staff))}
}

// In is the person's scope in one organisation: as its member, or as one of the
// CSIRT's people. False when he is neither.
func (p Principal) In(org int64) (Scope, bool) {
	roles, member := p.Memberships[org]
	if !member && !p.IsStaff() || p.LimitedTo() != 0 && p.LimitedTo() != org {
		return Scope{}, false
	}
	return Scope{actor: p.actor(), person: p.Person, org: org, perms: p.bound(union(p.Staff) | union(roles))}, true
}

// Actor names who asks, for the audit log: "person:12", "person:12/token:5" when
// a program acts for him, "system:digest", "visitor".
func (s Scope) Actor() string { return s.actor }

// Person is the signed-in person's id; 0 for the system and for visitors.
func (s Scope) Person() int64 { return s.person }

// Permissions gives all that the scope allows.
func (s Scope) Permissions() Set { return s.perms }

// Can says whether the scope has the permission.
func (s Scope) Can(p Permission) bool { return s.perms.Has(p) }

// Require returns a Forbidden fault when the scope lacks the permission.
func (s Scope) Require(p Permission) error {
	if s.Can(p) {
		return nil
	}
	return fault.New(fault.Forbidden, "access.permission", fault.P{"permission": p.String()})
}

// Organisation is the one organisation the scope is narrowed to; a NotFound
// fault when there is none, because then there is nothing to be found.
func (s Scope) Organisation() (int64, error) {
	if s.org == 0 {
		return 0, fault.New(fault.NotFound, "access.organisation")
	}
	return s.org, nil
}

// Territory returns nil only when the scope holds for all organisations.
func (s Scope) Territory() error {
	if s.territory {
		return nil
	}
	return fault.New(fault.Forbidden, "access.territory")
}

// For narrows a scope of the territory to one organisation. A scope that is
// already narrowed can only be asked for its own.
func (s Scope) For(org int64) (Scope, error) {
	if !s.territory && s.org != org {
		return Scope{}, fault.New(fault.NotFound, "access.organisation")
	}
	s.org, s.territory = org, false
	return s, nil
}
