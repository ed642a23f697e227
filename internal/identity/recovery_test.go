// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/identity"
)

// atDesk is the scope of one of the CSIRT's people over the territory.
func atDesk(person int64, role access.Role) access.Scope {
	return access.Principal{Person: person, Staff: []access.Role{role}}.Territory()
}

// asks opens a recovery and gives its number.
func (h *house) asks(email string) int64 {
	h.t.Helper()
	h.must(h.AskRecovery(h.ctx, email, from("203.0.113.7")))
	h.drain()
	list, err := h.Recoveries(h.ctx, access.System("test"))
	h.must(err)
	if len(list) == 0 {
		return 0
	}
	return list[len(list)-1].ID
}

// linkOf gives the token of the newest mail of a kind.
func (h *house) linkOf(kind string) string {
	h.t.Helper()
	for i := len(*h.sent) - 1; i >= 0; i-- {
		if m := (*h.sent)[i]; m.Kind == "identity."+kind {
			return aLink.FindStringSubmatch(m.Text)[1]
		}
	}
	h.t.Fatalf("no mail %s among %v", kind, kinds(*h.sent))
	return ""
}

func (h *house) mailsOf(kind string) (to []string) {
	for _, m := range *h.sent {
		if m.Kind == "identity."+kind {
			to = append(to, m.To)
		}
	}
	return to
}

func TestTwoPeopleBringBackAMember(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.gate("https://csirt.example.it")
		op, _ := h.staff(admin, access.Operator)
		op2, _ := h.staff("op2@csirt.example.it", access.Operator)
		analyst, _ := h.staff("analyst@csirt.example.it", access.Analyst)
		boss := h.member(7, "capo@comune.example.it", access.OrgAdmin)
		h.member(8, "altro@comune.example.it", access.OrgAdmin)
		person := h.member(7, anna, access.OrgTechnician)
		_, _, token := h.enrol(h.signIn(anna).Token)
		*h.sent = nil
		id := h.asks(anna)
		if got := h.mailsOf("recovery_waiting"); len(got) != 3 { // two operators, one org_admin
			t.Errorf("told %v", got)
		}
		h.asks(anna)
		if n := h.logged("person.recovery_asked"); n != 1 {
			t.Errorf("%d requests of one person", n)
		}
		approve := func(s access.Scope) error { _, err := h.ApproveRecovery(h.ctx, s, id); return err }
		h.expect("another organisation's", approve(in(t, 8, 5, access.OrgAdmin)), "identity.recovery_gone")
		h.expect("a technician", approve(in(t, 7, person, access.OrgTechnician)), "access.permission")
		h.expect("an analyst", approve(atDesk(analyst, access.Analyst)), "access.permission")
		h.expect("himself as an org_admin", approve(in(t, 7, person, access.OrgAdmin)), "identity.not_oneself")
		h.expect("himself as an operator", approve(atDesk(person, access.Operator)), "identity.not_oneself")
		h.expect("a part of the program", approve(access.System("x")), "identity.not_oneself")
		h.must(approve(atDesk(op, access.Operator)))
		h.expect("the same operator again", approve(atDesk(op, access.Operator)), "identity.recovery_twice")
		h.expect("two operators though there is an org_admin", approve(atDesk(op2, access.Operator)), "identity.recovery_wants_admin")
		if len(h.mailsOf("recovery_link")) != 0 {
			t.Fatal("a link with one approval")
		}
		code, err := h.ApproveRecovery(h.ctx, in(t, 7, boss, access.OrgAdmin), id)
		h.must(err)
		if !regexp.MustCompile(`^[A-Z2-7]{4}-[A-Z2-7]{4}$`).MatchString(code) {
			t.Fatalf("code %q", code)
		}
		for _, m := range *h.sent {
			if strings.Contains(m.Text, code) || strings.Contains(m.Text, strings.ReplaceAll(code, "-", "")) {
				t.Errorf("the code is in a mail: %s", m.Kind)
			}
		}
		link := h.linkOf("recovery_link")
		h.session(token) // nothing has changed yet
		h.expect("the link without the code", h.UseRecovery(h.ctx, link, "", other), "identity.code_wrong")
		h.expect("with another code", h.UseRecovery(h.ctx, link, "AAAA-AAAA", other), "identity.code_wrong")
		h.expect("the code without the link", h.UseRecovery(h.ctx, strings.Repeat("A", 26), code, other), "identity.link_gone")
		h.expect("a poor password", h.UseRecovery(h.ctx, link, code, "password1234"), "identity.password_common")
		h.must(h.UseRecovery(h.ctx, link, strings.ToLower(code), other))
		h.expect("a second time", h.UseRecovery(h.ctx, link, code, good), "identity.link_gone")
		h.noSession(token, "a session from before")
		s, err := h.SignIn(h.ctx, anna, other, from("192.0.2.1"))
		h.must(err)
		if s.Pending != identity.Nothing {
			t.Errorf("pending %v", s.Pending)
		}
		for _, action := range []string{"person.recovery_asked", "person.recovery_used"} {
			if h.logged(action) != 1 {
				t.Errorf("%d times %s in the log", h.logged(action), action)
			}
		}
		if n := h.logged("person.recovery_approved"); n != 2 {
			t.Errorf("%d approvals in the log", n)
		}
		if got := h.mailsOf("recovery_news"); len(got) != 4+3+4 { // half and used: person and three; approved: three
			t.Errorf("news: %v", got)
		}
	})
}

