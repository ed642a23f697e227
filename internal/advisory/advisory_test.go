// SPDX-License-Identifier: EUPL-1.2

package advisory_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/tlp"
)

// An alert goes from the analyst's draft to the member's answer, and the CSIRT sees each step.
func TestAnAlertFromDraftToAnswer(t *testing.T) {
	each(t, func(w *world) {
		e := entry()
		e.Audience = `uses:"fortios < 7.2.8"`
		a := w.send(e)
		if a.State != advisory.Sent || a.Organisations != 2 || a.People != 2 {
			w.Fatalf("%+v", a)
		}
		if diff := cmp.Diff([]string{"paolo@castelvento.example", "shared@example.org"}, w.addressed()); diff != "" {
			w.Fatal(diff)
		}
		s, who := w.member(paoloID, castelvento)
		r, err := w.Read(w.Context(), s, who, a.ID)
		w.must(err)
		if r.Title("it") != "FortiOS da aggiornare" || !r.Acknowledged.At.IsZero() || r.Due() != w.clock.Now().Add(4*time.Hour) {
			w.Errorf("%+v", r)
		}
		w.clock.Advance(time.Hour)
		r, err = w.Acknowledge(w.Context(), s, who, a.ID)
		w.must(err)
		w.clock.Advance(time.Hour)
		again, err := w.Acknowledge(w.Context(), s, who, a.ID)
		w.must(err)
		if again.Acknowledged != r.Acknowledged {
			w.Errorf("acknowledged again: %v", again.Acknowledged)
		}
		_, err = w.Answer(w.Context(), s, who, a.ID, advisory.HelpWanted, " Chiamateci ")
		w.must(err)
		staff, _ := w.staff(teresaID)
		p, err := w.Progress(w.Context(), staff, a.ID)
		w.must(err)
		if diff := cmp.Diff(advisory.Progress{Opened: 1, Acknowledged: 1, Nobody: 1, By: map[advisory.Outcome]int{"": 1, advisory.HelpWanted: 1}}, p); diff != "" {
			w.Error(diff)
		}
		list, _, err := w.Deliveries(w.Context(), staff, a.ID, false, advisory.Filter{})
		w.must(err)
		var got []string
		for _, d := range list {
			got = append(got, fmt.Sprintf("%d certain %v people %d opened by %q acknowledged by %q %s %q", d.Organisation, d.Certain, d.People, d.Opened.Name, d.Acknowledged.Name, d.Outcome, d.Note))
		}
		want := []string{`1 certain true people 2 opened by "Paolo Nencini" acknowledged by "Paolo Nencini" help_wanted "Chiamateci"`,
			`3 certain false people 0 opened by "" acknowledged by ""  ""`}
		if diff := cmp.Diff(want, got); diff != "" {
			w.Error(diff)
		}
	})
}

// A mailer that fails, or a process that dies, in the middle leaves nobody out and writes to nobody twice.
func TestEverybodyIsWrittenToOnce(t *testing.T) {
	each(t, func(w *world) {
		const people = 700 // three steps
		for i := range people {
			w.contacts[castelvento] = append(w.contacts[castelvento], advisory.Contact{Address: fmt.Sprintf("p%03d@castelvento.example", i), Name: "P", Language: "it"})
		}
		a := w.create(entry())
		s, who := w.staff(teresaID)
		a, err := w.Send(w.Context(), s, who, a.ID, a.Version)
		w.must(err)
		for _, at := range []int{1, 251, 252, 100} {
			w.breaks = at
			if err := w.Tell(w.Context(), access.System("test"), a.ID); !errors.Is(err, errBroken) {
				w.Fatal(err)
			}
		}
		w.breaks = 0
		w.must(advisory.New(w.deps).Tell(w.Context(), access.System("test"), a.ID))
		w.must(w.Tell(w.Context(), access.System("test"), a.ID))
		seen := map[string]int{}
		for _, to := range w.addressed() {
			seen[to]++
		}
		if len(seen) != people+3 || len(w.addressed()) != people+3 {
			w.Errorf("%d mails to %d people", len(w.addressed()), len(seen))
		}
		a, err = w.Get(w.Context(), s, a.ID)
		w.must(err)
		if a.People != people+3 || a.Told != a.People {
			w.Errorf("%d of %d told", a.Told, a.People)
		}
		var published int
		w.must(w.db.QueryRow(w.Context(), "SELECT count(*) FROM event WHERE kind = $1", advisory.EventSent).Scan(&published))
		if published != 3 {
			w.Errorf("%d events", published)
		}
	})
}

