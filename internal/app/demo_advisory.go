// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/app/demo"
	"martinella/internal/platform/tlp"
)

// advisories are the alerts of the last days and what the bodies answered.
func (st *stage) advisories() []scene {
	var out []scene
	for _, a := range st.territory.Advisories {
		id := int64(0)
		out = append(out, scene{st.hour(a.Day, a.Hour), "an alert of " + a.By, func(ctx context.Context) error { return st.alert(ctx, a, &id) }})
		for _, x := range a.Answers {
			out = append(out, scene{st.hour(x.Day, x.Hour), "an answer of " + x.Organisation, func(ctx context.Context) error { return st.answerAlert(ctx, x, id) }})
		}
	}
	return out
}

func (st *stage) alert(ctx context.Context, a demo.Advisory, id *int64) error {
	who, s := st.analyst(a.By)
	texts := map[string]advisory.Text{}
	for lang, t := range a.Texts {
		texts[lang] = advisory.Text{Title: t.Title, Body: t.Body}
	}
	made, err := st.rooms.advisory.Create(ctx, s, who, advisory.Entry{
		Kind: advisory.Kind(a.Kind), Reference: a.Reference, Severity: advisory.Severity(a.Severity), TLP: tlp.Label(a.TLP), Audience: a.Audience,
		AckWithin: time.Duration(a.AckHours) * time.Hour, Content: advisory.Content{Escalation: calledAfter(a.CallAfter), Texts: texts, CVEs: a.CVEs, Links: a.Links, Products: productsOf(a)},
	})
	if *id = made.ID; err != nil {
		return err
	}
	if made, err = st.attach(ctx, s, who, made, a.Files); err != nil || a.Sent != nil && !*a.Sent {
		return err
	}
	_, err = st.rooms.advisory.Send(ctx, s, who, made.ID, made.Version)
	return err
}

// attach adds files to a draft and gives it as it then is.
func (st *stage) attach(ctx context.Context, s access.Scope, who advisory.Author, a advisory.Advisory, files []demo.AdvisoryFile) (advisory.Advisory, error) {
	for _, x := range files {
		f, err := st.rooms.advisory.StoreAttachment(ctx, s, a.ID, x.Name, strings.NewReader(x.Text))
		if err != nil {
			return a, err
		}
		if _, err := st.rooms.advisory.AddAttachment(ctx, s, who, a.ID, f, x.Public); err != nil {
			return a, err
		}
	}
	return st.rooms.advisory.Get(ctx, s, a.ID)
}

// calledAfter is a plan that goes straight to the telephone; nil: the house's.
func calledAfter(minutes int) *advisory.Escalation {
	if minutes == 0 {
		return nil
	}
	return &advisory.Escalation{Phone: minutes}
}

func productsOf(a demo.Advisory) (out []advisory.Product) {
	for _, p := range a.Products {
		out = append(out, advisory.Product{Text: p.Text, Vendor: p.Vendor, Product: p.Product, Versions: p.Versions, CPE: p.CPE})
	}
	return out
}

func (st *stage) analyst(email string) (advisory.Author, access.Scope) {
	p := st.people[email]
	name := email
	for _, x := range st.territory.Staff {
		if x.Email == email {
			name = x.Name
		}
	}
	return advisory.Author{ID: p.Person, Name: name, Email: email, Staff: true}, p.Territory()
}

func (st *stage) answerAlert(ctx context.Context, x demo.AdvisoryAnswer, id int64) error {
	who := st.people[x.By]
	s, ok := who.In(st.bodies[x.Organisation])
	if !ok {
		return fmt.Errorf("%s does not answer for %s", x.By, x.Organisation)
	}
	name, err := st.rooms.identity.NameOf(ctx, access.System("demo"), who.Person)
	if err != nil {
		return err
	}
	_, err = st.rooms.advisory.Answer(ctx, s, advisory.Author{ID: who.Person, Name: name, Email: x.By}, id, advisory.Outcome(x.Outcome), x.Note)
	return err
}
