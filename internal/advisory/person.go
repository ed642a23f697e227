// SPDX-License-Identifier: EUPL-1.2

package advisory

import "time"

// Fate is what became of the mail to one person. Its zero value: none has left yet.
type Fate string

// The fates; the first four are the mailer's words.
const (
	FateOpen      Fate = ""
	FateSent      Fate = "sent"      // the mail server took it
	FateKept      Fate = "kept"      // kept in the portal: mail goes nowhere in this installation
	FateFailed    Fate = "failed"    // refused, or tried for too long
	FateBounced   Fate = "bounced"   // taken, and it came back later
	FatePortal    Fate = "portal"    // no mail: he reads it in the portal
	FateSpared    Fate = "spared"    // it was acknowledged before it was written to him
	FateDropped   Fate = "dropped"   // he is no contact any more, since before it left
	FateWithdrawn Fate = "withdrawn" // it was withdrawn before it left
	FateUnknown   Fate = "unknown"   // sent before this was kept
)

// Troubled says whether it did not arrive.
func (f Fate) Troubled() bool { return f == FateFailed || f == FateBounced }

// Person is what became of an advisory at one person it was written to.
type Person struct {
	Number   int64 // of the advisory's people
	Name     string
	Address  string
	Language string
	Since    int  // the first revision that was written to him
	Revision int  // the last one
	Widened  bool // because nobody of the first ones acknowledged

	Fate       Fate
	FateAt     time.Time
	Sent       time.Time // handed over to the mail server
	Answer     string    // what the mail server said against it
	Protection string    // signed, encrypted
	Opened     time.Time // in the portal, by him
	Reminders  int
	Reminded   time.Time
	Due        time.Time // until then the mail waits
	Wait       Wait      // why
	Former     string    // the address from which it came back, before it was corrected
	Corrected  string    // the address that stands in the record now, where the mail came back from another

	Bodies []PersonBody // he was written to for

	contact       int64
	organisations []int64
}

// PersonBody is an organisation a person was written to for, and what it did.
type PersonBody struct {
	Organisation
	Delivery
}

// mail says in a word where the mail is: a fate, "queued", or "waiting".
func (p Person) mail() Fate {
	switch {
	case p.Fate != FateOpen:
		return p.Fate
	case !p.Due.IsZero():
		return "waiting"
	}
	return "queued"
}

// guarded says how a mail that left was protected: encrypted; announced, where the
// label lets no more be said in clear; signed; or "" for neither.
func (p Person) guarded(a Advisory) string {
	switch {
	case p.Sent.IsZero() || p.Protection == "encrypted":
		return p.Protection
	case !Mailed(a.TLP):
		return "announced"
	}
	return p.Protection
}

func (p Person) acknowledged() (n int) {
	for _, b := range p.Bodies {
		if !b.Acknowledged.At.IsZero() {
			n++
		}
	}
	return n
}

// outcomes are what his organisations said they did, each outcome once.
func (p Person) outcomes() (out []Delivery) {
	seen := map[Outcome]bool{"": true}
	for _, b := range p.Bodies {
		if !seen[b.Outcome] {
			seen[b.Outcome] = true
			out = append(out, b.Delivery)
		}
	}
	return out
}

// mailAt is when the mail got where it is: handed over, or back.
func (p Person) mailAt() time.Time {
	if p.Fate == FateSent || p.Fate == FateKept {
		return p.Sent
	}
	return p.FateAt
}

// Wait says why a mail waits. Its zero value: it does not.
type Wait string

// Why a mail waits.
const (
	WaitQuiet     Wait = "quiet"     // until his quiet hours end
	WaitCollected Wait = "collected" // for the one mail a day he wants
)

// PeopleShow says which people a list is of.
type PeopleShow string

// What a list of people may show; the zero value: all.
const (
	ShowUnsent         PeopleShow = "unsent"         // no mail has left yet
	ShowBounced        PeopleShow = "bounced"        // it did not arrive
	ShowUnacknowledged PeopleShow = "unacknowledged" // of organisations that have not acknowledged
)

// PeopleShows lists them.
func PeopleShows() []PeopleShow { return []PeopleShow{ShowUnsent, ShowBounced, ShowUnacknowledged} }

// PeopleFilter says which part of the people of an advisory is wanted.
type PeopleFilter struct {
	Show  PeopleShow
	After string
	Limit int
}

// MailSums says what is open or went wrong with the mails of an advisory.
type MailSums struct {
	Unsent      int // people to whom no mail has left yet
	Waiting     int // of them: until their quiet hours end, or for the one mail a day
	Bounced     int // people it did not arrive at
	Unreachable int // organisations of which it arrived at nobody
}