func TestWithoutAnotherOrgAdminTwoOperators(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.gate("https://csirt.example.it")
		op, _ := h.staff(admin, access.Operator)
		op2, _ := h.staff("op2@csirt.example.it", access.Manager)
		h.member(7, anna, access.OrgAdmin)
		id := h.asks(anna)
		_, err := h.ApproveRecovery(h.ctx, atDesk(op, access.Operator), id)
		h.must(err)
		code, err := h.ApproveRecovery(h.ctx, atDesk(op2, access.Manager), id)
		h.must(err)
		h.must(h.UseRecovery(h.ctx, h.linkOf("recovery_link"), code, other))
		in, err := h.SignIn(h.ctx, anna, other, from(""))
		h.must(err)
		if in.Pending != identity.EnrolWanted {
			t.Errorf("an org_admin came back without a second factor: %v", in.Pending)
		}
	})
}

func TestTheCSIRTsOwnPeopleAreBroughtBackByTwoWhoLead(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.gate("https://csirt.example.it")
		boss, _ := h.staff(admin, access.Administrator)
		second, _ := h.staff("capo@csirt.example.it", access.Manager)
		op, _ := h.staff("op@csirt.example.it", access.Operator)
		analyst, _ := h.staff("analyst@csirt.example.it", access.Analyst)
		h.expect("by an operator", h.StartRecovery(h.ctx, atDesk(op, access.Operator), analyst), "access.permission")
		h.expect("oneself", h.StartRecovery(h.ctx, atDesk(boss, access.Administrator), boss), "identity.not_oneself")
		h.must(h.StartRecovery(h.ctx, atDesk(boss, access.Administrator), analyst))
		list, err := h.Recoveries(h.ctx, access.System("test"))
		h.must(err)
		id := list[0].ID
		_, err = h.ApproveRecovery(h.ctx, atDesk(op, access.Operator), id)
		h.expect("an operator", err, "identity.recovery_leaders")
		_, err = h.ApproveRecovery(h.ctx, in(t, 7, 99, access.OrgAdmin), id)
		h.expect("an organisation", err, "identity.recovery_gone")
		_, err = h.ApproveRecovery(h.ctx, atDesk(boss, access.Administrator), id)
		h.must(err)
		code, err := h.ApproveRecovery(h.ctx, atDesk(second, access.Manager), id)
		h.must(err)
		h.clock.Advance(time.Hour)
		h.expect("after an hour", h.UseRecovery(h.ctx, h.linkOf("recovery_link"), code, other), "identity.link_gone")
	})
}

func TestARecoveryIsCancelledRefusedOrExpires(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.gate("https://csirt.example.it")
		op, _ := h.staff(admin, access.Operator)
		h.member(7, anna, access.OrgTechnician)
		id := h.asks(anna)
		cancel := h.linkOf("recovery_asked")
		h.must(h.CancelRecovery(h.ctx, cancel))
		_, err := h.ApproveRecovery(h.ctx, atDesk(op, access.Operator), id)
		h.expect("a cancelled one", err, "identity.recovery_over")
		h.expect("cancelling twice", h.CancelRecovery(h.ctx, cancel), "identity.link_gone")
		id = h.asks(anna)
		h.must(h.RefuseRecovery(h.ctx, atDesk(op, access.Operator), id))
		_, err = h.ApproveRecovery(h.ctx, atDesk(op, access.Operator), id)
		h.expect("a refused one", err, "identity.recovery_over")
		id = h.asks(anna)
		h.clock.Advance(73 * time.Hour)
		_, err = h.ApproveRecovery(h.ctx, atDesk(op, access.Operator), id)
		h.expect("an old one", err, "identity.recovery_over")
		h.must(h.ExpireRecoveries(h.ctx))
		for _, action := range []string{"cancelled", "refused", "expired"} {
			if h.logged("person.recovery_"+action) != 1 {
				t.Errorf("%s is not in the log", action)
			}
		}
		before := len(*h.sent)
		if got := h.asks("nobody@comune.example.it"); got != 0 || len(*h.sent) != before {
			t.Error("somebody nobody knows got a request or a mail")
		}
	})
}

