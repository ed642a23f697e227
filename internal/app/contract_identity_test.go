// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"fmt"
	"net/url"
)

// accountContract calls what is about the asker himself.
func accountContract(c *contract) {
	me := c.call(200, "get-account", asked{})
	if me.get("name") != "org_admin@c_x101" || me.get("token") != nil {
		c.t.Errorf("%v", me.Body)
	}
	c.call(428, "update-account", asked{Body: m{"name": "org_admin@c_x101", "language": "en"}})
	changed := c.call(200, "update-account", asked{Body: m{"name": "org_admin@c_x101", "language": "en"}, Header: matching(me)})
	c.call(412, "update-account", asked{Body: m{"name": "org_admin@c_x101", "language": "it"}, Header: matching(me)})
	c.call(422, "update-account", asked{Body: m{"name": "org_admin@c_x101", "language": "xx"}, Header: matching(changed)})
	sessions := c.call(200, "list-sessions", asked{As: "org_leader@c_x101"}).items()
	if len(sessions) != 1 {
		c.t.Fatalf("%v", sessions)
	}
	c.call(404, "end-session", asked{Path: map[string]string{"id": fmt.Sprint(sessions[0].(m)["id"])}})
}

// sessionContract ends somebody's session: it comes last.
func sessionContract(c *contract) {
	sessions := c.call(200, "list-sessions", asked{As: "org_leader@c_x101"}).items()
	c.call(204, "end-other-sessions", asked{As: "org_leader@c_x101"})
	c.call(204, "end-session", asked{As: "org_leader@c_x101", Path: map[string]string{"id": fmt.Sprint(sessions[0].(m)["id"])}})
	c.call(401, "list-sessions", asked{As: "org_leader@c_x101"})
}

func bearer(token any) map[string]string {
	return map[string]string{"Authorization": fmt.Sprintf("Bearer %v", token)}
}

// tokenContract makes tokens and acts with them.
func tokenContract(c *contract) {
	own := c.call(201, "make-account-token", asked{Body: m{"name": "script", "scopes": []string{"organisation.read", "account", "step-up"}, "days": 10}})
	with := func(id string, want int, q asked) answered {
		c.t.Helper()
		q.As, q.Header = "visitor", bearer(own.get("token"))
		return c.call(want, id, q)
	}
	if me := with("get-account", 200, asked{}); fmt.Sprint(me.get("permissions")) != "[organisation.read]" || me.id("token") != own.id("id") {
		c.t.Errorf("%v", me.Body)
	}
	with("get-organisation", 200, asked{})
	if wrong := with("list-contacts", 403, asked{}); wrong.get("code") != "access.permission" {
		c.t.Errorf("%v", wrong.Body)
	}
	with("get-organisation", 404, asked{Path: map[string]string{"org": "c_x102"}})
	with("make-account-token", 422, asked{Body: m{"name": "more", "scopes": []string{"contact.read"}}}) // never more than its own
	child := with("make-account-token", 201, asked{Body: m{"name": "child", "scopes": []string{"organisation.read"}, "days": 300}})
	if child.get("expires_at") != own.get("expires_at") {
		c.t.Errorf("a token's token outlives it: %v and %v", child.get("expires_at"), own.get("expires_at"))
	}
	if all := c.call(200, "list-account-tokens", asked{}).items(); len(all) != 2 {
		c.t.Errorf("%v", all)
	}
	path := map[string]string{"id": own.id("id")}
	if got := c.call(200, "get-account-token", asked{Path: path}); got.get("used_at") == nil || got.get("token") != nil {
		c.t.Errorf("%v", got.Body)
	}
	c.call(404, "get-account-token", asked{As: "org_admin@c_x102", Path: path})
	c.call(204, "revoke-account-token", asked{Path: path})
	with("get-account", 401, asked{})
	c.call(401, "get-account", asked{As: "visitor", Header: bearer("mrt_" + "A")})
	organisationTokenContract(c)
}