func TestWhoMayDoWhat(t *testing.T) {
	each(t, func(w *world) {
		e := entry()
		e.Audience = "code:c_x101"
		a := w.send(e)
		other, rita := w.member(ritaID, roccasalina)
		_, err := w.Read(w.Context(), other, rita, a.ID)
		w.wantFault("another body reads it", err, "advisory.unknown")
		_, err = w.Acknowledge(w.Context(), other, rita, a.ID)
		w.wantFault("another body acknowledges it", err, "advisory.unknown")
		list, _, err := w.Inbox(w.Context(), other, rita, advisory.Filter{})
		if err != nil || len(list) != 0 {
			w.Error(list, err)
		}
		if _, err := w.Create(w.Context(), other, rita, e); fault.KindOf(err) != fault.Forbidden {
			w.Error("a member writes alerts", err)
		}
		if _, err := w.List(w.Context(), other, advisory.Filter{}); fault.KindOf(err) != fault.Forbidden {
			w.Error("a member lists drafts", err)
		}
		operator, who := w.staff(andreaID, access.Operator)
		e.Reference = ""
		b, err := w.Create(w.Context(), operator, who, e)
		w.must(err)
		if _, err = w.Send(w.Context(), operator, who, b.ID, b.Version); fault.KindOf(err) != fault.Forbidden {
			w.Error("an operator sends", err)
		}
		staff, analyst := w.staff(teresaID)
		own, _ := access.Principal{Person: teresaID, Staff: []access.Role{access.Analyst}}.In(castelvento)
		r, err := w.Read(w.Context(), own, analyst, a.ID)
		if err != nil || !r.Opened.At.IsZero() {
			w.Error("the CSIRT's reading is an opening", r.Opened, err)
		}
		_, err = w.Edit(w.Context(), staff, analyst, a.ID, a.Version, e)
		w.wantFault("a sent one is edited", err, "advisory.sent_already")
		w.wantFault("a sent one is discarded", w.Discard(w.Context(), staff, a.ID, a.Version), "advisory.sent_already")
		_, err = w.Send(w.Context(), staff, analyst, a.ID, a.Version)
		w.wantFault("a sent one is sent", err, "advisory.sent_already")
	})
}

// TLP:RED is for the people it was written to, named one organisation at a time.
func TestRedIsForNamedPeople(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		e := entry()
		e.TLP = tlp.Red
		for _, to := range []string{"everyone", "code:c_x101 or tier:full", "not code:c_x101", `uses:"fortios"`} {
			e.Audience = to
			_, err := w.Create(w.Context(), s, who, e)
			if of := fault.Of(err); len(of.Fields) != 1 || of.Fields[0].Code != "advisory.red_audience" {
				w.Errorf("%s: %v", to, err)
			}
		}
		e.Audience = "code:c_x101 or code:c_x102"
		w.contacts[roccasalina] = nil
		a := w.send(e)
		for _, m := range w.mails {
			for _, secret := range []string{"FortiOS", "subito", "CVE-2026-0001"} {
				if strings.Contains(m.Subject+m.Text+m.HTML, secret) {
					w.Errorf("mail says %s: %s", secret, m.Text)
				}
			}
		}
		own, named := w.member(paoloID, castelvento)
		_, err := w.Read(w.Context(), own, named, a.ID)
		w.must(err)
		other, unnamed := w.member(ritaID, roccasalina)
		_, err = w.Read(w.Context(), other, unnamed, a.ID)
		w.wantFault("somebody it was not written to", err, "advisory.unknown")
		list, _, err := w.Inbox(w.Context(), other, unnamed, advisory.Filter{})
		if err != nil || len(list) != 0 {
			w.Error(list, err)
		}
		if panel, err := w.HomePanel(w.Context(), other); panel != nil || err != nil {
			w.Error("the home page knows of it", err)
		}
	})
}

func TestFourEyes(t *testing.T) {
	each(t, func(w *world) {
		w.deps.FourEyes = true
		w.Module = advisory.New(w.deps)
		a := w.create(entry())
		one, teresa := w.staff(teresaID)
		two, andrea := w.staff(andreaID)
		_, err := w.Send(w.Context(), two, andrea, a.ID, a.Version)
		w.wantFault("a draft", err, "advisory.four_eyes")
		a, err = w.Propose(w.Context(), one, teresa, a.ID, a.Version)
		w.must(err)
		_, err = w.Send(w.Context(), one, teresa, a.ID, a.Version)
		w.wantFault("whoever proposed it", err, "advisory.four_eyes")
		a, err = w.Edit(w.Context(), two, andrea, a.ID, a.Version, entry())
		w.must(err)
		if a.State != advisory.Draft {
			w.Errorf("edited, it is %s", a.State)
		}
		a, err = w.Propose(w.Context(), one, teresa, a.ID, a.Version)
		w.must(err)
		a, err = w.Send(w.Context(), two, andrea, a.ID, a.Version)
		if err != nil || a.Sent.Name != andrea.Name || a.Created.Name != teresa.Name {
			w.Errorf("%+v %v", a, err)
		}
	})
}

