// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/identity"
)

// addKey adds a passkey to whoever has the session, and gives its new token.
func (h *house) addKey(t *testing.T, token string, k *softKey, name string) (identity.Enrolled, error) {
	t.Helper()
	s := h.session(token)
	c, err := h.BeginPasskey(h.ctx, *s)
	if err != nil {
		return identity.Enrolled{}, err
	}
	return h.AddPasskey(h.ctx, s.Principal.Own(), *s, identity.NewPasskey{Name: name, Current: good, Token: c.Token, Answer: k.create(c)})
}

// keyed gives a member with one passkey.
func (h *house) keyed(t *testing.T, email string, role access.Role) (int64, *softKey) {
	t.Helper()
	id, k := h.member(7, email, role), newSoftKey(t)
	_, err := h.addKey(t, h.signIn(email).Token, k, "Telefono")
	h.must(err)
	return id, k
}

func (h *house) byKey(k *softKey, bend func(*identity.Ceremony)) (identity.SignedIn, error) {
	c, err := h.BeginPasskeySignIn(h.ctx, from(""))
	h.must(err)
	if bend != nil {
		bend(&c)
	}
	return h.SignInByPasskey(h.ctx, c.Token, k.get(c), from("192.0.2.1"))
}

func TestAPasskeyIsBothFactors(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id, k := h.member(7, anna, access.OrgAdmin), newSoftKey(t)
		in := h.signIn(anna)
		if in.Pending != identity.EnrolWanted {
			t.Fatalf("pending %v", in.Pending)
		}
		done, err := h.addKey(t, in.Token, k, "Telefono")
		h.must(err)
		h.noSession(in.Token, "the token from before it could do more")
		if s := h.session(done.Token); s.Pending != identity.Nothing || len(done.Codes) != 10 {
			t.Errorf("pending %v, %d recovery codes", s.Pending, len(done.Codes))
		}
		h.last("passkey_added")
		h.clock.Advance(time.Hour)
		in, err = h.byKey(k, nil)
		h.must(err)
		s := h.session(in.Token)
		if s.Pending != identity.Nothing || !slices.Equal(s.Methods, []identity.Method{identity.ByPasskey}) || !s.StrongAt.Equal(h.clock.Now()) {
			t.Errorf("pending %v, methods %v, strong at %v", s.Pending, s.Methods, s.StrongAt)
		}
		me := s.Principal.Own()
		second := newSoftKey(t)
		more, err := h.addKey(t, in.Token, second, "Chiave blu")
		h.must(err)
		if len(more.Codes) != 0 {
			t.Error("recovery codes were replaced without being asked")
		}
		list, err := h.Passkeys(h.ctx, me)
		h.must(err)
		if len(list) != 2 || list[0].Name != "Telefono" || list[0].UsedAt.IsZero() || !list[1].UsedAt.IsZero() {
			t.Fatalf("passkeys %+v", list)
		}
		h.must(h.RenamePasskey(h.ctx, me, list[0].ID, "Telefono vecchio"))
		h.must(h.RemovePasskey(h.ctx, me, list[0].ID))
		h.last("passkey_removed")
		_, err = h.byKey(k, nil)
		h.expect("a removed one", err, "identity.passkey_wrong")
		h.expect("the last one of an org_admin", h.RemovePasskey(h.ctx, me, list[1].ID), "identity.second_factor_mandatory")
		_, err = h.byKey(second, nil)
		h.must(err)
		h.must(h.Suspend(h.ctx, access.System("test"), id))
		_, err = h.byKey(second, nil)
		h.expect("a suspended person", err, "identity.passkey_wrong")
	})
}

