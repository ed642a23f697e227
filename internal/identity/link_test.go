// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/identity"
)

func TestAnInvitationWorksOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.invite(7, anna, "Anna Bianchi", access.OrgAdmin)
		m := h.last("invitation")
		if m.Organisation != 7 || !strings.Contains(m.Subject, "Comune di Firenze") || !strings.Contains(m.Text, "Amministratore dell'ente") {
			t.Errorf("organisation %d, subject %q, text %s", m.Organisation, m.Subject, m.Text)
		}
		token := h.tokenIn("invitation")
		for range 2 { // a mail scanner looks before the person does
			if p, err := h.Invited(h.ctx, token); p.Email != anna || err != nil {
				t.Errorf("for %q, %v", p.Email, err)
			}
		}
		_, err := h.AcceptInvitation(h.ctx, token, "Anna.Bianchi1", from(""))
		h.expect("a poor password", err, "identity.password_context")
		in, err := h.AcceptInvitation(h.ctx, token, good, from(""))
		h.must(err)
		if s := h.session(in.Token); s.Pending != identity.EnrolWanted || s.Person.Email != anna {
			t.Errorf("session %+v", s)
		}
		_, err = h.AcceptInvitation(h.ctx, token, other, from(""))
		h.expect("a second time", err, "identity.link_gone")
		h.signIn(anna)
	})
}

func TestOldAndReplacedLinksAreGone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.gate("https://csirt.example.it")
		id := h.invite(7, anna, "Anna Bianchi", access.OrgAdmin)
		first := h.tokenIn("invitation")
		in7, err := access.System("test").For(7)
		h.must(err)
		h.must(h.InviteMemberAgain(h.ctx, in7, id))
		second := h.tokenIn("invitation")
		_, err = h.Invited(h.ctx, first)
		h.expect("the first of two", err, "identity.link_gone")
		_, err = h.ResetFor(h.ctx, second)
		h.expect("an invitation as a reset", err, "identity.link_gone")
		h.clock.Advance(7 * 24 * time.Hour)
		_, err = h.AcceptInvitation(h.ctx, second, good, from(""))
		h.expect("after seven days", err, "identity.link_gone")
		h.must(h.ForgotPassword(h.ctx, anna, from("")))
		h.drain()
		_, err = h.AcceptInvitation(h.ctx, h.tokenIn("invitation_again"), good, from(""))
		h.expect("asked for again", err, "")
		h.enrol(h.signIn(anna).Token)
		h.must(h.ForgotPassword(h.ctx, anna, from("")))
		h.drain()
		reset := h.tokenIn("reset")
		h.clock.Advance(time.Hour)
		h.expect("a reset after an hour", h.ResetPassword(h.ctx, reset, other), "identity.link_gone")
		for _, nonsense := range []string{"", "x", strings.Repeat("A", 26), "../../etc/passwd"} {
			_, err := h.ResetFor(h.ctx, nonsense)
			h.expect(nonsense, err, "identity.link_gone")
		}
		h.expect("for somebody active", h.InviteMemberAgain(h.ctx, in7, id), "identity.not_invited")
	})
}

func TestAResetEndsSessionsAndSignsNobodyIn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.gate("https://csirt.example.it")
		_, secret := h.staff(admin, access.Administrator)
		token := h.signIn(admin).Token
		for range 3 { // three requests that wait are one job, and one mail
			h.must(h.ForgotPassword(h.ctx, strings.ToUpper(admin), from("")))
		}
		*h.sent = nil
		h.drain()
		if len(*h.sent) != 1 {
			t.Errorf("mails %v", kinds(*h.sent))
		}
		link := h.tokenIn("reset")
		h.expect("a common password", h.ResetPassword(h.ctx, link, "password1234"), "identity.password_common")
		h.must(h.ResetPassword(h.ctx, link, other))
		h.last("password_changed")
		h.noSession(token, "after a reset")
		h.expect("a second time", h.ResetPassword(h.ctx, link, good), "identity.link_gone")
		_, err := h.SignIn(h.ctx, admin, good, from(""))
		h.expect("the old password", err, "identity.signin_wrong")
		in, err := h.SignIn(h.ctx, admin, other, from(""))
		if h.must(err); in.Pending != identity.CodeWanted {
			t.Errorf("a reset mail stands in for the second factor: %v", in.Pending)
		}
		h.clock.Advance(time.Minute)
		_, err = h.ConfirmCode(h.ctx, in.Token, h.code(secret, 0), from(""))
		h.must(err)
	})
}

