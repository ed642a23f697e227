// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"fmt"
	"net/url"
	"strings"
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
	c.goesOn("list-stack-item-history", asked{Path: path}, 2)
	c.call(200, "confirm-stack-item", asked{Path: map[string]string{"id": other.id("id")}, Body: m{"product": ""}})
	c.call(204, "forget-stack-item-product", asked{Path: map[string]string{"id": other.id("id")}})
	c.call(404, "forget-stack-item-product", asked{As: "org_admin@c_x102", Path: map[string]string{"org": "c_x102", "id": other.id("id")}})
	c.call(200, "count-stack-items", asked{})
	c.call(200, "list-stack-changes", asked{Query: url.Values{"from": {"2026-11-01T00:00:00Z"}}})
	if got := c.call(200, "change-stack-items", asked{Body: m{"ids": []any{made.get("id")}, "do": "classify", "criticality": "high"}}); got.id("changed") != "1" {
		c.t.Errorf("%v", got.Body)
	}
	file := c.call(200, "export-stack-items", asked{Query: url.Values{"q": {"fortios"}}, Header: map[string]string{"Accept": "text/csv", "Accept-Language": "en"}})
	if rows := file.rows(); len(rows) != 2 || !strings.HasPrefix(rows[0], "System,") || !strings.Contains(rows[1], "FortiOS") || file.Header.Get("Content-Disposition") == "" {
		c.t.Errorf("%q", rows)
	}
	c.call(406, "export-stack-items", asked{Header: map[string]string{"Accept": "application/json"}})
	c.call(422, "export-stack-items", asked{Query: url.Values{"sort": {"colour"}}})
	c.call(404, "export-stack-items", asked{As: "org_admin@c_x102"})
	c.call(204, "remove-stack-item", asked{Path: path})
	c.call(404, "remove-stack-item", asked{Path: path})
	assetContract(c)
	sourceContract(c)
	importContract(c)
	nameContract(c)
}

// assetContract calls what is about hosts and systems.
func assetContract(c *contract) {
	made := c.call(201, "add-asset", asked{Body: m{"name": "Portale", "kind": "server", "exposure": "isolated", "owner": "CED"}})
	other := c.call(201, "add-asset", asked{Body: m{"name": "portale.comune.example.it"}})
	c.call(409, "add-asset", asked{Body: m{"name": "portale"}})
	c.call(422, "add-asset", asked{Body: m{"name": "x", "kind": "toaster"}})
	c.call(403, "add-asset", asked{As: "org_leader@c_x101", Body: m{"name": "y"}})
	path, theirs := map[string]string{"id": made.id("id")}, map[string]string{"org": "c_x102", "id": made.id("id")}
	read := c.call(200, "get-asset", asked{Path: path})
	item := c.call(201, "add-stack-item", asked{Body: m{"label": "Programma del portale", "asset": "Portale"}})
	on := url.Values{"asset_id": {made.id("id")}}
	if got := c.call(200, "list-stack-items", asked{Query: on}); len(got.items()) != 1 {
		c.t.Errorf("%v", got.Body)
	}
	match := map[string]string{"If-Match": read.Header.Get("ETag")}
	if got := c.call(200, "update-asset", asked{Path: path, Header: match, Body: m{"name": "Portale", "exposure": "internet"}}); got.get("exposure") != "internet" {
		c.t.Errorf("%v", got.Body)
	}
	c.call(412, "update-asset", asked{Path: path, Header: match, Body: m{"name": "Portale"}})
	c.call(428, "update-asset", asked{Path: path, Body: m{"name": "Portale"}})
	if got := c.call(200, "get-stack-item", asked{Path: map[string]string{"id": item.id("id")}}); got.get("exposure") != "internet" {
		c.t.Errorf("the item does not follow its system: %v", got.Body)
	}
	for _, id := range []string{"get-asset", "list-asset-history", "retire-asset", "return-asset"} {
		c.call(404, id, asked{As: "org_admin@c_x102", Path: theirs})
	}
	c.call(404, "update-asset", asked{As: "org_admin@c_x102", Path: theirs, Header: match, Body: m{"name": "Portale"}})
	c.call(404, "merge-assets", asked{As: "org_admin@c_x102", Path: theirs, Body: m{"other": other.get("id")}})
	if rows := c.call(200, "export-assets", asked{Query: url.Values{"q": {"portale"}, "sort": {"-name"}}}).rows(); len(rows) != 3 {
		c.t.Errorf("%q", rows)
	}
	first := c.call(200, "list-assets", asked{Query: url.Values{"limit": {"1"}, "q": {"portale"}}})
	second := c.call(200, "list-assets", asked{Query: url.Values{"limit": {"1"}, "q": {"portale"}, "cursor": {fmt.Sprint(first.get("next_cursor"))}}})
	if len(second.items()) != 1 || second.get("next_cursor") != nil || fmt.Sprint(first.items()) == fmt.Sprint(second.items()) {
		c.t.Errorf("pages %v and %v", first.Body, second.Body)
	}
	if got := c.call(200, "classify-assets", asked{Body: m{"ids": []any{made.get("id")}, "criticality": "critical"}}); got.id("changed") != "1" {
		c.t.Errorf("%v", got.Body)
	}
	c.call(422, "merge-assets", asked{Path: path, Body: m{"other": made.get("id")}})
	c.call(200, "merge-assets", asked{Path: path, Body: m{"other": other.get("id")}})
	c.call(404, "get-asset", asked{Path: map[string]string{"id": other.id("id")}})
	if got := c.call(200, "retire-asset", asked{Path: path}); got.get("retired_at") == nil {
		c.t.Errorf("%v", got.Body)
	}
	if got := c.call(200, "list-assets", asked{Query: url.Values{"retired": {"true"}}}); len(got.items()) != 1 {
		c.t.Errorf("%v", got.Body)
	}
	c.call(200, "return-asset", asked{Path: path})
	if got := c.call(200, "list-asset-history", asked{Path: path}); len(got.items()) < 5 {
		c.t.Errorf("%v", got.Body)
	}
	c.goesOn("list-asset-history", asked{Path: path}, len(c.call(200, "list-asset-history", asked{Path: path}).items()))
}