func TestAPasskeyAsTheSecondStep(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, k := h.keyed(t, anna, access.OrgTechnician)
		in := h.signIn(anna)
		if in.Pending != identity.CodeWanted {
			t.Fatalf("a passkey is no second factor: %v", in.Pending)
		}
		_, err := h.addKey(t, in.Token, newSoftKey(t), "Mallory")
		h.expect("adding one before the second factor was shown", err, "identity.signin_again")
		c, err := h.BeginPasskeyProof(h.ctx, *h.session(in.Token))
		h.must(err)
		out, err := h.ConfirmPasskey(h.ctx, in.Token, c.Token, k.get(c), from(""))
		h.must(err)
		s := h.session(out.Token)
		if !slices.Equal(s.Methods, []identity.Method{identity.ByPassword, identity.ByPasskey}) {
			t.Errorf("methods %v", s.Methods)
		}
		h.clock.Advance(20 * time.Minute)
		_, err = h.BeginPasskey(h.ctx, *s)
		h.expect("adding one without a recent second factor", err, "access.recent")
		c, err = h.BeginPasskeyProof(h.ctx, *s)
		h.must(err)
		token, err := h.StepUpByPasskey(h.ctx, *s, c.Token, k.get(c))
		h.must(err)
		if got := h.session(token).StrongAt; !got.Equal(h.clock.Now()) {
			t.Errorf("strong at %v", got)
		}
	})
}

// Whatever is wrong with an answer, it signs nobody in and says the same.
func TestWrongAnswersOfPasskeys(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, k := h.keyed(t, anna, access.OrgTechnician)
		_, other := h.keyed(t, "bruno@comune.example.it", access.OrgTechnician)
		for name, bend := range map[string]func(k *softKey, c *identity.Ceremony){
			"another origin":         func(k *softKey, _ *identity.Ceremony) { k.origin = "https://csirt.example.it.evil.example" },
			"without tls":            func(k *softKey, _ *identity.Ceremony) { k.origin = "http://csirt.example.it" },
			"another relying party":  func(k *softKey, _ *identity.Ceremony) { k.rpID = "evil.example" },
			"another challenge":      func(k *softKey, _ *identity.Ceremony) { k.challenge = b64([]byte(strings.Repeat("x", 32))) },
			"without verification":   func(k *softKey, _ *identity.Ceremony) { k.unverified = true },
			"somebody else's handle": func(k *softKey, _ *identity.Ceremony) { k.handle = other.handle },
			"nobody's handle":        func(k *softKey, _ *identity.Ceremony) { k.handle = []byte("\x00\xff nobody") },
			"no handle":              func(k *softKey, _ *identity.Ceremony) { k.handle = nil },
			"another key":            func(k *softKey, _ *identity.Ceremony) { k.key = newSoftKey(t).key },
			"an unknown credential":  func(k *softKey, _ *identity.Ceremony) { k.id = newSoftKey(t).id },
			"a ceremony never begun": func(_ *softKey, c *identity.Ceremony) { c.Token = strings.Repeat("A", 26) },
			"no ceremony":            func(_ *softKey, c *identity.Ceremony) { c.Token = "" },
			"an answer that is late": func(*softKey, *identity.Ceremony) { h.clock.Advance(5 * time.Minute) },
		} {
			bent := *k
			_, err := h.byKey(&bent, func(c *identity.Ceremony) { bend(&bent, c) })
			h.expect(name, err, "identity.passkey_wrong")
			k.counter = bent.counter
		}
		for _, nonsense := range []string{"", "{}", "null", "[1]", `{"id":"x"}`, "\x00", strings.Repeat("[", 10000)} {
			c, err := h.BeginPasskeySignIn(h.ctx, from(""))
			h.must(err)
			_, err = h.SignInByPasskey(h.ctx, c.Token, nonsense, from(""))
			h.expect(fmt.Sprintf("%.20q", nonsense), err, "identity.passkey_wrong")
		}
		_, err := h.byKey(k, nil)
		h.expect("the right one", err, "")
	})
}

