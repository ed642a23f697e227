// SPDX-License-Identifier: EUPL-1.2

package access

import (
	"strconv"
	"strings"
)

// Limit is how far a program may go that acts for a person with a token.
type Limit struct {
	Token        int64 // which token
	Permissions  Set   // of those that the person has
	Organisation int64 // the only one it may enter; 0: all of his, and the territory
	Account      bool  // it may look after the person's own account
	StepUp       bool  // it may do what asks people for a second factor anew
}

// Limited is the principal as far as the limit goes. It never gets more than it had.
func (p Principal) Limited(l Limit) Principal {
	l.Permissions = p.bound(l.Permissions)
	l.Account = l.Account && p.MayKeepAccount()
	l.StepUp = l.StepUp && p.MayStepUp()
	if p.LimitedTo() != 0 {
		l.Organisation = p.LimitedTo()
	}
	p.limit = &l
	return p
}

// Token is the token a program acts with; 0 when the person came himself.
func (p Principal) Token() int64 {
	if p.limit == nil {
		return 0
	}
	return p.limit.Token
}

// LimitedTo is the only organisation the principal may enter; 0: no such limit.
func (p Principal) LimitedTo() int64 {
	if p.limit == nil {
		return 0
	}
	return p.limit.Organisation
}

// MayKeepAccount says whether the principal may look after the person's own account.
func (p Principal) MayKeepAccount() bool { return p.limit == nil || p.limit.Account }

// MayStepUp says whether the principal may do what wants a second factor shown
// in the last minutes: a person shows it then; a program was given leave for
// good by somebody who did.
func (p Principal) MayStepUp() bool { return p.limit == nil || p.limit.StepUp }

// Grants gives all permissions the principal has anywhere.
func (p Principal) Grants() Set {
	all := union(p.Staff)
	for _, roles := range p.Memberships {
		all |= union(roles)
	}
	return p.bound(all)
}

// bound takes from a set what the limit does not allow.
func (p Principal) bound(s Set) Set {
	if p.limit == nil {
		return s
	}
	return s & p.limit.Permissions
}

// PersonOf gives the person an actor names ("person:12", "person:12/token:5"); 0 for none.
func PersonOf(actor string) int64 {
	text, ok := strings.CutPrefix(actor, "person:")
	text, _, _ = strings.Cut(text, "/")
	id, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil {
		return 0
	}
	return id
}
