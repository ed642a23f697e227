// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"martinella/internal/access"
	. "martinella/internal/constituency"
	"martinella/internal/platform/fault"
)

// ada proposes for her municipality.
func ada() Asker {
	return Asker{Name: "Ada Rossi", Email: "a.rossi@comune.fi.it", Language: "it"}
}

// moved is Florence's form with another certified mailbox and another representative.
func moved() Proposal {
	f := firenze()
	f.PEC, f.LegalRepresentative = "nuova@pec.comune.fi.it", "Sindaca Nuova"
	return Proposal{Registration: f, Reason: "Delibera 12/2026"}
}

func (w *world) propose(t testing.TB, o Organisation, p Proposal) Change {
	t.Helper()
	c, err := w.Propose(t.Context(), member(t, o.ID, access.OrgAdmin), ada(), w.get(t, o.ID).Version, p)
	if err != nil {
		t.Fatalf("proposing: %v", err)
	}
	return c
}

func (w *world) change(t testing.TB, id int64) (Change, Organisation) {
	t.Helper()
	c, o, err := w.Change(t.Context(), operator(1), id)
	if err != nil {
		t.Fatalf("request %d: %v", id, err)
	}
	return c, o
}

// rule on a request as it stands now, by an operator.
func (w *world) rule(t testing.TB, person, id int64, a ChangeAction, reason string) error {
	t.Helper()
	c, o := w.change(t, id)
	return w.DecideChange(t.Context(), operator(person), id, ChangeDecision{Action: a, Version: c.Version, Record: o.Version, Reason: reason, By: "Olga"})
}

func TestAMemberProposesAndAnOperatorApproves(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o := w.approved(t, firenze(), Basic)
		p := moved()
		p.Tier = Full
		c := w.propose(t, o, p)
		want := []FieldChange{
			{Field: "pec", Old: "protocollo@pec.comune.fi.it", New: "nuova@pec.comune.fi.it", Now: "protocollo@pec.comune.fi.it"},
			{Field: "legal_representative", New: "Sindaca Nuova"}, {Field: "tier", Old: "basic", New: "full", Now: "basic"},
		}
		if diff := cmp.Diff(want, c.Fields); diff != "" {
			t.Errorf("fields (-want +got):\n%s", diff)
		}
		if got := w.get(t, o.ID); got.PEC != o.PEC || got.Tier != Basic {
			t.Errorf("a proposal changed the record: %+v", got)
		}
		if waiting, err := w.Waiting(t.Context(), operator(1)); err != nil || waiting.Changes != 1 || !waiting.ChangesOldest.Equal(w.clock.Now()) {
			t.Errorf("waiting %+v, %v", waiting, err)
		}
		kinds := []string{}
		for _, m := range w.post.mails[len(w.post.mails)-2:] {
			kinds = append(kinds, m.Kind+" to "+m.To)
		}
		if diff := cmp.Diff([]string{"change.propose to a.rossi@comune.fi.it", "change.csirt to csirt@example.it"}, kinds); diff != "" {
			t.Errorf("mails (-want +got):\n%s", diff)
		}
		if err := w.rule(t, 1, c.ID, ChangeApprove, ""); err != nil {
			t.Fatal(err)
		}
		got := w.get(t, o.ID)
		if got.PEC != "nuova@pec.comune.fi.it" || got.LegalRepresentative != "Sindaca Nuova" || got.Tier != Full {
			t.Errorf("after approval: %+v", got)
		}
		done, _ := w.change(t, c.ID)
		if done.State != ChangeApproved || len(done.Told) != 2 || done.Told[0].Name != "Olga" || done.Told[1].Reason != "Delibera 12/2026" {
			t.Errorf("history %+v", done.Told)
		}
		if m := w.post.last(t); m.Kind != "change.approve" || m.To != "a.rossi@comune.fi.it" || !strings.Contains(m.Text, "/o/c_d612/changes/") {
			t.Errorf("mail %+v", m)
		}
		if err := w.rule(t, 1, c.ID, ChangeReject, "tardi"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("deciding twice: %v", err)
		}
	})
}

