// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"net/url"
)

// previewContract shows a draft's mail to readers of two languages.
func previewContract(c *contract, path map[string]string) {
	see := func(want int, query url.Values) answered {
		return c.call(want, "preview-advisory", asked{As: "analyst", Path: path, Query: query})
	}
	if got := see(200, url.Values{"language": {"nb"}}); got.get("language") != "nb" || got.get("text_language") != "it" || got.get("html") == "" {
		c.t.Errorf("%v", got.Body)
	}
	see(200, nil)
	see(422, url.Values{"language": {"fr"}})
	c.call(404, "preview-advisory", asked{As: "org_admin@c_x101", Path: path})
}

// templateContract makes, reads, changes and deletes what alerts are begun from.
func templateContract(c *contract) {
	body := m{"name": "Phishing", "kind": "alert", "severity": "high", "tlp": "TLP:GREEN", "texts": m{"it": m{"title": "Campagna di phishing", "body": "## Che cosa fare"}}, "audience": "everyone"}
	made := c.call(201, "add-advisory-template", asked{As: "analyst", Body: body})
	c.call(409, "add-advisory-template", asked{As: "analyst", Body: body})
	c.call(404, "add-advisory-template", asked{As: "org_admin@c_x101", Body: body})
	path, at := map[string]string{"id": made.id("id")}, map[string]string{"If-Match": made.Header.Get("ETag")}
	if got := c.call(200, "get-advisory-template", asked{As: "analyst", Path: path}); got.get("name") != "Phishing" || got.get("main_language") != "it" {
		c.t.Errorf("%v", got.Body)
	}
	body["tlp"] = "TLP:RED" // for whom nobody named
	c.call(422, "update-advisory-template", asked{As: "analyst", Path: path, Body: body, Header: at})
	body["tlp"] = "TLP:AMBER"
	edited := c.call(200, "update-advisory-template", asked{As: "analyst", Path: path, Body: body, Header: at})
	c.call(412, "update-advisory-template", asked{As: "analyst", Path: path, Body: body, Header: at})
	if got := c.call(200, "list-advisory-templates", asked{As: "analyst"}).items(); len(got) != 1 || got[0].(m)["tlp"] != "TLP:AMBER" {
		c.t.Errorf("%v", got)
	}
	c.call(204, "delete-advisory-template", asked{As: "analyst", Path: path, Header: map[string]string{"If-Match": edited.Header.Get("ETag")}})
	c.call(404, "get-advisory-template", asked{As: "analyst", Path: path})
}

// fileContract adds files to a draft, shows one, removes one and gives the other.
func fileContract(c *contract, path map[string]string) string {
	binary := map[string]string{"Content-Type": "application/octet-stream"}
	add := func(want int, text string) answered {
		return c.call(want, "add-advisory-attachment", asked{As: "analyst", Path: path, Raw: text, Query: url.Values{"filename": {"regole.txt"}}, Header: binary})
	}
	kept, gone := add(201, "uno"), add(201, "due")
	add(409, "due")
	c.call(404, "add-advisory-attachment", asked{As: "org_admin@c_x101", Path: path, Raw: "tre", Query: url.Values{"filename": {"x"}}, Header: binary})
	at := func(a answered) map[string]string {
		return map[string]string{"id": path["id"], "attachment": a.id("id")}
	}
	c.call(204, "show-advisory-attachment", asked{As: "analyst", Path: at(kept), Body: m{"public": true}})
	c.call(204, "remove-advisory-attachment", asked{As: "analyst", Path: at(gone)})
	c.call(404, "remove-advisory-attachment", asked{As: "analyst", Path: at(gone)})
	if got := c.call(200, "get-advisory-attachment", asked{As: "analyst", Path: at(kept)}); got.Body != "uno" {
		c.t.Errorf("%v", got.Body)
	}
	return kept.id("id")
}

// receivedFileContract fetches a file as who received the alert, and as who did not.
func receivedFileContract(c *contract, path map[string]string, file string) {
	at := map[string]string{"id": path["id"], "attachment": file}
	got := c.call(200, "get-received-advisory-attachment", asked{Path: at})
	if got.Body != "uno" || got.Header.Get("Content-Disposition") != "attachment; filename=regole.txt" || got.Header.Get("X-Content-Type-Options") != "nosniff" {
		c.t.Errorf("%v %v", got.Body, got.Header)
	}
	if one := c.call(200, "get-received-advisory", asked{Path: path}); len(one.get("attachments").([]any)) != 1 {
		c.t.Errorf("%v", one.Body)
	}
	c.call(404, "get-received-advisory-attachment", asked{As: "org_admin@c_x102", Path: map[string]string{"org": "c_x102", "id": path["id"], "attachment": file}})
}
