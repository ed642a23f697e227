// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"slices"
	"strings"
	"time"

	"martinella/internal/platform/holiday"
)

// How often a member is asked whether its record and contacts still are right (feature A2).
const (
	confirmAfter = 90 // days after the last confirmation
	confirmAgain = 30 // days between mails nobody answers
	silentAfter  = 3  // mails without an answer bring a member before the operators

	confirmFrom, confirmUntil = 9, 17 // office hours in which mails go, in the body's time zone
)

// askLife is how long a link of such a mail opens something.
const askLife = 60 * 24 * time.Hour

// Confirmation is when a member last confirmed its record, and how often it was asked since.
type Confirmation struct {
	At      time.Time
	By      string // a name; empty when the approval counts as one
	How     string // approval, link, page
	Next    time.Time
	Asked   int
	AskedAt time.Time
	round   int64
}

// Due says whether the member should confirm now.
func (c Confirmation) Due(now time.Time) bool {
	return c.Asked > 0 || !c.At.IsZero() && !c.Next.After(now)
}

// Silent says whether the member answered to none of several mails.
func (c Confirmation) Silent() bool { return c.Asked >= silentAfter }

// Asked is one mail that asked for a confirmation.
type Asked struct {
	At          time.Time
	Turn        int
	Name, Email string
}

// office tells when a body works.
type office struct {
	zone     *time.Location
	calendar holiday.Calendar
}

// officeOf reads it from the record; a country without a calendar has weekends only.
func officeOf(r Record) office {
	c, err := holiday.New(r.Country, r.PatronDay)
	if err != nil {
		c = holiday.Calendar{}
	}
	return office{r.Zone(), c}
}

// open says whether the office works at a moment.
func (o office) open(at time.Time) bool {
	local := at.In(o.zone)
	return o.calendar.IsBusinessDay(local) && local.Hour() >= confirmFrom && local.Hour() < confirmUntil
}

// opening gives the first opening of a working day at or after a moment.
func (o office) opening(at time.Time) time.Time {
	local := at.In(o.zone)
	day := time.Date(local.Year(), local.Month(), local.Day(), confirmFrom, 0, 0, 0, o.zone)
	for day.Before(at) || !o.calendar.IsBusinessDay(day) {
		day = day.AddDate(0, 0, 1)
	}
	return day.UTC()
}

// after gives the opening of the first working day a number of days after a moment.
func (o office) after(at time.Time, days int) time.Time {
	local := at.In(o.zone).AddDate(0, 0, days)
	return o.opening(time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, o.zone))
}

// askPeople gives who is asked the n-th time (from 1): first the security contacts, then their
// substitutes with them, then everybody who is called in an emergency, and who registered the
// body. Whoever is away is asked together with who stands in for him. Each mailbox once.
func askPeople(ref *Reference, o Organisation, all []Contact, away map[int64]time.Time, turn int) []Recipient {
	first := having(all, func(c Contact) bool { return c.Has("security_contact") })
	if len(first) == 0 {
		turn++ // nobody to ask first
	}
	people := first
	if turn >= 2 {
		people = append(people, substitutesOf(first, all)...)
	}
	if turn >= 3 || len(people) == 0 {
		people = append(people, having(all, func(c Contact) bool { _, called := callRole(ref, c); return called })...)
		people = append(people, having(all, func(c Contact) bool { return c.Has("legal_representative") })...)
		people = append(people, Contact{Name: o.Applicant.Name, Email: o.Applicant.Email, Language: o.Applicant.Language})
	}
	return mailboxes(append(people, standIns(people, all, away)...))
}

// standIns gives, for each of some people who is away, his substitute, and that one's if he is
// away too, until somebody is there.
func standIns(people, all []Contact, away map[int64]time.Time) (out []Contact) {
	for _, c := range people {
		for range maxDepth {
			i := slices.IndexFunc(all, func(s Contact) bool { return s.ID == c.Substitute })
			if _, absent := away[c.ID]; !absent || i < 0 {
				break
			}
			c = all[i]
			out = append(out, c)
		}
	}
	return out
}

func having(all []Contact, is func(Contact) bool) []Contact {
	return slices.DeleteFunc(slices.Clone(all), func(c Contact) bool { return c.Email == "" || !is(c) })
}

func substitutesOf(people, all []Contact) []Contact {
	return having(all, func(s Contact) bool {
		return slices.ContainsFunc(people, func(c Contact) bool { return c.Substitute == s.ID })
	})
}

func mailboxes(people []Contact) []Recipient {
	var out []Recipient
	for _, c := range people {
		same := func(r Recipient) bool { return strings.EqualFold(r.Email, c.Email) }
		if c.Email != "" && !slices.ContainsFunc(out, same) {
			out = append(out, Recipient{c.Name, c.Email, c.Language})
		}
	}
	return out
}
