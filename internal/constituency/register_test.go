// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"martinella/internal/access"
	. "martinella/internal/constituency"
	"martinella/internal/platform/fault"
)

func TestRegistrationIsConfirmedOnceAndWaits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.apply(t, firenze())
		mail, token := w.post.last(t), w.post.token(t)
		if mail.To != "a.rossi@comune.fi.it" || mail.Kind != "registration.confirm" || !strings.Contains(mail.Text, "https://csirt.example.it/register/confirm/") {
			t.Errorf("the mail: %+v", mail)
		}
		if _, err := w.OrganisationByCode(ctx, access.System("gate"), "c_d612"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("an unconfirmed body can be found: %v", err)
		}
		if o, err := w.Pending(ctx, access.Visitor(), token); err != nil || o.Name != "Comune di Firenze" {
			t.Fatalf("looking at the link: %+v, %v", o, err)
		}
		done, err := w.ConfirmMailbox(ctx, access.Visitor(), token)
		if err != nil || done.Duplicate || done.Organisation.State != Submitted {
			t.Fatalf("confirming: %+v, %v", done, err)
		}
		o := done.Organisation
		if o.Code != "c_d612" || o.Municipality != "048017" || o.Province != "Firenze" || o.Website != "https://www.comune.fi.it" || o.ConditionsVersion != "2026-11" {
			t.Errorf("the record: %+v", o)
		}
		if _, err := w.ConfirmMailbox(ctx, access.Visitor(), token); !errors.Is(err, fault.New(fault.Conflict, "constituency.link_used")) {
			t.Errorf("the link worked twice: %v", err)
		}
		wait, err := w.Waiting(ctx, operator(1))
		if err != nil || wait.Registrations != 1 || !wait.Oldest.Equal(w.clock.Now()) {
			t.Errorf("waiting: %+v, %v", wait, err)
		}
		if n, err := w.audit.Verify(ctx); err != nil {
			t.Errorf("audit log: %v, %v", n, err)
		}
	})
}

func TestLinksGrowOld(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.apply(t, firenze())
		token := w.post.token(t)
		w.clock.Advance(48 * time.Hour)
		expired := fault.New(fault.Conflict, "constituency.link_expired")
		if _, err := w.ConfirmMailbox(ctx, access.Visitor(), token); !errors.Is(err, expired) {
			t.Fatalf("after two days: %v", err)
		}
		for _, wrong := range []string{"", "x", token + "A", strings.ToLower(token)} {
			if _, err := w.ConfirmMailbox(ctx, access.Visitor(), wrong); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		if _, _, err := w.Standing(ctx, access.Visitor(), token); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a confirmation link opened the status page: %v", err)
		}
		if err := w.Resend(ctx, access.Visitor(), "A.Rossi@comune.fi.it"); err != nil {
			t.Fatal(err)
		}
		if len(w.post.mails) != 1 {
			t.Error("another spelling of the mailbox is another mailbox (RFC 5321, 2.4)")
		}
		if err := w.Resend(ctx, access.Visitor(), "a.rossi@COMUNE.fi.it"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.ConfirmMailbox(ctx, access.Visitor(), w.post.token(t)); err != nil {
			t.Errorf("the link sent again: %v", err)
		}
	})
}

func TestAFormFillsNobodysMailbox(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range 10 {
			w.apply(t, firenze())
			if err := w.Resend(t.Context(), access.Visitor(), firenze().ApplicantEmail); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(w.post.mails); n != 4 {
			t.Errorf("%d mails in an hour to one mailbox, 4 at most", n)
		}
		w.clock.Advance(61 * time.Minute)
		w.apply(t, firenze())
		if n := len(w.post.mails); n != 5 {
			t.Errorf("%d mails after an hour", n)
		}
	})
}

func TestNobodyAsksForUnconfirmedDataToBeKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.apply(t, firenze())
		kept := w.submitted(t, body(1))
		w.clock.Advance(15 * 24 * time.Hour)
		for range 2 {
			if err := w.Tidy(t.Context(), access.System("tidy")); err != nil {
				t.Fatal(err)
			}
		}
		page, err := w.List(t.Context(), operator(1), Filter{Limit: 10})
		if err != nil || page.Total != 1 || page.Rows[0].ID != kept.ID {
			t.Errorf("left: %+v, %v", page, err)
		}
	})
}