func TestTheDiffIsMadeAgainWhenTheRecordMoved(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o := w.approved(t, firenze(), Basic)
		c := w.propose(t, o, moved())
		seen, before := w.change(t, c.ID)
		fixed := firenze()
		fixed.PEC = "urgente@pec.comune.fi.it"
		if err := w.EditVerified(t.Context(), operator(2), o.ID, before.Version, "Oreste", fixed); err != nil {
			t.Fatal(err)
		}
		stale := ChangeDecision{Action: ChangeApprove, Version: seen.Version, Record: before.Version, By: "Olga"}
		if err := w.DecideChange(t.Context(), operator(1), c.ID, stale); fault.KindOf(err) != fault.Conflict {
			t.Fatalf("deciding on what nobody saw: %v", err)
		}
		if got := w.get(t, o.ID); got.PEC != "urgente@pec.comune.fi.it" {
			t.Errorf("overwritten: %s", got.PEC)
		}
		again, _ := w.change(t, c.ID)
		if pec := again.Fields[0]; !again.Moved() || pec.Now != "urgente@pec.comune.fi.it" || pec.Old != "protocollo@pec.comune.fi.it" {
			t.Errorf("comparison %+v", again.Fields)
		}
		if err := w.rule(t, 1, c.ID, ChangeApprove, ""); err != nil {
			t.Fatal(err)
		}
		if got := w.get(t, o.ID); got.PEC != "nuova@pec.comune.fi.it" {
			t.Errorf("approved knowingly: %s", got.PEC)
		}
	})
}

func TestAskedAnsweredAmendedWithdrawn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o := w.approved(t, firenze(), Basic)
		s := member(t, o.ID, access.OrgAdmin)
		c := w.propose(t, o, moved())
		if err := w.rule(t, 1, c.ID, ChangeAsk, ""); fault.KindOf(err) != fault.Invalid {
			t.Errorf("asking nothing: %v", err)
		}
		if err := w.rule(t, 1, c.ID, ChangeAsk, "Quale delibera?"); err != nil {
			t.Fatal(err)
		}
		if err := w.rule(t, 1, c.ID, ChangeApprove, ""); fault.KindOf(err) != fault.Conflict {
			t.Errorf("approving before the answer: %v", err)
		}
		if err := w.AnswerChange(t.Context(), s, c.ID, "Ada", "La 12"); err != nil {
			t.Fatal(err)
		}
		again := moved()
		again.PEC = "altra@pec.comune.fi.it"
		if amended := w.propose(t, o, again); amended.ID != c.ID || amended.State != ChangeOpen || amended.Fields[0].New != "altra@pec.comune.fi.it" {
			t.Errorf("amended %+v", amended)
		}
		if err := w.WithdrawChange(t.Context(), s, c.ID, "Ada"); err != nil {
			t.Fatal(err)
		}
		if err := w.AnswerChange(t.Context(), s, c.ID, "Ada", "ancora"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("answering after all: %v", err)
		}
		if next := w.propose(t, o, moved()); next.ID == c.ID {
			t.Error("a withdrawn request came alive again")
		}
	})
}

func TestProposalsThatMakeNoSense(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o, other := w.approved(t, firenze(), Basic), w.approved(t, body(1), Basic)
		s := member(t, o.ID, access.OrgAdmin)
		wrong := func(change func(*Proposal)) Proposal { p := moved(); change(&p); return p }
		for name, c := range map[string]struct {
			p    Proposal
			kind fault.Kind
		}{
			"nothing new":  {wrong(func(p *Proposal) { p.Registration = firenze() }), fault.Invalid},
			"no reason":    {wrong(func(p *Proposal) { p.Reason = " " }), fault.Invalid},
			"wrong code":   {wrong(func(p *Proposal) { p.Code = "..." }), fault.Invalid},
			"no such tier": {wrong(func(p *Proposal) { p.Tier = "platinum" }), fault.Invalid},
			"long reason":  {wrong(func(p *Proposal) { p.Reason = strings.Repeat("x", 5000) }), fault.Invalid},
		} {
			if _, err := w.Propose(t.Context(), s, ada(), o.Version, c.p); fault.KindOf(err) != c.kind {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := w.Propose(t.Context(), s, ada(), o.Version-1, moved()); fault.KindOf(err) != fault.Conflict {
			t.Errorf("an old version: %v", err)
		}
		if _, err := w.Propose(t.Context(), member(t, o.ID, access.OrgLeader), ada(), o.Version, moved()); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("who only reads: %v", err)
		}
		taken := wrong(func(p *Proposal) { p.Code = other.Code })
		c := w.propose(t, o, taken)
		if err := w.rule(t, 1, c.ID, ChangeApprove, ""); fault.KindOf(err) != fault.Conflict {
			t.Errorf("somebody else's code: %v", err)
		}
		if got, _ := w.change(t, c.ID); got.State != ChangeOpen {
			t.Errorf("half decided: %s", got.State)
		}
		foreign := member(t, other.ID, access.OrgAdmin)
		if _, _, err := w.Change(t.Context(), foreign, c.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another tenant's request: %v", err)
		}
		if err := w.WithdrawChange(t.Context(), foreign, c.ID, "x"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("withdrawing another tenant's: %v", err)
		}
		if _, err := w.Changes(t.Context(), foreign, ChangeFilter{Organisation: o.ID, Limit: 5}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("listing another tenant's: %v", err)
		}
	})
}

