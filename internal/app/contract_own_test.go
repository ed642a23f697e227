// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"fmt"

	"martinella/internal/identity"
)

// ownContract changes how somebody signs in: in his browser, then by a program with step-up.
func ownContract(c *contract) {
	const as = "org_admin@c_x102"
	const next = "un'altra frase lunga e nuova"
	before := c.call(200, "get-account", asked{As: as})
	c.call(422, "change-password", asked{As: as, Body: m{"current": "sbagliata", "password": next}})
	c.call(422, "change-password", asked{As: as, Body: m{"current": password, "password": "corta"}})
	c.call(204, "change-password", asked{As: as, Body: m{"current": password, "password": next}})
	c.call(422, "renew-recovery-codes", asked{As: as, Body: m{"current": password}})
	c.call(422, "change-email", asked{As: as, Body: m{"current": next, "email": "nessuno"}})
	c.call(202, "change-email", asked{As: as, Body: m{"current": next, "email": "nuova@x102.example.it"}})
	token := c.house.link(c.t, "/account/email/")
	c.call(404, "confirm-email", asked{As: "administrator", Body: m{"token": token}}) // somebody else's
	c.call(204, "confirm-email", asked{As: as, Body: m{"token": token}})
	c.call(404, "confirm-email", asked{As: as, Body: m{"token": token}})
	if got := c.call(200, "get-account", asked{As: as}); got.get("email") != "nuova@x102.example.it" {
		c.t.Errorf("%v", got.Body)
	}
	c.setsUpTOTP(asked{As: as}, next)
	if got := c.call(200, "renew-recovery-codes", asked{As: as, Body: m{"current": next}}); len(got.get("recovery_codes").([]any)) != 10 {
		c.t.Errorf("%v", got.Body)
	}
	c.call(409, "remove-totp", asked{As: as, Body: m{"current": next}}) // mandatory for him
	c.house.passkey(c.t, before.id("id"))
	c.call(204, "remove-totp", asked{As: as, Body: m{"current": next}})
	c.ownByProgram(as, next)
}

// ownByProgram does the same with a token, whose person's browsers are signed out.
func (c *contract) ownByProgram(as, current string) {
	made := func(scopes ...string) asked {
		got := c.call(201, "make-account-token", asked{As: as, Body: m{"name": "own", "scopes": scopes}})
		return asked{As: "visitor", Header: bearer(got.get("token"))}
	}
	without, with := made("account"), made("account", identity.StepUpScope)
	without.Body = m{"current": current, "password": password}
	if got := c.call(403, "change-password", without); got.get("code") != "access.token_recent" {
		c.t.Errorf("%v", got.Body)
	}
	c.setsUpTOTP(with, current)
	with.Body = without.Body
	c.call(204, "change-password", with)
	c.call(401, "get-account", asked{As: as})
	with.Body = nil
	c.call(200, "get-account", with)
}

// setsUpTOTP puts a new authenticator app in the place of the one there is.
func (c *contract) setsUpTOTP(who asked, current string) {
	proposed := c.call(200, "propose-totp", who)
	code, err := identity.CodeAt(fmt.Sprint(proposed.get("secret")), c.house.clock.Now())
	if err != nil {
		c.t.Fatal(err)
	}
	who.Body = m{"current": current, "code": "000000"}
	c.call(422, "confirm-totp", who)
	who.Body = m{"current": current, "code": code}
	if got := c.call(200, "confirm-totp", who); len(got.get("recovery_codes").([]any)) != 10 {
		c.t.Errorf("%v", got.Body)
	}
	c.call(422, "confirm-totp", who) // nothing is proposed any more
}
