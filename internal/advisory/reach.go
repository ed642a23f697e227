// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/advisory/audience"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/quiet"
)

// Reached is an organisation of an audience and whom of it a mail is written to.
type Reached struct {
	Organisation
	audience.Chosen
	Contacts []Contact // none: nobody can be written to; it has the portal alone
}

// Reach says whom an audience means, before anything is sent.
type Reach struct {
	Members   []Reached
	People    int // mails: one for each person, however many bodies he stands for
	Nobody    int // organisations without anybody to write to
	Announced int // people who are only told that it waits: the label asks for encryption, and they have no usable key
	Unsure    int // that may run it in a version nobody declared
	Ways      Ways
	Doubts    []Doubtful    // the first of those it may not reach
	Doubtful  map[Doubt]int // all of them
}

// Preview gives the reach of an audience. Faults: those of audience.Parse, and
// advisory.red_audience.
func (m *Module) Preview(ctx context.Context, s access.Scope, e Entry) (Reach, error) {
	if err := m.mayWrite(s); err != nil {
		return Reach{}, err
	}
	if err := e.checkAudience(); err != nil {
		return Reach{}, err
	}
	to, err := audience.Parse(e.Audience)
	if err != nil {
		return Reach{}, err
	}
	r, err := m.reach(ctx, s, to)
	if err != nil {
		return r, err
	}
	r.Ways = waysOf(settled(r.recipients(), e, m.now()))
	if err := m.withKeys(ctx, s, e, &r); err != nil {
		return r, err
	}
	return r, m.withDoubts(ctx, s, &r)
}

// Already is the reason of those who have the advisory that is revised.
const Already audience.Key = "already"

// reach chooses the organisations, in the order of their names, and their
// contacts; also are organisations that are reached whatever the audience is.
func (m *Module) reach(ctx context.Context, s access.Scope, to audience.Expr, also ...int64) (Reach, error) {
	to, err := m.spelled(ctx, s, to)
	if err != nil {
		return Reach{}, err
	}
	all, err := m.deps.Directory.Members(ctx, s)
	if err != nil {
		return Reach{}, fmt.Errorf("advisory: the members: %w", err)
	}
	bodies := make([]audience.Body, len(all))
	place := make(map[int64]int, len(all))
	for i, o := range all {
		bodies[i], place[o.ID] = o.Body, i
	}
	chosen, err := to.Select(bodies, func(question string) (map[int64]audience.Evidence, error) {
		return m.deps.Technology.Running(ctx, s, question)
	})
	if err != nil {
		return Reach{}, fmt.Errorf("advisory: who runs it: %w", err)
	}
	chosen = withAlready(chosen, also, place)
	ids := make([]int64, len(chosen))
	for i, c := range chosen {
		ids[i] = c.ID
	}
	contacts, err := m.deps.Directory.Contacts(ctx, s, ids)
	if err != nil {
		return Reach{}, fmt.Errorf("advisory: whom to write to: %w", err)
	}
	out := Reach{Members: make([]Reached, len(chosen))}
	for i, c := range chosen {
		out.Members[i] = Reached{Organisation: all[place[c.ID]], Chosen: c, Contacts: contacts[c.ID]}
	}
	out.count()
	return out, nil
}

// onlyNamed refuses a reach under TLP:RED that holds organisations nobody named,
// because they had the alert under another label.
func (r Reach) onlyNamed() error {
	for _, x := range r.Members {
		if len(x.Reasons) == 1 && x.Reasons[0].Term.Key == Already {
			return fault.New(fault.Conflict, "advisory.red_revision", fault.P{"name": x.Name})
		}
	}
	return nil
}

// withAlready adds those who are not chosen, in their place.
func withAlready(chosen []audience.Chosen, also []int64, place map[int64]int) []audience.Chosen {
	have := make(map[int64]bool, len(chosen))
	for _, c := range chosen {
		have[c.ID] = true
	}
	for _, id := range also {
		if _, active := place[id]; active && !have[id] {
			chosen = append(chosen, audience.Chosen{ID: id, Certain: true, Reasons: []audience.Reason{{Term: audience.Expr{Key: Already}}}})
		}
	}
	slices.SortFunc(chosen, func(a, b audience.Chosen) int { return place[a.ID] - place[b.ID] })
	return chosen
}

func (r *Reach) count() {
	people := make(map[string]bool, 2*len(r.Members))
	for _, x := range r.Members {
		if len(x.Contacts) == 0 {
			r.Nobody++
		}
		if !x.Certain {
			r.Unsure++
		}
		for _, c := range x.Contacts {
			people[mailbox(c.Address)] = true
		}
	}
	r.People = len(people)
}

// mailbox is an address as it identifies a person: one who is written in two
// ways is still one.
func mailbox(address string) string { return strings.ToLower(strings.TrimSpace(address)) }

// recipient is one person who is written to.
type recipient struct {
	Contact
	number        int64
	organisations []int64
	since         int    // the first revision that was written to him
	widened       bool   // because nobody of the first ones acknowledged
	step          string // of what is written besides the first mail
	wishes        []wish // how he wants his mails, by each of his contacts
	due           time.Time
	why           quiet.Why
}

// recipients gives each person once, with all he is written to for.
func (r Reach) recipients() []recipient {
	out := make([]recipient, 0, r.People)
	place := make(map[string]int, r.People)
	for _, x := range r.Members {
		for _, c := range x.Contacts {
			key := mailbox(c.Address)
			i, known := place[key]
			if !known {
				i = len(out)
				place[key] = i
				out = append(out, recipient{Contact: c, number: int64(i + 1)})
			}
			out[i].wishes = append(out[i].wishes, wish{c.Wish, x.Zone, x.Days})
			if n := len(out[i].organisations); n == 0 || out[i].organisations[n-1] != x.ID() {
				out[i].organisations = append(out[i].organisations, x.ID())
			}
		}
	}
	return out
}

// ID is the organisation's.
func (r Reached) ID() int64 { return r.Organisation.ID }