// fourEyes makes the world one where two decide.
func (w *world) fourEyes(t testing.TB) {
	t.Helper()
	w.deps.Instance.FourEyes = true
	var err error
	if w.Module, err = New(w.deps); err != nil {
		t.Fatal(err)
	}
}

func TestFourEyes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o := w.approved(t, firenze(), Basic)
		w.fourEyes(t)
		c := w.propose(t, o, moved())
		if err := w.rule(t, 1, c.ID, ChangeApprove, ""); err != nil {
			t.Fatal(err)
		}
		if got, _ := w.change(t, c.ID); got.State != ChangeSecond || w.get(t, o.ID).PEC == "nuova@pec.comune.fi.it" {
			t.Errorf("one pair of eyes: %s", got.State)
		}
		if err := w.rule(t, 1, c.ID, ChangeApprove, ""); fault.KindOf(err) != fault.Conflict {
			t.Errorf("the same pair twice: %v", err)
		}
		if waiting, err := w.Waiting(t.Context(), operator(1)); err != nil || waiting.Seconds != 1 || waiting.Changes != 0 {
			t.Errorf("waiting %+v, %v", waiting, err)
		}
		if err := w.rule(t, 2, c.ID, ChangeApprove, ""); err != nil || w.get(t, o.ID).PEC != "nuova@pec.comune.fi.it" {
			t.Errorf("two pairs: %v", err)
		}
		fixed := firenze()
		fixed.Name = "Comune di Fiorenza"
		if err := w.EditVerified(t.Context(), operator(1), o.ID, w.get(t, o.ID).Version, "Olga", fixed); err != nil {
			t.Fatal(err)
		}
		if got := w.get(t, o.ID); got.Name != "Comune di Firenze" {
			t.Errorf("a correction by one: %s", got.Name)
		}
	})
}

func TestAccreditationByTwo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o := w.submitted(t, firenze())
		w.fourEyes(t)
		w.decide(t, o.ID, Approve, Basic, "")
		if got := w.get(t, o.ID); got.State != Submitted {
			t.Fatalf("approved by one: %s", got.State)
		}
		again := Decision{Action: Approve, Version: w.get(t, o.ID).Version, Tier: Full}
		if err := w.Decide(t.Context(), operator(2), o.ID, again); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a second first decision: %v", err)
		}
		second := Second{Agree: true, Version: w.get(t, o.ID).Version, By: "Olga"}
		if err := w.DecideSecond(t.Context(), operator(1), o.ID, second); fault.KindOf(err) != fault.Conflict {
			t.Errorf("the same person: %v", err)
		}
		if err := w.DecideSecond(t.Context(), operator(2), o.ID, second); err != nil {
			t.Fatal(err)
		}
		if got := w.get(t, o.ID); got.State != Approved || got.Tier != Basic {
			t.Errorf("approved by two: %s %s", got.State, got.Tier)
		}
		if all, err := w.AllPending(t.Context(), operator(1)); err != nil || len(all) != 0 {
			t.Errorf("still pending: %v, %v", all, err)
		}
		w.decide(t, o.ID, Suspend, None, "prova")
		if err := w.DecideSecond(t.Context(), operator(1), o.ID, Second{Version: w.get(t, o.ID).Version}); err != nil {
			t.Errorf("dropping one's own: %v", err)
		}
		if got := w.get(t, o.ID); got.State != Approved {
			t.Errorf("dropped, and yet %s", got.State)
		}
	})
}

