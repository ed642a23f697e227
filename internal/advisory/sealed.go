// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"time"

	"martinella/internal/access"
)

// KeyState says whether mail to somebody can be encrypted, and why it cannot.
type KeyState string

// The states. The zero value: nobody looked, because the label does not ask for it.
const (
	KeyUsable  KeyState = "usable"
	KeyNone    KeyState = "none"
	KeyExpired KeyState = "expired"
	KeyBroken  KeyState = "unusable" // revoked, weak, or for another purpose
)

// Key is what mail to somebody is encrypted with.
type Key struct {
	State KeyState
	Kind  string // openpgp, smime
	Data  []byte // of a usable one
}

// Keys knows the keys of contacts. Constituency implements it.
type Keys interface {
	// Keys gives those of some organisations' contacts at a moment, by their
	// addresses in small letters; who has none is not in it.
	Keys(ctx context.Context, s access.Scope, organisations []int64, at time.Time) (map[string]Key, error)
}

// keysFor gives the keys of people where a label asks for encryption; nil elsewhere.
func (m *Module) keysFor(ctx context.Context, s access.Scope, a Advisory, people []recipient) (map[string]Key, error) {
	if Mailed(a.TLP) || m.deps.Keys == nil || len(people) == 0 {
		return nil, nil
	}
	return m.deps.Keys.Keys(ctx, s, idsOf(people), m.now())
}

// sealedFor writes the whole of an advisory to somebody who has a usable key.
func (x *letters) sealedFor(p recipient, orgs map[int64]Organisation, why map[int64]chosen, key Key) Mail {
	if x.inside == nil {
		x.inside = x.m.letters(x.a)
		x.inside.sealed = true
	}
	mail, outside := x.inside.to(p, orgs, why), x.to(p, orgs, why)
	mail.Key, mail.OuterSubject = key, outside.Subject
	return mail
}

// carries says whether these letters may hold the text.
func (x *letters) carries() bool { return x.sealed || Mailed(x.a.TLP) }

// withKeys notes of each contact whether mail to him can be encrypted, where the label asks for it.
func (m *Module) withKeys(ctx context.Context, s access.Scope, e Entry, r *Reach) error {
	if Mailed(e.TLP) || m.deps.Keys == nil {
		return nil
	}
	ids := make([]int64, len(r.Members))
	for i, x := range r.Members {
		ids[i] = x.ID()
	}
	keys, err := m.deps.Keys.Keys(ctx, s, ids, m.now())
	if err != nil {
		return err
	}
	open := map[string]bool{}
	for i := range r.Members {
		for j := range r.Members[i].Contacts {
			c := &r.Members[i].Contacts[j]
			if c.KeyState = keys[mailbox(c.Address)].State; c.KeyState == "" {
				c.KeyState = KeyNone
			}
			open[mailbox(c.Address)] = c.KeyState != KeyUsable
		}
	}
	for _, announced := range open {
		if announced {
			r.Announced++
		}
	}
	return nil
}