func TestTheSameBodyIsCaughtTwice(t *testing.T) {
	same := map[string]func(*Registration){
		"code":        func(r *Registration) { *r = body(2); r.Code = "c_d612" },
		"fiscal code": func(r *Registration) { *r = body(2); r.FiscalCode = "IT 01307110484" },
		"PEC":         func(r *Registration) { *r = body(2); r.PEC = "protocollo@PEC.comune.fi.it" },
		"name": func(r *Registration) {
			r.Code, r.Name, r.FiscalCode, r.PEC = "firenze", "FIRENZE", "", "altra@pec.comune.fi.it"
		},
	}
	each(t, func(t *testing.T, w *world) {
		first := w.approved(t, firenze(), Basic)
		for what, change := range same {
			r := firenze()
			change(&r)
			w.clock.Advance(time.Hour)
			w.apply(t, r) // the form answers as to everybody
			mail := w.post.last(t)
			if mail.Kind != "registration.confirm" {
				t.Errorf("%s: the first mail tells: %+v", what, mail)
			}
			done, err := w.ConfirmMailbox(t.Context(), access.Visitor(), w.post.token(t))
			if err != nil || !done.Duplicate || done.Organisation.State != Rejected {
				t.Errorf("%s: %+v, %v", what, done, err)
			}
			if told := w.post.last(t).Text; strings.Contains(told, "Ada Rossi") && r.ApplicantName != "Ada Rossi" {
				t.Errorf("%s: the mail names somebody else: %q", what, told)
			}
		}
		found, err := w.OrganisationByCode(t.Context(), access.System("gate"), "C_D612")
		if err != nil || found.ID != first.ID || !found.Accredited {
			t.Errorf("the code stands for %+v, %v", found, err)
		}
		w.submitted(t, body(3)) // another body is not
	})
}

func TestARejectedBodyMayComeAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o := w.submitted(t, firenze())
		w.decide(t, o.ID, Reject, "", "PEC non corrispondente")
		again := w.submitted(t, firenze())
		err := w.Decide(t.Context(), operator(1), o.ID, Decision{Action: Reopen, Version: w.get(t, o.ID).Version, Reason: "errore nostro"})
		if !errors.Is(err, fault.New(fault.Conflict, "constituency.code_taken")) {
			t.Errorf("two living registrations of one code: %v", err)
		}
		if w.get(t, o.ID).State != Rejected || w.get(t, again.ID).State != Submitted {
			t.Error("the refused move changed something")
		}
		hints, err := w.Twins(t.Context(), operator(1), again)
		if err != nil || len(hints) != 1 || hints[0].ID != o.ID {
			t.Errorf("the operator is not told of the rejected one: %+v, %v", hints, err)
		}
	})
}

// TestTwoConfirmationsAtOnce confirms two registrations of one body together: one
// of them is the duplicate, whichever comes second.
func TestTwoConfirmationsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		other := firenze()
		other.Code, other.Name, other.FiscalCode = "altro", "Altro nome", "" // the same PEC only: no index sees it
		var tokens []string
		for _, r := range []Registration{firenze(), other} {
			w.apply(t, r)
			tokens = append(tokens, w.post.token(t))
		}
		results := make([]Confirmed, 2)
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i, token := range tokens {
			wg.Go(func() { results[i], errs[i] = w.ConfirmMailbox(t.Context(), access.Visitor(), token) })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil || results[0].Duplicate == results[1].Duplicate {
			t.Errorf("duplicates %v and %v, %v", results[0].Duplicate, results[1].Duplicate, err)
		}
	})
}

func TestWrongFieldsAreNamed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for field, spoil := range map[string]func(*Registration){
			"code": func(r *Registration) { r.Code = "c/d612" }, "name": func(r *Registration) { r.Name = " " },
			"type": func(r *Registration) { r.Type = "kingdom" }, "municipality": func(r *Registration) { r.Municipality = "Firenza" },
			"fiscal_code": func(r *Registration) { r.FiscalCode = "01307110485" }, "pec": func(r *Registration) { r.PEC = "" },
			"website": func(r *Registration) { r.Website = "javascript:alert(1)" }, "applicant_name": func(r *Registration) { r.ApplicantName = strings.Repeat("a", 201) },
			"applicant_email": func(r *Registration) { r.ApplicantEmail = "rossi" }, "applicant_phone": func(r *Registration) { r.ApplicantPhone = "interno" },
			"applicant_position": func(r *Registration) { r.ApplicantPosition = "" }, "accept": func(r *Registration) { r.Accepted = false },
		} {
			r := firenze()
			spoil(&r)
			err := w.Apply(t.Context(), access.Visitor(), r)
			f := fault.Of(err)
			if f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		old := firenze()
		old.ConditionsVersion = "2020-01"
		if f := fault.Of(w.Apply(t.Context(), access.Visitor(), old)); len(f.Fields) != 1 || f.Fields[0].Code != "constituency.conditions_changed" {
			t.Errorf("old conditions: %v", f)
		}
		if len(w.post.mails) != 0 {
			t.Error("a wrong form sent mail")
		}
	})
}