func organisationTokenContract(c *contract) {
	made := c.call(201, "make-token", asked{Body: m{"name": "glpi", "scopes": []string{"contact.read", "token.edit"}}})
	token := bearer(made.get("token"))
	c.call(200, "list-contacts", asked{As: "visitor", Header: token})
	c.call(403, "get-account", asked{As: "visitor", Header: token})
	c.call(403, "make-token", asked{As: "org_security@c_x101", Body: m{"name": "x", "scopes": []string{"contact.read"}}})
	c.call(422, "make-token", asked{Body: m{"name": "x", "scopes": []string{"territory.read"}}})
	both := c.call(201, "make-token", asked{As: "org_admin of both", Body: m{"name": "one only", "scopes": []string{"organisation.read"}}})
	c.call(404, "get-organisation", asked{As: "visitor", Header: bearer(both.get("token")), Path: map[string]string{"org": "c_x102"}})
	far := c.call(201, "make-token", asked{Body: m{"name": "far", "scopes": []string{"organisation.read"}, "addresses": []string{"192.0.2.0/24"}}})
	c.call(403, "get-organisation", asked{As: "visitor", Header: bearer(far.get("token"))})
	path := map[string]string{"id": made.id("id")}
	if all := c.call(200, "list-tokens", asked{}).items(); len(all) != 3 {
		c.t.Errorf("%d tokens", len(all))
	}
	c.call(200, "get-token", asked{Path: path})
	c.call(204, "revoke-token", asked{Path: path})
	c.call(401, "list-contacts", asked{As: "visitor", Header: token})
}

// peopleContract calls what is about an organisation's people.
func peopleContract(c *contract) {
	c.call(202, "invite-person", asked{Body: m{"email": "nuova@x101.example.it", "name": "Nuova Persona", "role": "org_leader"}})
	c.call(409, "invite-person", asked{Body: m{"email": "nuova@x101.example.it", "name": "Nuova Persona", "role": "org_leader"}})
	id := ""
	for _, x := range c.call(200, "list-people", asked{}).items() {
		if x.(m)["email"] == "nuova@x101.example.it" {
			id = fmt.Sprint(x.(m)["id"])
		}
	}
	path := map[string]string{"id": id}
	read := c.call(200, "get-person", asked{Path: path})
	if read.get("state") != "invited" {
		c.t.Errorf("%v", read.Body)
	}
	if _, err := c.house.app.DB.Exec(c.t.Context(), "UPDATE person SET signed_in_at = 1764000000000 WHERE id = $1", id); err != nil {
		c.t.Fatal(err)
	}
	c.call(428, "set-person-role", asked{Path: path, Body: m{"role": "org_technician"}})
	if got := c.call(200, "set-person-role", asked{Path: path, Body: m{"role": "org_technician"}, Header: matching(read)}); got.get("role") != "org_technician" {
		c.t.Errorf("%v", got.Body)
	}
	c.call(412, "set-person-role", asked{Path: path, Body: m{"role": "org_leader"}, Header: matching(read)})
	c.call(202, "invite-person-again", asked{Path: path})
	c.call(403, "get-person", asked{As: "org_admin of both", Path: map[string]string{"id": id, "org": "c_x102"}}) // a technician there: refused
	c.call(204, "remove-person", asked{Path: path})
	c.call(404, "get-person", asked{Path: path})
}

// staffContract calls what is about the CSIRT's own people.
func staffContract(c *contract) {
	const as = "administrator"
	made := c.call(201, "add-staff", asked{As: as, Body: m{"email": "nuovo@csirt.example", "name": "Nuovo Analista", "roles": []string{"analyst"}}})
	path := map[string]string{"id": made.id("id")}
	read := c.call(200, "get-staff", asked{As: as, Path: path})
	c.call(200, "set-staff-roles", asked{As: as, Path: path, Body: m{"roles": []string{"operator", "auditor"}}, Header: matching(read)})
	c.call(412, "set-staff-roles", asked{As: as, Path: path, Body: m{"roles": []string{"auditor"}}, Header: matching(read)})
	c.call(204, "invite-staff-again", asked{As: as, Path: path})
	active := c.call(200, "list-staff", asked{As: as, Query: url.Values{"q": {"auditor"}}}).items()[0]
	c.call(204, "start-recovery", asked{As: as, Path: map[string]string{"id": answered{Body: active}.id("id")}})
	c.call(404, "start-recovery", asked{As: as, Path: path}) // only invited: there is nothing to recover
	c.call(204, "suspend-person", asked{As: as, Path: path})
	c.call(204, "resume-person", asked{As: as, Path: path})
	c.call(404, "list-staff", asked{})
	c.call(403, "list-staff", asked{As: "auditor"})
	first := c.call(200, "list-staff", asked{As: as, Query: url.Values{"limit": {"2"}}})
	second := c.call(200, "list-staff", asked{As: as, Query: url.Values{"limit": {"2"}, "cursor": {fmt.Sprint(first.get("next_cursor"))}}})
	if len(first.items()) != 2 || len(second.items()) != 2 || fmt.Sprint(first.items()) == fmt.Sprint(second.items()) {
		c.t.Errorf("pages %v and %v", first.items(), second.items())
	}
}
