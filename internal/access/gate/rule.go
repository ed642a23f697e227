// SPDX-License-Identifier: EUPL-1.2

package gate

import (
	"martinella/internal/access"
	"martinella/internal/platform/fault"
)

type door uint8

const (
	doorPublic door = iota
	doorSignedIn
	doorStaff
	doorMember
)

// Rule says who may enter a route.
type Rule struct {
	door       door
	permission access.Permission
}

// Public lets everybody in.
func Public() Rule { return Rule{door: doorPublic} }

// SignedIn lets in who has signed in, for what concerns himself alone.
func SignedIn() Rule { return Rule{door: doorSignedIn} }

// Staff lets in the CSIRT's people with a permission, for all organisations.
func Staff(p access.Permission) Rule { return Rule{door: doorStaff, permission: p} }

// Member lets in the members of the organisation {org} in the path, and the
// CSIRT's people, when they have the permission there.
func Member(p access.Permission) Rule { return Rule{door: doorMember, permission: p} }

// String describes the rule as the matrix prints it.
func (r Rule) String() string {
	switch r.door {
	case doorPublic:
		return "public"
	case doorSignedIn:
		return "signed-in"
	case doorStaff:
		return "staff " + r.permission.String()
	}
	return "member " + r.permission.String()
}

// IsMember says whether the rule speaks of an organisation in the path.
func (r Rule) IsMember() bool { return r.door == doorMember }

// IsPublic says whether the rule lets everybody in.
func (r Rule) IsPublic() bool { return r.door == doorPublic }

// beforeAccreditation are the permissions an organisation's own people use
// while it is being accredited; all others wait for that.
const beforeAccreditation = 1<<access.OrganisationRead | 1<<access.OrganisationEdit |
	1<<access.ContactRead | 1<<access.ContactEdit | 1<<access.PeopleEdit | 1<<access.NetworkRead | 1<<access.NetworkEdit

// Admits decides: it gives the scope the rule allows to the session (nil when
// nobody signed in) in the organisation (zero where the path names none), or
// the fault that says why not.
func (r Rule) Admits(s *Session, org Organisation) (access.Scope, error) {
	switch {
	case r.door == doorPublic && s == nil:
		return access.Visitor(), nil
	case s == nil:
		return access.Scope{}, fault.New(fault.Unauthenticated, "access.signin")
	case r.door == doorSignedIn && !s.Principal.MayKeepAccount():
		return access.Scope{}, fault.New(fault.Forbidden, "access.token_account")
	case r.door == doorPublic, r.door == doorSignedIn:
		return s.Principal.Own(), nil
	case r.door == doorStaff:
		return r.staff(s)
	}
	return r.member(s, org)
}

// staff answers 404 to members: that there are such pages is none of their business.
func (r Rule) staff(s *Session) (access.Scope, error) {
	if !s.Principal.IsStaff() {
		return access.Scope{}, fault.New(fault.NotFound, "access.page")
	}
	scope := s.Principal.Territory()
	return scope, scope.Require(r.permission)
}

func (r Rule) member(s *Session, org Organisation) (access.Scope, error) {
	scope, ok := s.Principal.In(org.ID)
	if !ok || org.ID == 0 {
		return access.Scope{}, fault.New(fault.NotFound, "access.organisation")
	}
	if s.Outside[org.ID] && !s.Principal.IsStaff() {
		return access.Scope{}, fault.New(fault.Forbidden, "access.address", fault.P{"organisation": org.Name, "address": s.Address})
	}
	if err := scope.Require(r.permission); err != nil {
		return access.Scope{}, err
	}
	if !org.Accredited && !s.Principal.IsStaff() && !access.Set(beforeAccreditation).Has(r.permission) {
		return access.Scope{}, fault.New(fault.Forbidden, "access.not_accredited", fault.P{"organisation": org.Name})
	}
	return scope, nil
}