func TestSuspendedPeopleGetNoLinks(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.gate("https://csirt.example.it")
		id := h.member(7, anna, access.OrgAdmin)
		h.enrol(h.signIn(anna).Token)
		h.must(h.ForgotPassword(h.ctx, anna, from("")))
		h.drain()
		link := h.tokenIn("reset")
		h.must(h.Suspend(h.ctx, access.System("test"), id))
		h.expect("a link from before", h.ResetPassword(h.ctx, link, other), "identity.link_gone")
		_, err := h.SignIn(h.ctx, anna, good, from(""))
		h.expect("the right password", err, "identity.signin_wrong")
		*h.sent = nil
		h.must(h.ForgotPassword(h.ctx, anna, from("")))
		h.drain()
		if len(*h.sent) > 0 {
			t.Errorf("mails: %v", kinds(*h.sent))
		}
		h.must(h.Resume(h.ctx, access.System("test"), id))
		h.signIn(anna)
	})
}

func TestThePasswordIsChangedByWhoKnowsIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.member(7, anna, access.OrgAdmin)
		keep, end := h.signIn(anna).Token, h.signIn(anna).Token
		s := h.session(keep)
		me := s.Principal.Own()
		_, err := h.ChangePassword(h.ctx, me, s.ID, "wrong", other)
		h.expect("without the current one", err, "identity.current_wrong")
		_, err = h.ChangePassword(h.ctx, me, s.ID, good, "short")
		h.expect("to a short one", err, "identity.password_short")
		token, err := h.ChangePassword(h.ctx, me, s.ID, good, other)
		h.must(err)
		h.session(token)
		h.noSession(keep, "the old token of the same session")
		h.noSession(end, "another session")
		h.last("password_changed")
		for range 4 {
			_, err = h.ChangePassword(h.ctx, me, s.ID, "wrong", other)
			h.expect("guessing with a stolen session", err, "identity.current_wrong")
		}
		_, _ = h.ChangePassword(h.ctx, me, s.ID, "wrong", other)
		_, err = h.ChangePassword(h.ctx, me, s.ID, other, good)
		h.expect("after five wrong ones", err, "identity.too_many")
	})
}

func TestANewAddressIsConfirmed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.member(7, anna, access.OrgAdmin)
		taken := "taken@comune.example.it"
		mallory := access.Principal{Person: h.member(8, taken, access.OrgAdmin)}.Own()
		me := access.Principal{Person: id}.Own()
		h.expect("without the password", h.AskEmail(h.ctx, me, "wrong", "new@comune.example.it"), "identity.current_wrong")
		h.expect("no address", h.AskEmail(h.ctx, me, good, "new@"), "identity.email_wrong")
		h.must(h.AskEmail(h.ctx, me, good, " New@Comune.example.it "))
		if m := h.last("email_confirm"); m.To != "new@comune.example.it" {
			t.Errorf("asked at %s", m.To)
		}
		token := h.tokenIn("email_confirm")
		h.expect("somebody else signed in", h.ConfirmEmail(h.ctx, mallory, token), "identity.link_gone")
		h.must(h.ConfirmEmail(h.ctx, me, token))
		if m := h.last("email_changed"); m.To != anna || !strings.Contains(m.Text, "new@comune.example.it") {
			t.Errorf("told at %s: %s", m.To, m.Text)
		}
		h.signIn("new@comune.example.it")
		h.expect("a second time", h.ConfirmEmail(h.ctx, me, token), "identity.link_gone")
		h.must(h.AskEmail(h.ctx, me, good, taken))
		h.expect("somebody's address", h.ConfirmEmail(h.ctx, me, h.tokenIn("email_confirm")), "identity.email_taken")
	})
}

func TestNobodysMailboxIsFlooded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.gate("https://csirt.example.it")
		id := h.member(7, anna, access.OrgAdmin)
		*h.sent = nil
		for i := range 30 {
			h.must(h.ForgotPassword(h.ctx, anna, from(fmt.Sprintf("192.0.2.%d", i))))
			h.drain()
		}
		if n := len(*h.sent); n != 5 {
			t.Errorf("%d mails asked for by strangers", n)
		}
		s := in(t, 7, id, access.OrgAdmin)
		refused := 0
		for i := range 60 {
			err := h.InviteMember(h.ctx, s, identity.Invitation{Email: fmt.Sprintf("x%d@example.it", i), Name: "X", Role: access.OrgLeader})
			if codeOf(err) == "identity.too_many" {
				refused++
			}
		}
		if refused != 10 {
			t.Errorf("%d of 60 invitations refused", refused)
		}
	})
}
