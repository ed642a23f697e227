// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"martinella/internal/access"
	. "martinella/internal/constituency"
	"martinella/internal/platform/events"
	"martinella/internal/platform/fault"
)

func TestApprovalInvitesTellsAndAnnounces(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var heard []Changed
		w.bus.Subscribe(EventChanged, "test", func(_ context.Context, n events.Notice) error {
			var c Changed
			heard = append(heard, c)
			return n.Decode(&heard[len(heard)-1])
		})
		o := w.approved(t, firenze(), Basic)
		if o.State != Approved || o.Tier != Basic || o.ApprovedAt.IsZero() {
			t.Errorf("after approval: %+v", o)
		}
		if len(w.post.invited) != 1 || w.post.invited[0].Role != access.OrgAdmin || w.post.invited[0].Email != "a.rossi@comune.fi.it" {
			t.Errorf("invited: %+v", w.post.invited)
		}
		if mail := w.post.last(t); mail.Kind != "registration.approve" || mail.Language != "it" {
			t.Errorf("told: %+v", mail)
		}
		all, err := w.Contacts(t.Context(), operator(1))
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("a scope of the territory has no contacts of its own: %v, %v", all, err)
		}
		s, err := operator(1).For(o.ID)
		if err != nil {
			t.Fatal(err)
		}
		if all, err = w.Contacts(t.Context(), s); err != nil || len(all) != 1 || !all[0].Has("security_contact") {
			t.Errorf("first contact: %+v, %v", all, err)
		}
		w.decide(t, o.ID, Suspend, "", "contatti scaduti")
		w.decide(t, o.ID, Resume, "", "aggiornati")
		w.decide(t, o.ID, SetTier, Full, "")
		if len(w.post.invited) != 1 {
			t.Error("invited twice")
		}
		if _, err := w.queue.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(heard) != 4 || heard[3].Tier != Full || heard[1].State != Suspended {
			t.Errorf("heard: %+v", heard)
		}
	})
}

func TestTwoOperatorsDoNotBothDecide(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o := w.submitted(t, firenze())
		decisions := []Decision{
			{Action: Approve, Version: o.Version, Tier: Basic},
			{Action: Reject, Version: o.Version, Reason: "non è un ente"},
		}
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i, d := range decisions {
			wg.Go(func() { errs[i] = w.Decide(t.Context(), operator(int64(i+1)), o.ID, d) })
		}
		wg.Wait()
		first, second := errs[0], errs[1]
		if (first == nil) == (second == nil) {
			t.Fatalf("both or none decided: %v, %v", first, second)
		}
		if err := errors.Join(first, second); fault.KindOf(err) != fault.Conflict {
			t.Errorf("the second is told: %v", err)
		}
		if told, err := w.History(t.Context(), operator(1), o.ID); err != nil || len(told) != 3 {
			t.Errorf("history: %+v, %v", told, err)
		}
	})
}

func TestAskAndAnswerByTheLink(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		o := w.submitted(t, firenze())
		w.decide(t, o.ID, Ask, "", "Qual è la delibera?\nGrazie")
		mail := w.post.last(t)
		if !strings.Contains(mail.Text, "| Qual è la delibera?\n| Grazie") {
			t.Errorf("the question: %q", mail.Text)
		}
		token := w.post.token(t)
		if err := w.AnswerByLink(ctx, access.Visitor(), token, "  "); fault.KindOf(err) != fault.Invalid {
			t.Errorf("an empty answer: %v", err)
		}
		if err := w.AnswerByLink(ctx, access.Visitor(), token, "n. 12 del 2026"); err != nil {
			t.Fatal(err)
		}
		if err := w.AnswerByLink(ctx, access.Visitor(), token, "ancora"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("an answer nobody asked for: %v", err)
		}
		stands, told, err := w.Standing(ctx, access.Visitor(), token)
		if err != nil || stands.State != UnderReview || told[0].Reason != "n. 12 del 2026" || told[0].ActorName != "Ada Rossi" {
			t.Errorf("stands: %+v %+v %v", stands, told, err)
		}
		w.clock.Advance(181 * 24 * time.Hour)
		if _, _, err := w.Standing(ctx, access.Visitor(), token); !errors.Is(err, fault.New(fault.Conflict, "constituency.link_expired")) {
			t.Errorf("half a year later: %v", err)
		}
	})
}

func TestDecisionsNeedReasonTierAndRight(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o := w.submitted(t, firenze())
		for _, c := range []struct {
			who  access.Scope
			d    Decision
			kind fault.Kind
		}{
			{operator(1), Decision{Action: Reject, Version: o.Version, Reason: " \n"}, fault.Invalid},
			{operator(1), Decision{Action: Approve, Version: o.Version}, fault.Invalid},
			{operator(1), Decision{Action: Approve, Version: o.Version, Tier: "gold"}, fault.Invalid},
			{operator(1), Decision{Action: Confirm, Version: o.Version}, fault.Invalid},
			{operator(1), Decision{Action: Reject, Version: o.Version, Reason: strings.Repeat("x", 4001)}, fault.Invalid},
			{access.Principal{Person: 2, Staff: []access.Role{access.Auditor}}.Territory(), Decision{Action: Approve, Version: o.Version, Tier: Basic}, fault.Forbidden},
			{member(t, o.ID, access.OrgAdmin), Decision{Action: Approve, Version: o.Version, Tier: Full}, fault.Forbidden},
			{access.Visitor(), Decision{Action: Approve, Version: o.Version, Tier: Full}, fault.Forbidden},
		} {
			if err := w.Decide(t.Context(), c.who, o.ID, c.d); fault.KindOf(err) != c.kind {
				t.Errorf("%s by %s: %v", c.d.Action, c.who.Actor(), err)
			}
		}
		if err := w.Decide(t.Context(), operator(1), 999, Decision{Action: Take}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("nobody's organisation: %v", err)
		}
		if got := w.get(t, o.ID); got != o {
			t.Errorf("something changed: %+v", got)
		}
	})
}

func TestEntitlementFollowsStateAndTier(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o := w.submitted(t, firenze())
		has := func(service string) bool {
			t.Helper()
			ok, err := w.Entitled(t.Context(), member(t, o.ID, access.OrgLeader), service)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		if has(ServiceAlerts) {
			t.Error("not approved, but served")
		}
		w.decide(t, o.ID, Approve, Basic, "")
		if !has(ServiceAlerts) || !has(ServicePersonalisedCVE) || has(ServiceLessonsLearned) || has(ServiceIncidentSupport) || has(ServiceAuthorityCommunication) {
			t.Error("Basic is not what the source's table says")
		}
		err := w.RequireService(t.Context(), member(t, o.ID, access.OrgAdmin), ServiceIncidentSupport)
		if !errors.Is(err, fault.New(fault.Forbidden, "constituency.service_not_included")) {
			t.Errorf("a Full service to a Basic member: %v", err)
		}
		w.decide(t, o.ID, SetTier, Full, "")
		if !has(ServiceIncidentSupport) || !has(ServiceLessonsLearned) || !has(ServiceAuthorityCommunication) {
			t.Error("Full does not have everything")
		}
		w.decide(t, o.ID, Suspend, "", "sospeso")
		if has(ServiceAlerts) {
			t.Error("suspended, but served")
		}
		if _, err := w.Entitled(t.Context(), member(t, o.ID, access.OrgAdmin), "coffee"); err == nil {
			t.Error("an unknown service is a no, not an error")
		}
	})
}