func TestWhatIsWrongWithAnEntry(t *testing.T) {
	each(t, func(w *world) {
		w.create(entry())
		s, who := w.staff(teresaID)
		for _, c := range []struct {
			name, field, code string
			spoil             func(e *advisory.Entry)
		}{
			{"kind", "kind", "advisory.choice", func(e *advisory.Entry) { e.Kind = "x" }},
			{"severity", "severity", "advisory.choice", func(e *advisory.Entry) { e.Severity = "" }},
			{"label", "tlp", "advisory.choice", func(e *advisory.Entry) { e.TLP = "TLP:WHITE" }},
			{"PAP", "pap", "advisory.choice", func(e *advisory.Entry) { e.PAP = "PAP:WHITE" }},
			{"no text", "title_it", "advisory.title", func(e *advisory.Entry) { e.Texts = nil }},
			{"no title", "title_en", "advisory.title", func(e *advisory.Entry) { e.Texts["en"] = advisory.Text{Body: "x"} }},
			{"language", "title_xx", "advisory.choice", func(e *advisory.Entry) { e.Texts["xx"] = advisory.Text{Title: "x"} }},
			{"long title", "title_it", "advisory.long", func(e *advisory.Entry) { e.Texts["it"] = advisory.Text{Title: strings.Repeat("è", 201)} }},
			{"CVE", "cves", "advisory.cve", func(e *advisory.Entry) { e.CVEs = []string{"CVE-1"} }},
			{"link", "links", "advisory.link", func(e *advisory.Entry) { e.Links = []string{"javascript:alert(1)"} }},
			{"audience", "audience", "audience.bracket", func(e *advisory.Entry) { e.Audience = "(everyone" }},
			{"list", "audience", "advisory.no_list", func(e *advisory.Entry) { e.Audience = "list:x" }},
			{"hours", "ack", "advisory.ack", func(e *advisory.Entry) { e.AckWithin = 721 * time.Hour }},
			{"reference", "reference", "advisory.reference_taken", func(e *advisory.Entry) { e.Reference = " al01/261125/csirt-prova " }},
		} {
			e := entry()
			e.Reference = ""
			c.spoil(&e)
			_, err := w.Create(w.Context(), s, who, e)
			of := fault.Of(err)
			if len(of.Fields) != 1 || of.Fields[0].Name != c.field || of.Fields[0].Code != c.code {
				w.Errorf("%s: %v %+v", c.name, err, of.Fields)
			}
		}
	})
}

func TestWhatIsNotReadyIsNotSent(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		e := entry()
		e.Audience, e.Texts["en"] = "", advisory.Text{Title: "Update FortiOS"}
		a := w.create(e)
		_, err := w.Send(w.Context(), s, who, a.ID, a.Version)
		var fields []string
		for _, f := range fault.Of(err).Fields {
			fields = append(fields, f.Name+" "+f.Code)
		}
		if diff := cmp.Diff([]string{"body_en advisory.body", "audience audience.empty"}, fields); diff != "" {
			w.Error(diff)
		}
		e = entry()
		e.Reference, e.Audience = "", "province:XX"
		a = w.create(e)
		_, err = w.Send(w.Context(), s, who, a.ID, a.Version)
		w.wantFault("nobody", err, "advisory.nobody")
		_, err = w.Edit(w.Context(), s, who, a.ID, a.Version+1, e)
		w.wantFault("another version", err, "advisory.changed_meanwhile")
		w.must(w.Discard(w.Context(), s, a.ID, a.Version))
		_, err = w.Get(w.Context(), s, a.ID)
		w.wantFault("discarded", err, "advisory.unknown")
	})
}

func TestWithdrawing(t *testing.T) {
	each(t, func(w *world) {
		a := w.send(entry())
		s, who := w.staff(teresaID)
		_, err := w.Withdraw(w.Context(), s, who, a.ID, a.Version, "")
		if of := fault.Of(err); len(of.Fields) != 1 {
			w.Error(err)
		}
		a, err = w.Get(w.Context(), s, a.ID)
		w.must(err)
		_, err = w.Withdraw(w.Context(), s, who, a.ID, a.Version, "La versione era un'altra.")
		w.must(err)
		own, paolo := w.member(paoloID, castelvento)
		r, err := w.Read(w.Context(), own, paolo, a.ID)
		if err != nil || r.State != advisory.Withdrawn || r.Why == "" {
			w.Errorf("%+v %v", r.Advisory, err)
		}
		_, err = w.Acknowledge(w.Context(), own, paolo, a.ID)
		w.wantFault("acknowledged when withdrawn", err, "advisory.withdrawn_answer")
	})
}

// The list of a member has what was sent to it, page by page.
func TestInboxPages(t *testing.T) {
	each(t, func(w *world) {
		for range 5 {
			e := entry()
			e.Reference = ""
			w.send(e)
		}
		s, who := w.member(paoloID, castelvento)
		seen, after := 0, ""
		for range 3 {
			list, next, err := w.Inbox(w.Context(), s, who, advisory.Filter{Limit: 2, After: after, Waiting: true})
			w.must(err)
			seen, after = seen+len(list), next
		}
		if seen != 5 || after != "" {
			w.Errorf("%d, then %q", seen, after)
		}
	})
}