// TestNoProposalEverReachesTheRecordUnapproved tries random lives.
func TestNoProposalEverReachesTheRecordUnapproved(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		state, approvals := ChangeOpen, 0
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			a := rapid.SampledFrom([]ChangeAction{ChangeAmend, ChangeAnswer, ChangeWithdraw, ChangeAsk, ChangeApprove, ChangeEndorse, ChangeReject}).Draw(r, "action")
			next, err := state.Next(a)
			if err != nil {
				if next != state {
					r.Fatalf("%s refused, and yet %s became %s", a, state, next)
				}
				continue
			}
			if !state.Open() {
				r.Fatalf("%s moved a settled request from %s", a, state)
			}
			if a == ChangeApprove {
				approvals++
			}
			state = next
		}
		if (state == ChangeApproved) != (approvals == 1) {
			r.Fatalf("%s after %d approvals", state, approvals)
		}
	})
}

func TestChangesByForm(t *testing.T) {
	s := newSite(t, nil)
	o := s.approved(t, firenze(), Basic)
	s.join("ada", o.ID, access.OrgAdmin)
	_, page := s.get(t, "ada", "/o/c_d612/organisation")
	mustContain(t, "the record", page, "/o/c_d612/changes/new")
	_, page = s.get(t, "ada", "/o/c_d612/changes/new")
	mustContain(t, "the form", page, `name="legal_representative"`, `name="website"`, `name="tier"`, `value="c_d612"`)
	form := firenzeForm()
	form.Set("version", strconv.FormatInt(o.Version, 10))
	if status, page := s.post(t, "ada", "/o/c_d612/changes/new", form); status != 422 || !strings.Contains(page, "c_d612") {
		t.Errorf("no reason: %d", status)
	}
	form.Set("pec", "nuova@pec.comune.fi.it")
	form.Set("reason", "<b>Delibera</b>")
	status, to := s.post(t, "ada", "/o/c_d612/changes/new", form)
	if status != 303 || !strings.HasPrefix(to, "/o/c_d612/changes/") {
		t.Fatalf("sent: %d %s", status, to)
	}
	id := strings.TrimPrefix(to, "/o/c_d612/changes/")
	_, page = s.get(t, "ada", to)
	mustContain(t, "the request", page, "nuova@pec.comune.fi.it", "protocollo@pec.comune.fi.it", "&lt;b&gt;Delibera", "/withdraw")
	_, page = s.get(t, "operator", "/ops/changes")
	mustContain(t, "the queue", page, "Comune di Firenze", "/ops/changes/"+id)
	_, page = s.get(t, "operator", "/ops/changes/"+id)
	record := regexp.MustCompile(`name="record" value="(\d+)"`).FindStringSubmatch(page)
	if record == nil {
		t.Fatal("no version of the record in the decision's form")
	}
	decision := url.Values{"version": {"1"}, "record": {"999"}, "action": {"approve"}}
	if status, page := s.post(t, "operator", "/ops/changes/"+id, decision); status != 409 || !strings.Contains(page, "il confronto qui sotto") {
		t.Errorf("on an old record: %d", status)
	}
	if status, _ := s.post(t, "auditor", "/ops/changes/"+id, decision); status != 403 {
		t.Errorf("the auditor decides: %d", status)
	}
	decision.Set("record", record[1])
	if status, _ := s.post(t, "operator", "/ops/changes/"+id, decision); status != 303 {
		t.Errorf("approved: %d", status)
	}
	for _, path := range []string{"/o/c_d612/changes", to, "/ops/decisions"} {
		if status, _ := s.get(t, map[bool]string{true: "ada", false: "operator"}[strings.HasPrefix(path, "/o/")], path); status != 200 {
			t.Errorf("%s: %d", path, status)
		}
	}
}
