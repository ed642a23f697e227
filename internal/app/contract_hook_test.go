// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
)

// hookContract tries webhooks: an organisation's, and the CSIRT's own.
func hookContract(c *contract) {
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("webhook-id"))
	}))
	defer server.Close()
	for _, p := range []struct{ prefix, as, kind, location string }{
		{"", "org_admin@c_x101", "inventory.changed", "/organisations/c_x101/webhooks/"},
		{"csirt-", "csirt_manager", "vulnerability.corpus_changed", "/webhooks/"},
	} {
		before := len(got)
		webhookContract(c, p.prefix, p.as, p.kind, p.location, server.URL)
		if n := len(got) - before; n != 2 || got[before] != got[before+1] {
			c.t.Errorf("%swebhook: %v were received", p.prefix, got[before:])
		}
	}
	hookRefusals(c, server.URL)
	hookTokens(c, server.URL)
}

func webhookContract(c *contract, prefix, as, kind, location, url string) {
	op := func(verb, rest string) string { return verb + "-" + prefix + "webhook" + rest }
	entry := m{"name": "Ticketing", "url": url, "kinds": []string{kind}, "contact": "ict@ente.example", "language": "en"}
	made := c.call(201, op("add", ""), asked{As: as, Body: entry})
	if !strings.HasPrefix(fmt.Sprint(made.get("secret")), "whsec_") || !strings.HasSuffix(made.Header.Get("Location"), location+made.id("id")) {
		c.t.Errorf("%v at %s", made.Body, made.Header.Get("Location"))
	}
	path := map[string]string{"id": made.id("id")}
	read := c.call(200, op("get", ""), asked{As: as, Path: path})
	if read.get("secret") != nil {
		c.t.Error("the secret is shown again")
	}
	entry["name"] = "Ticketing 2"
	tag := map[string]string{"If-Match": read.Header.Get("ETag")}
	c.call(200, op("update", ""), asked{As: as, Path: path, Body: entry, Header: tag})
	c.call(412, op("update", ""), asked{As: as, Path: path, Body: entry, Header: tag})
	c.call(422, op("add", ""), asked{As: as, Body: m{"name": "x", "url": "https://10.0.0.1/", "kinds": []string{kind}, "contact": "x"}})
	if kinds := c.call(200, op("list", "-kinds"), asked{As: as}).items(); len(kinds) < 3 {
		c.t.Errorf("%v", kinds)
	}
	if rotated := c.call(200, op("rotate", "-secret"), asked{As: as, Path: path, Body: m{}}); rotated.get("secret") == made.get("secret") || rotated.get("old_secret_until") == nil {
		c.t.Errorf("%v", rotated.Body)
	}
	c.call(204, op("pause", ""), asked{As: as, Path: path})
	c.call(204, op("resume", ""), asked{As: as, Path: path})
	test := c.call(202, op("test", ""), asked{As: as, Path: path})
	c.drain()
	path["delivery"] = test.id("id")
	one := c.call(200, op("get", "-delivery"), asked{As: as, Path: path})
	if attempts, _ := one.get("attempts").([]any); one.get("state") != "delivered" || len(attempts) != 1 {
		c.t.Errorf("%v", one.Body)
	}
	c.call(202, op("resend", "-delivery"), asked{As: as, Path: path})
	c.drain()
	if log := c.call(200, op("list", "-deliveries"), asked{As: as, Path: path}).items(); len(log) != 1 {
		c.t.Errorf("%v", log)
	}
	if all := c.call(200, op("list", "s"), asked{As: as}).items(); len(all) != 1 {
		c.t.Errorf("%v", all)
	}
	if prefix != "" {
		return // its deletion is the other's
	}
	c.call(200, "list-csirt-webhooks", asked{As: "operator", Query: map[string][]string{"all": {"true"}}})
	c.call(204, op("delete", ""), asked{As: as, Path: path})
	c.call(404, op("get", ""), asked{As: as, Path: path})
}

func (c *contract) drain() {
	c.t.Helper()
	if _, err := c.house.app.Queue.Drain(context.Background()); err != nil {
		c.t.Fatal(err)
	}
}

func hookRefusals(c *contract, url string) {
	entry := m{"name": "Ours", "url": url, "kinds": []string{"inventory.changed"}, "contact": "ict@ente.example"}
	made := c.call(201, "add-webhook", asked{Body: entry})
	path := map[string]string{"id": made.id("id")}
	c.call(404, "get-webhook", asked{As: "org_admin@c_x102", Path: path})
	c.call(404, "get-webhook", asked{As: "org_admin@c_x102", Path: map[string]string{"id": made.id("id"), "org": "c_x102"}})
	c.call(404, "get-csirt-webhook", asked{As: "administrator", Path: path})
	c.call(403, "add-webhook", asked{As: "org_security@c_x101", Body: entry})
	if seen := c.call(200, "get-webhook", asked{As: "org_security@c_x101", Path: path}); seen.get("url") != nil || !strings.HasSuffix(url, fmt.Sprint(seen.get("host"))) {
		c.t.Errorf("who may not change it sees %v", seen.Body)
	}
	c.call(403, "add-csirt-webhook", asked{As: "operator", Body: entry})
	c.call(422, "add-webhook", asked{Body: m{"name": "Ours", "url": url, "kinds": []string{"vulnerability.corpus_changed"}, "contact": "ict@ente.example"}})
	all := c.call(200, "list-csirt-webhooks", asked{As: "auditor", Query: map[string][]string{"all": {"true"}}}).items()
	first, _ := all[0].(m)
	if len(all) != 2 || first["organisation"] != "c_x101" || first["url"] != nil {
		c.t.Errorf("%v", all)
	}
	c.call(403, "list-webhooks", asked{As: "org_admin@c_x101", Query: map[string][]string{"all": {"true"}}})
	own := c.call(200, "list-csirt-webhooks", asked{As: "csirt_manager"}).items()
	id, _ := own[0].(m)
	c.call(204, "delete-csirt-webhook", asked{As: "csirt_manager", Path: map[string]string{"id": fmt.Sprint(id["id"])}})
}

// hookTokens shows which scopes a token needs: what leads messages elsewhere wants step-up.
func hookTokens(c *contract, url string) {
	entry := m{"name": "Ours", "url": url, "kinds": []string{"inventory.changed"}, "contact": "ict@ente.example"}
	for _, x := range []struct {
		scopes    []string
		add, list int
	}{
		{[]string{"hook.read", "hook.edit", "stack.read"}, 403, 200},
		{[]string{"hook.read", "hook.edit", "stack.read", "step-up"}, 201, 200},
		{[]string{"hook.edit", "step-up"}, 422, 403}, // it may not read what the event tells of
	} {
		made := c.call(201, "make-token", asked{Body: m{"name": "hooks", "scopes": x.scopes}})
		as := func(body any) asked { return asked{As: "visitor", Header: bearer(made.get("token")), Body: body} }
		c.call(x.add, "add-webhook", as(entry))
		c.call(x.list, "list-webhooks", as(nil))
	}
}
