// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"martinella/internal/access"
	"martinella/internal/app/demo"
	"martinella/internal/constituency"
	"martinella/internal/identity"
	"martinella/internal/platform/mailer"
)

// body is how one body came in, and what it did then.
func (st *stage) body(o demo.Organisation) []scene {
	at := func(days float64) time.Time { return demo.Before(st.now, days) }
	status := new(string) // the link to its registration, once it has one
	out := []scene{
		{at(o.Registered), "the registration of " + o.Code, func(ctx context.Context) error { return st.register(ctx, o) }},
		{at(o.Registered).Add(9 * time.Minute), "the confirmation of " + o.Code, func(ctx context.Context) (err error) {
			*status, err = st.confirm(ctx, o)
			return err
		}},
	}
	settled := time.Time{}
	for _, d := range o.Story {
		out = append(out, scene{at(d.Days), d.Action + " " + o.Code, func(ctx context.Context) error { return st.decide(ctx, o, d, *status) }})
		if d.Action == string(constituency.Approve) {
			settled = at(d.Days).Add(40 * time.Minute)
		}
	}
	if settled.IsZero() {
		return out
	}
	out = append(out, scene{settled, "the contacts of " + o.Code, func(ctx context.Context) error { return st.chart(ctx, o) }},
		scene{settled.Add(10 * time.Minute), "keys and networks of " + o.Code, func(ctx context.Context) error { return st.reach(ctx, o) }})
	if o.Stack > 0 {
		out = append(out, scene{at(o.Stack), "the stack of " + o.Code, func(ctx context.Context) error { return st.stack(ctx, o) }})
	}
	return out
}

// register fills the public form in.
func (st *stage) register(ctx context.Context, o demo.Organisation) error {
	return st.rooms.constituency.Apply(ctx, access.Visitor(), constituency.Registration{
		Country: "IT", Code: o.Code, Name: o.Name, Type: o.Type, Municipality: o.Municipality, Province: o.Province,
		PEC: o.PEC, Email: o.Email, Website: o.Website, LegalRepresentative: o.Representative, TimeZone: "Europe/Rome",
		ApplicantName: o.Applicant.Name, ApplicantPosition: o.Applicant.Position, ApplicantEmail: o.Applicant.Email,
		ApplicantPhone: o.Applicant.Phone, Language: "it",
		ConditionsVersion: st.rooms.constituency.Reference().CurrentConditions().Version, Accepted: true,
	})
}

var confirmationLink = regexp.MustCompile(`/register/confirm/([A-Z0-9]+)`)

// confirm follows the link in the mail the applicant got, and gives the one to
// where the registration stands.
func (st *stage) confirm(ctx context.Context, o demo.Organisation) (status string, err error) {
	s := access.System("demo")
	mails, err := st.rooms.mails.List(ctx, s, mailer.Filter{Query: o.Applicant.Email, Limit: 1})
	if err != nil || len(mails) == 0 {
		return "", fmt.Errorf("no mail for %s: %w", o.Applicant.Email, err)
	}
	mail, err := st.rooms.mails.Get(ctx, s, mails[0].ID)
	if err != nil {
		return "", err
	}
	link := confirmationLink.FindStringSubmatch(mail.Text)
	if link == nil {
		return "", fmt.Errorf("the mail for %s has no link", o.Applicant.Email)
	}
	done, err := st.rooms.constituency.ConfirmMailbox(ctx, access.Visitor(), link[1])
	st.bodies[o.Code] = done.Organisation.ID
	return done.StatusToken, err
}

// decide takes one step of an accreditation.
func (st *stage) decide(ctx context.Context, o demo.Organisation, d demo.Decision, status string) error {
	if d.Action == string(constituency.Answer) {
		return st.rooms.constituency.AnswerByLink(ctx, access.Visitor(), status, d.Reason)
	}
	id, s := st.bodies[o.Code], st.people[d.By].Territory()
	now, err := st.rooms.constituency.Organisation(ctx, s, id)
	if err != nil {
		return err
	}
	if d.Action == string(constituency.Approve) {
		if err := st.join(ctx, o, id); err != nil {
			return err
		}
	}
	return st.rooms.constituency.Decide(ctx, s, id, constituency.Decision{
		Action: constituency.Action(d.Action), Version: now.Version, Tier: constituency.Tier(d.Tier), Reason: d.Reason, By: st.named(d.By),
	})
}

// join gives a body's people their sign-ins. It comes before the approval,
// which would otherwise invite the applicant to choose a password.
func (st *stage) join(ctx context.Context, o demo.Organisation, id int64) error {
	people := make([]identity.DemoPerson, 0, len(o.People))
	for _, p := range o.People {
		people = append(people, identity.DemoPerson{Email: p.Email, Name: p.Name, Language: language(p.Language), Password: demoPassword,
			Memberships: map[int64]access.Role{id: access.Role(p.Role)}})
	}
	return st.enter(ctx, people)
}

// chart fills a body's record and security chart in.
func (st *stage) chart(ctx context.Context, o demo.Organisation) error {
	s, err := st.member(o.People[0].Email, o.Code)
	if err != nil {
		return err
	}
	now, err := st.rooms.constituency.Own(ctx, s)
	if err != nil {
		return err
	}
	err = st.rooms.constituency.EditOwn(ctx, s, now.Version, constituency.OwnForm{Email: now.Email, Language: now.Language, TimeZone: now.TimeZone, PatronDay: o.Patron})
	if err != nil {
		return err
	}
	for _, c := range o.Contacts {
		if err := st.contact(ctx, s, c); err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	return nil
}

// contact saves one contact; who registered the body is one already.
func (st *stage) contact(ctx context.Context, s access.Scope, c demo.Contact) error {
	have, err := st.rooms.constituency.Contacts(ctx, s)
	if err != nil {
		return err
	}
	byName := func(name string) constituency.Contact {
		i := slices.IndexFunc(have, func(h constituency.Contact) bool { return h.Name == name })
		if i < 0 {
			return constituency.Contact{}
		}
		return have[i]
	}
	old := byName(c.Name)
	_, err = st.rooms.constituency.SaveContact(ctx, s, old.ID, old.Version, constituency.ContactForm{
		Roles: c.Roles, Name: c.Name, Position: c.Position, Email: c.Email, Phone: c.Phone, PhoneAlways: c.Always,
		Language: language(c.Language), Hours: c.Hours, Substitute: byName(c.Substitute).ID, Digest: c.Digest,
		QuietFrom: c.QuietFrom, QuietTo: c.QuietTo, QuietDaysOff: c.QuietDaysOff, AlertMails: c.AlertMails,
	})
	return err
}
