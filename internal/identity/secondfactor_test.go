// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/identity"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
)

const admin = "admin@csirt.example.it"

// The vectors of RFC 6238, appendix B, for SHA-1, cut to six digits.
func TestCodesAreThoseOfTheStandard(t *testing.T) {
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" // "12345678901234567890"
	for seconds, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got, err := identity.CodeAt(secret, time.Unix(seconds, 0)); got != want || err != nil {
			t.Errorf("at %d: %s, want %s (%v)", seconds, got, want, err)
		}
	}
}

func TestStaffSetUpTheirSecondFactorFirst(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, err := h.CreateStaff(h.ctx, access.System("test"), admin, "Carla Verdi", access.Administrator, good)
		h.must(err)
		in := h.signIn(admin)
		if in.Pending != identity.EnrolWanted {
			t.Fatalf("pending %v", in.Pending)
		}
		s := h.session(in.Token)
		e, err := h.Enrol(h.ctx, s.Principal.Own(), *s)
		h.must(err)
		img, err := png.Decode(bytes.NewReader(e.QR))
		if err != nil || img.Bounds().Dx() < 200 {
			t.Errorf("QR code: %v", err)
		}
		again, err := h.Enrol(h.ctx, s.Principal.Own(), *s)
		if err != nil || again.Secret != e.Secret {
			t.Errorf("reloading changed the secret: %v", err)
		}
		secret := strings.ReplaceAll(e.Secret, " ", "")
		_, err = h.ConfirmEnrolment(h.ctx, s.Principal.Own(), *s, "", h.code(secret, 5))
		h.expect("a code of another time", err, "identity.code_wrong")
		h.session(in.Token)
		done, err := h.ConfirmEnrolment(h.ctx, s.Principal.Own(), *s, "", h.code(secret, 0))
		h.must(err)
		if h.session(done.Token).Pending != identity.Nothing || len(done.Codes) != 10 {
			t.Errorf("pending %v, %d codes", h.session(done.Token).Pending, len(done.Codes))
		}
		h.noSession(in.Token, "the token from before it could do more")
		h.last("second_factor_set")
		h.expect("to be without", h.RemoveSecondFactor(h.ctx, s.Principal.Own(), good), "identity.second_factor_mandatory")
		var sealed []byte
		h.must(h.db.QueryRow(h.ctx, "SELECT sealed FROM totp_secret").Scan(&sealed))
		if bytes.Contains(sealed, []byte(secret)) {
			t.Error("the secret is readable in the database")
		}
	})
}

func TestDriftAndReplay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, secret := h.staff(admin, access.Administrator)
		h.clock.Advance(10 * time.Minute)
		try := func(code string) (identity.SignedIn, error) {
			return h.ConfirmCode(h.ctx, h.signIn(admin).Token, code, from(""))
		}
		for steps, want := range map[int]string{-2: "identity.code_wrong", 2: "identity.code_wrong"} {
			_, err := try(h.code(secret, steps))
			h.expect("two steps off", err, want)
		}
		late := h.code(secret, -1)
		_, err := try(late)
		h.expect("a step late", err, "")
		_, err = try(late)
		h.expect("the same again", err, "identity.code_wrong")
		now := h.code(secret, 0)
		_, err = try(now[:3] + " " + now[3:])
		h.expect("with a space", err, "")
		_, err = try(h.code(secret, 1))
		h.expect("a step early", err, "")
		_, err = try(now)
		h.expect("an older one after a newer", err, "identity.code_wrong")
		h.clock.Advance(time.Minute)
		for _, code := range []string{"", "000000", "12345", "1234567", "no code"} {
			_, err := try(code)
			if got := codeOf(err); got != "identity.code_wrong" && got != "identity.too_many" {
				t.Errorf("%q: %v", code, err)
			}
		}
	})
}

func TestTheSecondStepIsGuardedToo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.gate("https://csirt.example.it")
		_, secret := h.staff(admin, access.Administrator)
		h.clock.Advance(time.Minute)
		*h.sent = nil
		token := h.signIn(admin).Token
		if s := h.session(token); s.Pending != identity.CodeWanted {
			t.Fatalf("pending %v", s.Pending)
		}
		for i := range 8 {
			_, err := h.ConfirmCode(h.ctx, token, "000000", from(""))
			h.expect("a wrong code", err, "identity.code_wrong")
			if i >= 4 {
				_, err := h.ConfirmCode(h.ctx, token, h.code(secret, 0), from(""))
				h.expect("the right one too early", err, "identity.too_many")
				h.clock.Advance(time.Hour)
				token = h.signIn(admin).Token // a new start does not begin the count anew
			}
		}
		h.drain()
		if m := h.last("locked_code"); m.To != admin {
			t.Errorf("notice to %s", m.To)
		}
		out, err := h.ConfirmCode(h.ctx, token, h.code(secret, 0), from(""))
		h.must(err)
		h.noSession(token, "the token from before the second factor")
		_, err = h.ConfirmCode(h.ctx, out.Token, h.code(secret, 1), from(""))
		h.expect("a second factor nobody asked for", err, "identity.signin_again")
		_, err = h.ConfirmCode(h.ctx, "nonsense", h.code(secret, 1), from(""))
		h.expect("without a session", err, "identity.signin_again")
	})
}