// sourceContract calls what is about servers an inventory is fetched from.
func sourceContract(c *contract) {
	body := func(change m) m {
		b := m{"name": "Wazuh", "url": "https://wazuh.example.it:55000", "user": "lettore", "password": "una-parola", "every": 24, "paused": true}
		for k, v := range change {
			b[k] = v
		}
		return b
	}
	made := c.call(201, "add-source", asked{Body: body(nil)})
	if _, told := made.Body.(m)["password"]; told {
		c.t.Errorf("the password is given back: %v", made.Body)
	}
	c.call(422, "add-source", asked{Body: body(m{"url": "https://other.example.it"})})
	path, theirs := map[string]string{"id": made.id("id")}, map[string]string{"org": "c_x102", "id": made.id("id")}
	read := c.call(200, "get-source", asked{Path: path})
	match := map[string]string{"If-Match": read.Header.Get("ETag")}
	c.call(428, "update-source", asked{Path: path, Body: body(nil)})
	c.call(200, "update-source", asked{Path: path, Header: match, Body: body(m{"every": 12, "password": ""})})
	c.call(412, "update-source", asked{Path: path, Header: match, Body: body(nil)})
	for _, id := range []string{"get-source", "run-source", "remove-source"} {
		c.call(404, id, asked{As: "org_admin@c_x102", Path: theirs})
		c.call(403, id, asked{As: "org_leader@c_x101", Path: path})
	}
	c.call(404, "update-source", asked{As: "org_admin@c_x102", Path: theirs, Header: match, Body: body(nil)})
	if got := c.call(200, "list-sources", asked{}); len(got.items()) != 1 {
		c.t.Errorf("%v", got.Body)
	}
	c.call(202, "run-source", asked{Path: path, Header: map[string]string{"Idempotency-Key": "run-1"}})
	c.call(204, "remove-source", asked{Path: path})
	c.call(404, "get-source", asked{Path: path})
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
	mapped := c.call(202, "upload-import", asked{Query: url.Values{"kind": {"csv"}}, Header: map[string]string{"Content-Type": "text/csv"}, Raw: "cosa;che\nPostfix;3.9\n"})
	how := m{"kind": "csv", "columns": []any{"label", "version"}}
	if got := c.call(202, "read-import-again", asked{Path: map[string]string{"id": mapped.id("id")}, Body: how}); got.get("state") != "ready" || got.id("added") != "1" {
		c.t.Errorf("%v", got.Body)
	}
	c.call(404, "read-import-again", asked{As: "org_admin@c_x102", Path: map[string]string{"org": "c_x102", "id": mapped.id("id")}, Body: how})
	c.call(422, "read-import-again", asked{Path: map[string]string{"id": mapped.id("id")}, Body: m{"kind": "csv", "columns": []any{"nonsense"}}})
	pasted := c.call(202, "upload-import", asked{Query: url.Values{"kind": {"paste"}}, Header: map[string]string{"Content-Type": "text/plain"}, Raw: "Postfix 3.9"})
	if got := c.call(200, "get-import-text", asked{Path: map[string]string{"id": pasted.id("id")}}); got.get("text") != "Postfix 3.9" {
		c.t.Errorf("%v", got.Body)
	}
	c.call(404, "get-import-text", asked{As: "org_admin@c_x102", Path: map[string]string{"org": "c_x102", "id": pasted.id("id")}})
	second := c.call(202, "upload-import", asked{Query: url.Values{"kind": {"csv"}}, Header: map[string]string{"Content-Type": "text/csv"}, Raw: "nome;versione\nOpenSSL;3.0.14\n;2\n"})
	bad := map[string]string{"id": second.id("id")}
	if got := c.call(200, "list-import-problems", asked{Path: bad}); second.get("state") != "refused" || len(got.items()) != 1 {
		c.t.Errorf("%v %v", second.Body, got.Body)
	}
	c.call(409, "apply-import", asked{Path: bad, Body: m{}})
	c.call(204, "discard-import", asked{Path: bad})
	c.call(404, "get-import", asked{Path: bad})
}

