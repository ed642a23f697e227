// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"fmt"
	"net/url"
)

// stackContract calls what is about what an organisation runs.
func stackContract(c *contract) {
	made := c.call(201, "add-stack-item", asked{Body: m{"label": "FortiOS", "cpe": "cpe:2.3:o:fortinet:fortios:7.2.7:*:*:*:*:*:*:*", "exposure": "internet"},
		Header: map[string]string{"Idempotency-Key": "stack-1"}})
	c.call(201, "add-stack-item", asked{Body: m{"label": "FortiOS", "cpe": "cpe:2.3:o:fortinet:fortios:7.2.7:*:*:*:*:*:*:*", "exposure": "internet"},
		Header: map[string]string{"Idempotency-Key": "stack-1"}})
	c.call(409, "add-stack-item", asked{Body: m{"label": "FortiOS", "cpe": "cpe:2.3:o:fortinet:fortios:7.2.7:*:*:*:*:*:*:*"}})
	other := c.call(201, "add-stack-item", asked{Body: m{"label": "Protocollo informatico", "version": "4.1"}})
	c.call(422, "add-stack-item", asked{Body: m{"version": "4.1"}})
	c.call(403, "add-stack-item", asked{As: "org_leader@c_x101", Body: m{"label": "x"}})

	first := c.call(200, "list-stack-items", asked{Query: url.Values{"limit": {"1"}, "sort": {"-label"}}})
	second := c.call(200, "list-stack-items", asked{Query: url.Values{"limit": {"1"}, "sort": {"-label"}, "cursor": {fmt.Sprint(first.get("next_cursor"))}}})
	if len(first.items()) != 1 || len(second.items()) != 1 || fmt.Sprint(first.items()) == fmt.Sprint(second.items()) {
		c.t.Errorf("pages %v and %v", first.items(), second.items())
	}
	c.call(400, "list-stack-items", asked{Query: url.Values{"cursor": {"nonsense"}}})
	path := map[string]string{"id": made.id("id")}
	read := c.call(200, "get-stack-item", asked{Path: path})
	c.call(404, "get-stack-item", asked{As: "org_admin@c_x102", Path: path})
	match := map[string]string{"If-Match": read.Header.Get("ETag")}
	c.house.clock.Advance(1e9)
	c.call(428, "update-stack-item", asked{Path: path, Body: m{"label": "FortiOS", "version": "7.2.8"}})
	c.call(200, "update-stack-item", asked{Path: path, Header: match, Body: m{"label": "FortiOS", "cpe": "cpe:2.3:o:fortinet:fortios:7.2.8:*:*:*:*:*:*:*", "version": "7.2.8"}})
	c.call(412, "update-stack-item", asked{Path: path, Header: match, Body: m{"label": "FortiOS", "version": "7.2.9"}})
	if got := c.call(200, "list-stack-item-history", asked{Path: path}); len(got.items()) != 2 {
		c.t.Errorf("history %v", got.Body)
	}
	c.call(200, "confirm-stack-item", asked{Path: map[string]string{"id": other.id("id")}, Body: m{"product": ""}})
	c.call(200, "count-stack-items", asked{})
	c.call(200, "list-stack-changes", asked{Query: url.Values{"from": {"2026-11-01T00:00:00Z"}}})
	if got := c.call(200, "change-stack-items", asked{Body: m{"ids": []any{made.get("id")}, "do": "classify", "criticality": "high"}}); got.id("changed") != "1" {
		c.t.Errorf("%v", got.Body)
	}
	c.call(204, "remove-stack-item", asked{Path: path})
	c.call(404, "remove-stack-item", asked{Path: path})
	importContract(c)
	nameContract(c)
}

func importContract(c *contract) {
	upload := asked{Query: url.Values{"kind": {"csv"}, "filename": {"stack.csv"}}, Header: map[string]string{"Content-Type": "text/csv", "Idempotency-Key": "import-1"},
		Raw: "nome;versione\nOpenSSL;3.0.13\nProgramma sconosciuto;1.0\n"}
	up := c.call(202, "upload-import", upload)
	if again := c.call(202, "upload-import", upload); again.id("id") != up.id("id") {
		c.t.Errorf("the same upload twice made two imports")
	}
	c.call(415, "upload-import", asked{Raw: "x", Header: map[string]string{"Content-Type": "image/png"}})
	path := map[string]string{"id": up.id("id")}
	if got := c.call(200, "get-import", asked{Path: path}); got.get("state") != "ready" || up.Header.Get("Location") != "" {
		c.t.Errorf("%v", got.Body)
	}
	c.call(404, "get-import", asked{As: "org_admin@c_x102", Path: path})
	c.call(200, "list-imports", asked{})
	if rows := c.call(200, "list-import-rows", asked{Path: path}); len(rows.items()) != 2 {
		c.t.Errorf("%v", rows.Body)
	}
	if done := c.call(202, "apply-import", asked{Path: path, Body: m{}}); done.get("state") != "done" {
		c.t.Errorf("%v", done.Body)
	}
	second := c.call(202, "upload-import", asked{Query: url.Values{"kind": {"csv"}}, Header: map[string]string{"Content-Type": "text/csv"}, Raw: "nome;versione\nOpenSSL;3.0.14\n;2\n"})
	bad := map[string]string{"id": second.id("id")}
	if got := c.call(200, "list-import-problems", asked{Path: bad}); second.get("state") != "refused" || len(got.items()) != 1 {
		c.t.Errorf("%v %v", second.Body, got.Body)
	}
	c.call(409, "apply-import", asked{Path: bad, Body: m{}})
	c.call(204, "discard-import", asked{Path: bad})
	c.call(404, "get-import", asked{Path: bad})
}

func nameContract(c *contract) {
	names := c.call(200, "list-names", asked{As: "analyst", Query: url.Values{"limit": {"1"}}})
	if len(names.items()) != 1 {
		c.t.Fatalf("%v", names.Body)
	}
	c.call(404, "list-names", asked{})
	c.call(204, "confirm-name", asked{As: "analyst", Body: m{"name": names.items()[0].(m)["key"], "product": ""}})
}
