// SPDX-License-Identifier: EUPL-1.2

package app

// serviceContract calls what is about the program itself.
func serviceContract(c *contract) {
	if got := c.call(200, "get-status", asked{As: "visitor"}); got.get("title") != "OK" {
		c.t.Errorf("%v", got.Body)
	}
}

// organisationContract calls what is about an organisation's record and contacts.
func organisationContract(c *contract) {
	read := c.call(200, "get-organisation", asked{})
	change := m{"email": "sicurezza@x101.example.it", "language": "it", "time_zone": "Europe/Rome"}
	match := map[string]string{"If-Match": read.Header.Get("ETag")}
	if got := c.call(403, "update-organisation", asked{Body: change, Header: map[string]string{"Origin": "https://evil.example"}}); got.get("code") != "access.cross_origin" {
		c.t.Errorf("another site is told %v", got.Body)
	}
	c.call(428, "update-organisation", asked{Body: change})
	changed := c.call(200, "update-organisation", asked{Body: change, Header: match})
	if changed.get("email") != "sicurezza@x101.example.it" {
		c.t.Errorf("not written: %v", changed.Body)
	}
	c.call(412, "update-organisation", asked{Body: change, Header: match})
	change["time_zone"] = "Mars/Olympus"
	c.call(422, "update-organisation", asked{Body: change, Header: map[string]string{"If-Match": changed.Header.Get("ETag")}})
	c.call(304, "get-organisation", asked{Header: map[string]string{"If-None-Match": changed.Header.Get("ETag")}})
	c.call(404, "get-organisation", asked{As: "org_admin@c_x102"})
	c.call(401, "get-organisation", asked{As: "visitor"})
	if got := c.call(200, "list-services", asked{}); len(got.items()) == 0 {
		c.t.Errorf("no services: %v", got.Body)
	}
	contactContract(c)
}

// wishContract has a contact say how he wants his alerts.
func wishContract(c *contract) {
	wish := m{"quiet_from": "22:00", "quiet_to": "07:00", "quiet_days_off": true, "alert_mails": "collect"}
	if got := c.call(200, "set-alert-mails", asked{Body: wish}); got.get("alert_mails") != "collect" {
		c.t.Errorf("%v", got.Body)
	}
	c.call(422, "set-alert-mails", asked{Body: m{"quiet_from": "22:00", "quiet_days_off": false, "alert_mails": "each"}})
	c.call(404, "get-alert-mails", asked{As: "org_leader@c_x101"}) // he is no contact
	if got := c.call(200, "get-alert-mails", asked{}); got.get("quiet_to") != "07:00" || got.get("quiet_days_off") != true {
		c.t.Errorf("%v", got.Body)
	}
	c.call(200, "set-alert-mails", asked{Body: m{"quiet_days_off": false, "alert_mails": "each"}})
}

func contactContract(c *contract) {
	contact := m{"roles": []string{"technical"}, "name": "Bruno Bianchi", "email": "bruno@x101.example.it", "phone": "+39 055 1234567", "language": "it", "digest": true}
	wrong := m{"roles": []string{"none"}, "name": "x", "language": "it", "digest": false}
	c.call(422, "add-contact", asked{Body: wrong})
	contact["roles"] = []string{string(c.house.app.rooms.constituency.Reference().Roles[0].ID)}
	contact["phone_24h"] = "+39 055 7654321"
	made := c.call(201, "add-contact", asked{Body: contact})
	path := map[string]string{"id": made.id("id")}
	if got := c.call(200, "list-contacts", asked{}); len(got.items()) != 2 { // with who registered the body
		c.t.Errorf("%v", got.Body)
	}
	read := c.call(200, "get-contact", asked{Path: path})
	contact["name"] = "Bruna Bianchi"
	written := c.call(200, "update-contact", asked{Path: path, Body: contact, Header: map[string]string{"If-Match": read.Header.Get("ETag")}})
	if written.get("name") != "Bruna Bianchi" {
		c.t.Errorf("%v", written.Body)
	}
	c.call(403, "update-contact", asked{As: "org_leader@c_x101", Path: path, Body: contact})
	contact["email"] = c.call(200, "get-account", asked{}).get("email")
	c.call(200, "update-contact", asked{Path: path, Body: contact, Header: map[string]string{"If-Match": written.Header.Get("ETag")}})
	wishContract(c)
	c.call(204, "remove-contact", asked{Path: path})
	c.call(404, "get-contact", asked{Path: path})
}
