// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"fmt"
	"net/url"
	"strings"
)

// intakeContract tries the sources of alerts.
func intakeContract(c *contract) {
	const as = "csirt_manager"
	entry := m{"name": "Esempio inventato", "kind": "rss", "address": "https://feed.invalid/alerts?key=1", "settings": m{"back_days": 7}, "secret": "s3cret",
		"owner": "turno@csirt.example", "every_minutes": 15, "active": true, "tlp": "TLP:GREEN"}
	made := c.call(201, "add-alert-source", asked{As: as, Body: entry})
	if made.get("secret") != nil || made.get("has_secret") != true || !strings.HasSuffix(made.Header.Get("Location"), "/alert-sources/"+made.id("id")) {
		c.t.Errorf("%v at %s", made.Body, made.Header.Get("Location"))
	}
	c.call(422, "add-alert-source", asked{As: as, Body: entry}) // its name is taken
	c.call(403, "add-alert-source", asked{As: "analyst", Body: entry})
	path := map[string]string{"id": made.id("id")}
	if read := c.call(200, "get-alert-source", asked{As: "auditor", Path: path}); read.get("address") != nil || read.get("host") != "feed.invalid" {
		c.t.Errorf("%v", read.Body)
	}
	c.call(404, "get-alert-source", asked{Path: path})
	tag := map[string]string{"If-Match": made.Header.Get("ETag")}
	entry["every_minutes"] = 60
	delete(entry, "secret")
	c.call(200, "update-alert-source", asked{As: as, Path: path, Body: entry, Header: tag})
	c.call(412, "update-alert-source", asked{As: as, Path: path, Body: entry, Header: tag})
	entry["name"], entry["kind"], entry["settings"] = "Raccolta inventata", "taxii", m{"back_days": 7, "collection": "public"}
	collection := c.call(201, "add-alert-source", asked{As: as, Body: entry})
	if s, _ := collection.get("settings").(m); s["collection"] != "public" {
		c.t.Errorf("%v", collection.Body)
	}
	if all := c.call(200, "list-alert-sources", asked{As: "auditor", Query: url.Values{"limit": {"1"}}}).items(); len(all) != 1 {
		c.t.Errorf("%v", all)
	}
	c.call(200, "list-alert-source-items", asked{As: "auditor", Path: path})
	c.call(404, "list-alert-source-items", asked{As: "auditor", Path: map[string]string{"id": "999999"}})
	c.call(409, "run-alert-source", asked{As: "analyst", Path: path}) // the demonstration asks nobody
	c.house.app.rooms.intake.Idle = false
	c.call(202, "run-alert-source", asked{As: "analyst", Path: path})
	c.call(403, "run-alert-source", asked{As: "auditor", Path: path})
	c.call(204, "delete-alert-source", asked{As: as, Path: path})
	c.call(404, "delete-alert-source", asked{As: as, Path: path})
	mailContract(c, entry)
}

// mailContract tries what comes by mail.
func mailContract(c *contract, entry m) {
	entry["name"], entry["kind"] = "Posta inventata", "mail"
	delete(entry, "address")
	entry["settings"] = m{"back_days": 7, "senders": []string{"avvisi@polizia.example"}}
	source := c.call(201, "add-alert-source", asked{As: "csirt_manager", Body: entry})
	if s, _ := source.get("settings").(m); fmt.Sprint(s["senders"]) != "[avvisi@polizia.example]" {
		c.t.Errorf("%v", source.Body)
	}
	c.call(409, "run-alert-source", asked{As: "analyst", Path: map[string]string{"id": source.id("id")}})
	const mail = "From: chi@altrove.example\nMessage-ID: <1@altrove.example>\nSubject: ESEMPIO INVENTATO\nDate: Wed, 25 Nov 2026 09:00:00 +0100\n\nSintesi\nun difetto inventato\n"
	if said, err := c.house.app.TakeMail(c.t.Context(), "", []byte(mail)); err != nil || !strings.Contains(said, "refused") {
		c.t.Errorf("%s %v", said, err)
	}
	items := c.call(200, "list-alert-source-items", asked{As: "auditor", Path: map[string]string{"id": source.id("id")}}).items()
	item, _ := append(items, nil)[0].(m)
	if len(items) != 1 || item["state"] != "refused" || item["stored"] != true || item["sender"] != "chi@altrove.example" {
		c.t.Fatalf("%v", items)
	}
	one := map[string]string{"id": source.id("id"), "item": fmt.Sprint(item["id"])}
	if got := c.call(200, "get-alert-source-item", asked{As: "auditor", Path: one}); got.get("code") != "intake.mail.sender" {
		c.t.Errorf("%v", got.Body)
	}
	c.call(200, "get-alert-source-mail", asked{As: "auditor", Path: one})
	c.call(404, "get-alert-source-item", asked{As: "auditor", Path: map[string]string{"id": source.id("id"), "item": "999999"}})
	c.call(403, "accept-alert-source-item", asked{As: "auditor", Path: one})
	c.call(202, "accept-alert-source-item", asked{As: "analyst", Path: one})
	if _, err := c.house.app.Queue.Drain(c.t.Context()); err != nil {
		c.t.Error(err)
	}
	if got := c.call(200, "get-alert-source-item", asked{As: "auditor", Path: one}); got.get("state") != "made" || got.get("advisory") == nil {
		c.t.Errorf("%v", got.Body)
	}
	c.call(404, "get-alert-source-mail", asked{As: "auditor", Path: one})
	c.call(409, "accept-alert-source-item", asked{As: "analyst", Path: one})
}
