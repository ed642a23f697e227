// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"net/url"
	"strings"
	"time"
)

// callContract is an alert that nobody acknowledges, until operators telephone.
func callContract(c *contract) {
	entry := m{"kind": "alert", "severity": "critical", "tlp": "TLP:GREEN", "audience": "code:c_x101 or code:c_x102", "acknowledge_within_hours": 1,
		"escalation": m{"call_after_minutes": 5}, "texts": m{"it": m{"title": "Da telefonare", "body": "Subito."}}}
	staff := func(q asked) asked { q.As = "analyst"; return q }
	entry["escalation"] = m{"call_after_minutes": 99999}
	c.call(422, "add-advisory", staff(asked{Body: entry}))
	entry["escalation"] = m{"call_after_minutes": 5}
	made := c.call(201, "add-advisory", staff(asked{Body: entry}))
	alert := map[string]string{"id": made.id("id")}
	c.call(200, "send-advisory", staff(asked{Path: alert, Header: map[string]string{"If-Match": made.Header.Get("ETag")}}))
	c.call(409, "take-next-call", staff(asked{}))
	c.house.clock.Advance(6 * time.Minute)
	c.drain()
	sent := c.call(200, "get-advisory", staff(asked{Path: alert}))
	if steps, _ := sent.get("escalation_steps").([]any); len(steps) != 1 || steps[0].(m)["done_at"] == nil {
		c.t.Fatalf("%v", sent.Body)
	}
	if got := c.call(200, "list-call-lines", staff(asked{})).items(); len(got) != 2 || got[0].(m)["state"] != "free" || got[0].(m)["about"] != "Da telefonare" {
		c.t.Fatalf("%v", got)
	}
	c.call(404, "list-call-lines", asked{})
	takenContract(c, staff)
	c.call(200, "acknowledge-advisory", asked{As: "org_admin@c_x102", Path: map[string]string{"org": "c_x102", "id": alert["id"]}})
	if got := c.call(200, "list-call-lines", staff(asked{})).items(); len(got) != 0 {
		c.t.Errorf("%v", got)
	}
	if got := c.call(200, "list-call-lines", staff(asked{Query: url.Values{"closed": {"true"}}})).items(); len(got) != 2 {
		c.t.Errorf("%v", got)
	}
	for _, d := range c.call(200, "list-advisory-deliveries", staff(asked{Path: alert})).items() {
		if done, _ := d.(m)["escalations"].([]any); len(done) != 1 || d.(m)["acknowledged_at"] == nil {
			c.t.Errorf("%v", d)
		}
	}
}

// takenContract is what an operator does with the line of c_x101.
func takenContract(c *contract, staff func(asked) asked) {
	first := c.call(200, "take-next-call", staff(asked{}))
	line, _ := first.get("line").(m)
	path := map[string]string{"id": answered{Body: line}.id("id")}
	if again := c.call(200, "take-next-call", staff(asked{})); again.get("line").(m)["id"] != line["id"] || line["state"] != "held" {
		c.t.Errorf("%v", again.Body)
	}
	c.call(409, "take-call-line", asked{As: "operator", Path: path})
	c.call(403, "take-next-call", asked{As: "auditor"})
	c.call(204, "release-call-line", staff(asked{Path: path}))
	c.call(200, "take-call-line", staff(asked{Path: path}))
	c.call(404, "get-call-line", staff(asked{Path: map[string]string{"id": "99999"}}))
	if got := c.call(200, "get-call-line", staff(asked{Path: path})); len(got.get("script").([]any)) < 4 {
		c.t.Errorf("%v", got.Body)
	}
	c.call(422, "record-call", staff(asked{Path: path, Body: m{"outcome": "reached"}}))
	c.call(409, "record-call", asked{As: "operator", Path: path, Body: m{"outcome": "not_reached"}})
	c.call(200, "record-call", staff(asked{Path: path, Body: m{"outcome": "wrong_number", "phone": "+39 055 000000", "person": "Qualcuno"}}))
	numbers := c.call(200, "list-wrong-numbers", staff(asked{})).items()
	if len(numbers) != 1 {
		c.t.Fatalf("%v", numbers)
	}
	number := map[string]string{"id": answered{Body: numbers[0]}.id("id")}
	c.call(204, "correct-wrong-number", staff(asked{Path: number}))
	c.call(404, "correct-wrong-number", staff(asked{Path: number}))
	if got := c.call(200, "get-call-round-progress", staff(asked{})); got.get("open") == nil {
		c.t.Errorf("%v", got.Body)
	}
	if text, _ := c.call(200, "export-call-round", asked{As: "administrator"}).Body.(string); !strings.Contains(text, "Da telefonare") {
		c.t.Errorf("%s", text)
	}
	for _, l := range c.call(200, "list-call-lines", staff(asked{})).items() {
		if l.(m)["organisation"] == "c_x101" {
			path["id"] = answered{Body: l}.id("id")
		}
	}
	c.call(200, "take-call-line", staff(asked{Path: path}))
	if got := c.call(200, "record-call", staff(asked{Path: path, Body: m{"outcome": "reached", "person": "Paolo Nencini", "phone": "1"}})); got.get("line").(m)["state"] != "reached" {
		c.t.Errorf("%v", got.Body)
	}
	c.call(409, "record-call", staff(asked{Path: path, Body: m{"outcome": "reached", "person": "Paolo Nencini"}}))
}