// nameContract calls what is about names and what they mean.
func nameContract(c *contract) {
	const as = "analyst"
	c.call(200, "suggest-products", asked{Query: url.Values{"q": {"fort"}}})
	c.call(200, "suggest-products-for-names", asked{As: as, Query: url.Values{"q": {"fort"}}})
	item := c.call(201, "add-stack-item", asked{Body: m{"label": "Gestionale tributi", "publisher": "Softedil", "version": "9.2"}})
	c.call(200, "list-stack-item-candidates", asked{Path: map[string]string{"id": item.id("id")}})
	c.call(404, "list-stack-item-candidates", asked{As: "org_admin@c_x102", Path: map[string]string{"org": "c_x102", "id": item.id("id")}})
	found := c.call(200, "list-names", asked{As: as, Query: url.Values{"limit": {"1"}, "q": {"tributi"}}}).items()
	if len(found) != 1 {
		c.t.Fatalf("%v", found)
	}
	key := found[0].(m)["key"].(string)
	c.call(404, "list-names", asked{})
	if got := c.call(200, "get-name", asked{As: as, Query: url.Values{"name": {key}}}); len(got.get("holders").([]any)) != 1 {
		c.t.Errorf("%v", got.Body)
	}
	c.call(404, "get-name", asked{Query: url.Values{"name": {key}}})
	c.call(404, "get-name", asked{As: as, Query: url.Values{"name": {"nobody has this"}}})
	c.call(204, "confirm-name", asked{As: as, Body: m{"name": key, "product": ""}})
	if got := c.call(200, "list-confirmed-names", asked{As: as, Query: url.Values{"limit": {"1"}}}); len(got.items()) != 1 || got.items()[0].(m)["key"] != key {
		c.t.Errorf("%v", got.Body)
	}
	c.call(204, "forget-name", asked{As: as, Body: m{"name": key}})
	c.call(404, "forget-name", asked{Body: m{"name": key}})
	if got := c.call(200, "list-names", asked{As: as, Query: url.Values{"q": {"tributi"}}}); len(got.items()) != 1 {
		c.t.Errorf("what was taken back does not wait again: %v", got.Body)
	}
	c.call(200, "confirm-names", asked{As: as, Body: m{"names": []any{m{"name": key, "product": ""}}}})
	c.call(422, "confirm-names", asked{As: as, Body: m{"names": []any{m{"name": key, "product": "a:no:such"}}}})
	c.call(200, "list-affected-names", asked{As: as})
	c.call(404, "list-affected-names", asked{})
	c.call(422, "confirm-affected-name", asked{As: as, Body: m{"vendor": "Fortinet", "name": "FortiOS", "product": "a:no:such"}})
	c.call(200, "list-confirmed-affected-names", asked{As: as})
}