func TestGuessingTheRecoverysCode(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.gate("https://csirt.example.it")
		op, _ := h.staff(admin, access.Operator)
		op2, _ := h.staff("op2@csirt.example.it", access.Operator)
		h.member(7, anna, access.OrgTechnician)
		id := h.asks(anna)
		_, err := h.ApproveRecovery(h.ctx, atDesk(op, access.Operator), id)
		h.must(err)
		code, err := h.ApproveRecovery(h.ctx, atDesk(op2, access.Operator), id)
		h.must(err)
		link := h.linkOf("recovery_link")
		for range 5 {
			h.expect("a guess", h.UseRecovery(h.ctx, link, "BBBB-BBBB", other), "identity.code_wrong")
		}
		h.expect("the right one too early", h.UseRecovery(h.ctx, link, code, other), "identity.too_many")
	})
}

// A reset by mail alone never gets past the second factor: who has one must
// still show it, who has none gets no link, and one from before is worth nothing.
func TestMailAloneOpensNoAccount(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.gate("https://csirt.example.it")
		h.member(7, anna, access.OrgTechnician)
		h.must(h.ForgotPassword(h.ctx, anna, from("")))
		h.drain()
		h.last("reset_refused")
		k := newSoftKey(t)
		_, err := h.addKey(t, h.signIn(anna).Token, k, "Telefono")
		h.must(err)
		h.must(h.ForgotPassword(h.ctx, anna, from("")))
		h.drain()
		link := h.tokenIn("reset")
		s := h.session(h.signIn(anna).Token)
		c, err := h.BeginPasskeyProof(h.ctx, *s)
		h.must(err)
		done, err := h.ConfirmPasskey(h.ctx, h.signIn(anna).Token, c.Token, k.get(c), from(""))
		h.must(err)
		me := h.session(done.Token).Principal.Own()
		keys, err := h.Passkeys(h.ctx, me)
		h.must(err)
		h.must(h.RemovePasskey(h.ctx, me, keys[0].ID))
		h.expect("a link from when there was a second factor", h.ResetPassword(h.ctx, link, other), "identity.link_gone")
		_, err = h.addKey(t, h.signIn(anna).Token, k, "Telefono")
		h.must(err)
		h.must(h.ForgotPassword(h.ctx, anna, from("")))
		h.drain()
		h.must(h.ResetPassword(h.ctx, h.tokenIn("reset"), other))
		in, err := h.SignIn(h.ctx, anna, other, from(""))
		h.must(err)
		if in.Pending != identity.CodeWanted {
			t.Errorf("after a reset by mail: %v", in.Pending)
		}
	})
}

func TestRecoveryWithBrowsers(t *testing.T) {
	eachGate(t, identity.Config{}, func(t *testing.T, h *house, g *gate.Gate) {
		_, opSecret := h.staff(admin, access.Operator)
		h.member(7, "capo@comune.example.it", access.OrgAdmin)
		_, bossSecret, _ := h.enrol(h.signIn("capo@comune.example.it").Token)
		h.member(7, anna, access.OrgTechnician)
		lost := h.browser(g)
		lost.get("/recovery", 200)
		lost.post("/recovery", "", "email", "no address")
		known, unknown := lost.post("/recovery", "", "email", anna), lost.post("/recovery", "", "email", "nobody@comune.example.it")
		if strings.ReplaceAll(known, anna, "X") != strings.ReplaceAll(unknown, "nobody@comune.example.it", "X") {
			t.Error("the page tells who has an account")
		}
		h.drain()
		lost.get("/recovery/cancel/"+h.linkOf("recovery_asked"), 200)
		op, boss := h.browser(g), h.browser(g)
		op.enters(admin, opSecret)
		boss.enters("capo@comune.example.it", bossSecret)
		list, err := h.Recoveries(h.ctx, access.System("test"))
		h.must(err)
		id := strconv.FormatInt(list[0].ID, 10)
		op.get("/ops/recoveries", 200)
		if page := op.get("/ops/recoveries/"+id, 200); !strings.Contains(page, "telefonate") || !strings.Contains(page, "/o/c_d612/contacts") {
			t.Error("the page does not say to call, or where the number is")
		}
		op.post("/ops/recoveries/"+id+"/approve", "/ops/recoveries")
		op.post("/ops/recoveries/"+id+"/approve", "")
		boss.get("/o/c_d612/recoveries", 200)
		boss.get("/o/c_g999/recoveries/"+id, 404)
		boss.get("/o/c_d612/recoveries/"+id, 200)
		page := boss.post("/o/c_d612/recoveries/"+id+"/approve", "")
		code := regexp.MustCompile(`[A-Z2-7]{4}-[A-Z2-7]{4}\b`).FindString(page)
		if code == "" || strings.Contains(boss.get("/o/c_d612/recoveries/"+id, 200), code) {
			t.Fatalf("the code is not shown, or shown again: %q", code)
		}
		link := "/recovery/use/" + h.linkOf("recovery_link")
		lost.get(link, 200)
		lost.post(link, "", "code", "AAAAAAAA", "password", other)
		lost.post(link, "/signin", "code", code, "password", other)
		lost.get(link, 404)
		lost.post("/signin", "/home", "email", anna, "password", other)
		if w := boss.do(http.MethodGet, "/ops/recoveries", nil); w.Code != 404 {
			t.Errorf("a member at the CSIRT's desk: %d", w.Code)
		}
	})
}