func TestAnAnswerIsGoodOnceAndForItsPurpose(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, k := h.keyed(t, anna, access.OrgTechnician)
		_, bruno := h.keyed(t, "bruno@comune.example.it", access.OrgTechnician)
		c, err := h.BeginPasskeySignIn(h.ctx, from(""))
		h.must(err)
		answer := k.get(c)
		_, err = h.SignInByPasskey(h.ctx, c.Token, answer, from(""))
		h.must(err)
		_, err = h.SignInByPasskey(h.ctx, c.Token, answer, from(""))
		h.expect("the same again", err, "identity.passkey_wrong")
		again, err := h.BeginPasskeySignIn(h.ctx, from(""))
		h.must(err)
		_, err = h.SignInByPasskey(h.ctx, again.Token, answer, from(""))
		h.expect("the same to another question", err, "identity.passkey_wrong")

		in := h.signIn(anna)
		c, err = h.BeginPasskeyProof(h.ctx, *h.session(in.Token))
		h.must(err)
		_, err = h.SignInByPasskey(h.ctx, c.Token, k.get(c), from(""))
		h.expect("a second step's question used to sign in", err, "identity.passkey_wrong")
		c, err = h.BeginPasskeyProof(h.ctx, *h.session(in.Token))
		h.must(err)
		_, err = h.ConfirmPasskey(h.ctx, in.Token, c.Token, bruno.get(c), from(""))
		h.expect("somebody else's passkey as the second step", err, "identity.passkey_wrong")
		c, err = h.BeginPasskeyProof(h.ctx, *h.session(h.signIn("bruno@comune.example.it").Token))
		h.must(err)
		_, err = h.ConfirmPasskey(h.ctx, in.Token, c.Token, k.get(c), from(""))
		h.expect("somebody else's question", err, "identity.passkey_wrong")
		if p := h.session(in.Token).Pending; p != identity.CodeWanted {
			t.Errorf("after all that: %v", p)
		}
	})
}

func TestAClonedPasskeyIsRefusedAndTold(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, k := h.keyed(t, anna, access.OrgTechnician)
		clone := *k
		_, err := h.byKey(k, nil)
		h.must(err)
		_, err = h.byKey(k, nil)
		h.must(err)
		_, err = h.byKey(&clone, nil) // its counter is one behind
		h.expect("the copy", err, "identity.passkey_cloned")
		if h.logged("person.passkey_cloned") != 1 {
			t.Error("it is not in the audit log")
		}
		if m := h.last("passkey_cloned"); m.To != anna {
			t.Errorf("told %s", m.To)
		}
		in := h.signIn(anna)
		c, err := h.BeginPasskeyProof(h.ctx, *h.session(in.Token))
		h.must(err)
		clone.counter = 0
		_, err = h.ConfirmPasskey(h.ctx, in.Token, c.Token, clone.get(c), from(""))
		h.expect("the copy as the second step", err, "identity.passkey_cloned")
		_, err = h.byKey(k, nil)
		h.expect("the true one goes on", err, "")
	})
}

func TestRegisteringIsGuarded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, k := h.keyed(t, anna, access.OrgTechnician)
		h.member(7, "bruno@comune.example.it", access.OrgTechnician)
		s := h.session(h.signIn("bruno@comune.example.it").Token)
		add := func(k *softKey, name, current string) error {
			c, err := h.BeginPasskey(h.ctx, *s)
			h.must(err)
			_, err = h.AddPasskey(h.ctx, s.Principal.Own(), *s, identity.NewPasskey{Name: name, Current: current, Token: c.Token, Answer: k.create(c)})
			return err
		}
		stolen := *k
		h.expect("somebody else's credential", add(&stolen, "Mia", good), "identity.passkey_known")
		h.expect("without the password", add(newSoftKey(t), "Mia", "wrong"), "identity.current_wrong")
		h.expect("without a name", add(newSoftKey(t), " ", good), "identity.name_wrong")
		h.expect("a name that turns around", add(newSoftKey(t), "a\u202eb", good), "identity.name_wrong")
		foreign := newSoftKey(t)
		foreign.origin = "https://evil.example"
		h.expect("another origin", add(foreign, "Mia", good), "identity.passkey_wrong")
		weak := newSoftKey(t)
		weak.unverified = true
		h.expect("without verification", add(weak, "Mia", good), "identity.passkey_wrong")
		h.expect("a good one", add(newSoftKey(t), "Mia", good), "")
		mallory := access.Principal{Person: s.Person.ID}.Own()
		list, err := h.Passkeys(h.ctx, access.Principal{Person: 1}.Own())
		h.must(err)
		h.expect("removing somebody else's", h.RemovePasskey(h.ctx, mallory, list[0].ID), "identity.passkey_gone")
		h.expect("renaming somebody else's", h.RenamePasskey(h.ctx, mallory, list[0].ID, "x"), "identity.passkey_gone")
		var sealed []byte
		h.must(h.db.QueryRow(h.ctx, "SELECT sealed FROM passkey LIMIT 1").Scan(&sealed))
		if strings.Contains(string(sealed), "publicKey") {
			t.Error("who writes in the database can add a passkey")
		}
	})
}
