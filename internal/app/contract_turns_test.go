// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"fmt"
	"slices"
)

// turnsContract has several ask at once, or twice, for what concerns who comes in.
func turnsContract(c *contract) {
	c.takesTurns()
	c.approvesOnce()
	c.linksOnce()
	c.shutsTokens()
	c.endsWithToken()
}

// takesTurns changes one's account eight times at once, all having read the same.
func (c *contract) takesTurns() {
	read := c.call(200, "get-account", asked{})
	name, language := fmt.Sprint(read.get("name")), read.get("language")
	statuses := make(chan int)
	for i := range 8 {
		go func() {
			res, _ := c.send(c.ops["update-account"], asked{Body: m{"name": fmt.Sprintf("%s %d", name, i), "language": language}, Header: matching(read)})
			statuses <- res.StatusCode
		}()
	}
	var all []int
	for range 8 {
		all = append(all, <-statuses)
	}
	slices.Sort(all)
	if want := []int{200, 412, 412, 412, 412, 412, 412, 412}; !slices.Equal(all, want) {
		c.t.Errorf("%v, want %v", all, want)
	}
	c.call(200, "update-account", asked{Body: m{"name": name, "language": language}, Header: matching(c.call(200, "get-account", asked{}))})
}

// approvesOnce has one person try to be two, with another token and with the
// same request, and looks whether the code is kept anywhere it can be read.
func (c *contract) approvesOnce() {
	c.call(204, "start-recovery", asked{As: "administrator", Path: path1(c.call(200, "get-account", asked{As: "org_leader@c_x101"}).id("id"))})
	id := path1(c.call(200, "list-own-recoveries", asked{}).items()[0].(m)["id"])
	approve := func(want int, with map[string]string, key string) answered {
		c.t.Helper()
		with["Idempotency-Key"] = key
		return c.call(want, "approve-own-recovery", asked{As: "visitor", Header: with, Path: id})
	}
	first, second := c.token("people.edit", "step-up"), c.token("people.edit", "step-up")
	approve(200, bearer(first), "approval")
	for code, got := range map[string]answered{
		"api.idempotency_secret":  approve(409, bearer(first), "approval"),
		"identity.recovery_twice": approve(409, bearer(second), "approval of the same"),
	} {
		if got.get("code") != code {
			c.t.Errorf("%v, want %s", got.Body, code)
		}
	}
	csirt := asked{As: "operator", Header: map[string]string{"Idempotency-Key": "the other approval"}, Path: id}
	if got := c.call(200, "approve-recovery", csirt); got.get("state") != "approved" {
		c.t.Errorf("%v", got.Body)
	}
	if got := c.call(409, "approve-recovery", csirt); got.get("code") != "api.idempotency_secret" {
		c.t.Errorf("%v", got.Body)
	}
	c.count(0, "SELECT count(*) FROM api_answer WHERE idempotency_key LIKE '%approval%' AND (body IS NOT NULL OR etag <> '')")
	c.call(204, "refuse-own-recovery", asked{Path: id})
}

// linksOnce repeats a request whose answer was lost.
func (c *contract) linksOnce() {
	const linked = "SELECT count(*) FROM audit_entry WHERE action = 'person.identity_linked'"
	person := c.call(200, "get-account", asked{}).id("id")
	before := c.counted(linked)
	q := asked{As: "administrator", Path: path1(person), Body: m{"code": "RSSMRA85T10A562S"}, Header: map[string]string{"Idempotency-Key": "card"}}
	first, again := c.call(201, "link-person-card", q), c.call(201, "link-person-card", q)
	if again.Header.Get("Idempotency-Replayed") != "true" || again.id("id") != first.id("id") {
		c.t.Errorf("%v %v", again.Header, again.Body)
	}
	c.count(before+1, linked)
	c.call(204, "remove-identity", asked{Path: path1(first.id("id"))})
}

// endsWithToken ends with a token the sessions of its person, and of nobody else.
func (c *contract) endsWithToken() {
	token, other := c.token("account"), c.token("people.edit")
	c.call(200, "list-sessions", asked{})
	c.call(204, "end-other-sessions", asked{As: "visitor", Header: bearer(token)})
	c.call(401, "list-sessions", asked{})
	c.call(200, "get-account", asked{As: "visitor", Header: bearer(token)})
	c.call(200, "list-sessions", asked{As: "org_leader@c_x101"})
	c.call(403, "get-passkey", asked{As: "visitor", Header: bearer(other), Path: path1(1)})
}

// shutsTokens closes an organisation to the place where its people's programs are.
func (c *contract) shutsTokens() {
	const as = "administrator"
	token := c.token("people.edit", "step-up", "organisation.read")
	with := func(want int, id string, q asked) answered {
		c.t.Helper()
		q.As, q.Header = "visitor", bearer(token)
		return c.call(want, id, q)
	}
	far := m{"second_factor": false, "networks": []string{"192.0.2.0/24"}}
	read := c.call(200, "get-entrance", asked{As: as})
	with(200, "get-organisation", asked{})
	c.call(200, "set-entrance", asked{As: as, Body: far, Header: matching(read)}) // he is none of its people
	with(403, "get-organisation", asked{})
	closed := c.call(200, "get-entrance", asked{As: as})
	c.call(200, "set-entrance", asked{As: as, Body: m{"second_factor": false, "networks": []string{}}, Header: matching(closed)})
	with(200, "get-organisation", asked{})
}

// token makes a token of the body's administrator.
func (c *contract) token(scopes ...string) any {
	c.t.Helper()
	return c.call(201, "make-account-token", asked{Body: m{"name": "script", "scopes": scopes}}).get("token")
}

func (c *contract) counted(query string) (n int) {
	c.t.Helper()
	if err := c.house.app.DB.QueryRow(c.t.Context(), query).Scan(&n); err != nil {
		c.t.Fatal(err)
	}
	return n
}

func (c *contract) count(want int, query string) {
	c.t.Helper()
	if n := c.counted(query); n != want {
		c.t.Errorf("%d, want %d: %s", n, want, query)
	}
}
