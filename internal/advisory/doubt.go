// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"fmt"
	"time"

	"martinella/internal/access"
)

// Doubt is why an advisory may not reach, or not wholly, somebody of its audience.
type Doubt string

// The doubts, the gravest first.
const (
	DoubtNobody   Doubt = "nobody"   // nobody of the organisation has an address
	DoubtReturned Doubt = "returned" // the last mail to him came back
	DoubtRole     Doubt = "role"     // nobody of the organisation has a role for emergencies: whoever there is is written to
	DoubtNoKey    Doubt = "key_none" // the label asks for encryption
	DoubtExpired  Doubt = "key_expired"
	DoubtUnusable Doubt = "key_unusable"
)

// Doubts lists them.
func Doubts() []Doubt {
	return []Doubt{DoubtNobody, DoubtReturned, DoubtRole, DoubtNoKey, DoubtExpired, DoubtUnusable}
}

// Doubtful is whom a doubt is about.
type Doubtful struct {
	Doubt
	Organisation Organisation
	Contact      Contact   // none: the organisation
	At           time.Time // the mail came back
	Why          string    // what the mail server said then
}

// maxDoubts bounds those that are named; all are counted.
const maxDoubts = 200

// Returned is the last mail to an address, that came back.
type Returned struct {
	At  time.Time
	Why string
}

// withDoubts looks whom of its audience an advisory may not reach.
func (m *Module) withDoubts(ctx context.Context, s access.Scope, r *Reach) error {
	var addresses []string
	for _, x := range r.Members {
		for _, c := range x.Contacts {
			addresses = append(addresses, mailbox(c.Address))
		}
	}
	returned, err := m.deps.Mail.Returned(ctx, s, addresses)
	if err != nil {
		return fmt.Errorf("advisory: whose mail came back: %w", err)
	}
	r.Doubtful = map[Doubt]int{}
	var found [][]Doubtful
	for _, doubt := range Doubts() {
		found = append(found, nil)
		seen := map[string]bool{}
		for _, x := range r.Members {
			for _, d := range x.doubts(doubt, returned) {
				if key := mailbox(d.Contact.Address); key == "" || !seen[key] {
					seen[key] = true
					r.Doubtful[doubt]++
					found[len(found)-1] = append(found[len(found)-1], d)
				}
			}
		}
	}
	for _, list := range found {
		r.Doubts = append(r.Doubts, list[:min(len(list), maxDoubts-len(r.Doubts))]...)
	}
	return nil
}

// doubts gives those of one kind about a member of an audience.
func (x Reached) doubts(d Doubt, returned map[string]Returned) (out []Doubtful) {
	if d == DoubtNobody || d == DoubtRole {
		if d == DoubtNobody && len(x.Contacts) == 0 || d == DoubtRole && len(x.Contacts) > 0 && x.Contacts[0].Roleless {
			out = append(out, Doubtful{Doubt: d, Organisation: x.Organisation})
		}
		return out
	}
	for _, c := range x.Contacts {
		back, came := returned[mailbox(c.Address)]
		if d == DoubtReturned && came || d == Doubt("key_"+string(c.KeyState)) {
			out = append(out, Doubtful{d, x.Organisation, c, back.At, back.Why})
		}
	}
	return out
}
