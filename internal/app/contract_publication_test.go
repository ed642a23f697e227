// SPDX-License-Identifier: EUPL-1.2

package app

import "fmt"

// publicationContract reads, as who has not signed in, what is for everybody.
func publicationContract(c *contract) {
	staff := func(q asked) asked { q.As = "analyst"; return q }
	send := func(label string) {
		made := c.call(201, "add-advisory", staff(asked{Body: m{"kind": "alert", "severity": "high", "tlp": label, "audience": "code:c_x101",
			"texts": m{"it": m{"title": "Per " + label, "body": "Testo."}}, "cves": []string{"CVE-2026-0009"}, "references": []string{"https://vendor.example/a"}}}))
		c.call(200, "send-advisory", staff(asked{Path: map[string]string{"id": made.id("id")}, Header: map[string]string{"If-Match": made.Header.Get("ETag")}}))
	}
	send("TLP:CLEAR")
	send("TLP:GREEN")
	c.drain()
	got := c.call(200, "list-public-alerts", asked{As: "visitor"}).items()
	if len(got) != 1 || fmt.Sprint(got[0].(m)["texts"].(m)["it"].(m)["title"]) != "Per TLP:CLEAR" {
		c.t.Fatalf("%v", got)
	}
	name := fmt.Sprint(got[0].(m)["name"])
	if one := c.call(200, "get-public-alert", asked{As: "visitor", Path: map[string]string{"name": name}}); one.get("document") == nil {
		c.t.Errorf("%v", one.Body)
	}
	c.call(404, "get-public-alert", asked{As: "visitor", Path: map[string]string{"name": "csirt-2026-9999"}})
	profileContract(c)
	if got := c.call(200, "get-service-status", asked{As: "visitor"}); len(got.get("parts").([]any)) != 4 {
		c.t.Errorf("%v", got.Body)
	}
}

// profileContract reads and writes what the CSIRT says of itself.
func profileContract(c *contract) {
	seen := c.call(200, "get-csirt-profile", asked{As: "visitor"})
	body := m{"name": "CSIRT", "email": "csirt@csirt.example", "time_zone": "Europe/Rome", "texts": m{"en": m{"mission": "To help."}}}
	match := map[string]string{"If-Match": seen.Header.Get("ETag")}
	set := c.call(200, "set-csirt-profile", asked{As: "administrator", Header: match, Body: body})
	if set.Header.Get("ETag") == seen.Header.Get("ETag") {
		c.t.Error("the version did not change")
	}
	c.call(412, "set-csirt-profile", asked{As: "administrator", Header: match, Body: body})
	body["time_zone"] = "Nowhere"
	c.call(422, "set-csirt-profile", asked{As: "administrator", Header: map[string]string{"If-Match": set.Header.Get("ETag")}, Body: body})
	c.call(403, "set-csirt-profile", asked{As: "analyst", Header: map[string]string{"If-Match": set.Header.Get("ETag")}, Body: body})
}
