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
