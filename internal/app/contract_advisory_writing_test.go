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