// Who knows only the password must not put his own second factor in the place.
func TestAHalfSignInCannotSetASecondFactor(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.staff(admin, access.Administrator)
		s := h.session(h.signIn(admin).Token)
		_, err := h.Enrol(h.ctx, s.Principal.Own(), *s)
		h.expect("proposing", err, "identity.signin_again")
		_, err = h.ConfirmEnrolment(h.ctx, s.Principal.Own(), *s, good, "000000")
		h.expect("confirming", err, "identity.signin_again")
		h.clock.Advance(11 * time.Minute)
		token := h.signIn(admin).Token
		h.clock.Advance(10 * time.Minute)
		h.noSession(token, "a sign-in that waited too long for its second step")
	})
}

func TestEachRecoveryCodeWorksOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.member(7, anna, access.OrgSecurity)
		s := h.session(h.signIn(anna).Token)
		me := s.Principal.Own()
		e, err := h.Enrol(h.ctx, me, *s)
		h.must(err)
		secret := strings.ReplaceAll(e.Secret, " ", "")
		_, err = h.ConfirmEnrolment(h.ctx, me, *s, "wrong", h.code(secret, 0))
		h.expect("a member without his password", err, "identity.current_wrong")
		done, err := h.ConfirmEnrolment(h.ctx, me, *s, good, h.code(secret, 0))
		h.must(err)
		use := func(code string) error {
			_, err := h.ConfirmCode(h.ctx, h.signIn(anna).Token, code, from(""))
			return err
		}
		h.expect("a recovery code", use(done.Codes[3]), "")
		h.expect("the same again", use(done.Codes[3]), "identity.code_wrong")
		h.expect("another, typed carelessly", use(" "+strings.ToLower(strings.ReplaceAll(done.Codes[4], "-", " "))), "")
		if left, err := h.RecoveryCodesLeft(h.ctx, me); left != 8 || err != nil {
			t.Errorf("%d left, %v", left, err)
		}
		_, err = h.NewRecoveryCodes(h.ctx, me, "wrong")
		h.expect("new codes without the password", err, "identity.current_wrong")
		fresh, err := h.NewRecoveryCodes(h.ctx, me, good)
		h.must(err)
		h.expect("an old code", use(done.Codes[5]), "identity.code_wrong")
		h.expect("a new code", use(fresh[0]), "")
		h.must(h.RemoveSecondFactor(h.ctx, me, good))
		if in := h.signIn(anna); in.Pending != identity.Nothing {
			t.Errorf("removed, but pending %v", in.Pending)
		}
	})
}

func TestTheDemonstrationIsNoOrdinaryInstance(t *testing.T) {
	people := []identity.DemoPerson{
		{Email: "sala@demo.example.it", Name: "Sara Conti", Password: "demo", Staff: []access.Role{access.Operator}},
		{Email: "firenze@demo.example.it", Name: "Piero Rossi", Password: "demo", Memberships: map[int64]access.Role{7: access.OrgAdmin}},
		{Email: "tecnico@demo.example.it", Name: "Ugo Neri", Password: "demo", Memberships: map[int64]access.Role{7: access.OrgTechnician}},
	}
	each(t, func(t *testing.T, h *house) {
		h.expect("an ordinary instance", h.CreateDemo(h.ctx, access.System("demo"), people), "identity.not_demo")
	})
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
		h := newHouse(t, d, identity.Config{DemoSecret: secret})
		for range 2 {
			h.must(h.CreateDemo(h.ctx, access.System("demo"), people))
		}
		if len(*h.sent) > 0 {
			t.Errorf("mails: %v", kinds(*h.sent))
		}
		in, err := h.SignIn(h.ctx, "sala@demo.example.it", "demo", from(""))
		h.must(err)
		out, err := h.ConfirmCode(h.ctx, in.Token, h.code(secret, 0), from(""))
		h.must(err)
		h.session(out.Token)
		for email, want := range map[string]identity.Pending{"firenze@demo.example.it": identity.CodeWanted, "tecnico@demo.example.it": identity.Nothing} {
			in, err = h.SignIn(h.ctx, email, "demo", from(""))
			if h.must(err); in.Pending != want {
				t.Errorf("%s must show %v", email, in.Pending)
			}
		}
	})
}
