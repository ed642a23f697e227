// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
)

// exchangeContract tries the keys of programs that take alerts.
func exchangeContract(c *contract) {
	accessKeyContract(c, "", "org_admin@c_x101", "/organisations/c_x101/access-keys/", m{"name": "Firewall", "door": "feed"})
	accessKeyContract(c, "neighbour-", "csirt_manager", "/access-keys/", m{"name": "CSIRT vicino", "door": "feed", "upto": "TLP:GREEN"})
	c.call(403, "make-access-key", asked{As: "org_security@c_x101", Body: m{"name": "x", "door": "feed"}})
	c.call(403, "make-neighbour-access-key", asked{As: "analyst", Body: m{"name": "x", "door": "feed", "upto": "TLP:CLEAR"}})
	c.call(422, "make-neighbour-access-key", asked{As: "csirt_manager", Body: m{"name": "x", "door": "feed", "upto": "TLP:RED"}})
	never := c.call(201, "add-never-blocked", asked{As: "analyst", Body: m{"value": ".fornitore.example", "note": "il nostro fornitore"}})
	c.call(409, "add-never-blocked", asked{As: "analyst", Body: m{"value": ".fornitore.example"}})
	c.call(422, "add-never-blocked", asked{As: "analyst", Body: m{"value": "nulla"}})
	c.call(403, "add-never-blocked", asked{As: "operator", Body: m{"value": "a.example"}})
	if all := c.call(200, "list-never-blocked", asked{As: "auditor"}).items(); len(all) != 1 {
		c.t.Errorf("%v", all)
	}
	c.call(204, "remove-never-blocked", asked{As: "analyst", Path: map[string]string{"id": never.id("id")}})
	c.call(404, "remove-never-blocked", asked{As: "analyst", Path: map[string]string{"id": never.id("id")}})
	c.call(200, "list-left-out", asked{As: "auditor"})
}

func accessKeyContract(c *contract, prefix, as, location string, entry m) {
	op := func(verb, rest string) string { return verb + "-" + prefix + "access-key" + rest }
	made := c.call(201, op("make", ""), asked{As: as, Body: entry})
	if !strings.HasPrefix(fmt.Sprint(made.get("secret")), "mx_") || !strings.HasSuffix(made.Header.Get("Location"), location+made.id("id")) {
		c.t.Errorf("%v at %s", made.Body, made.Header.Get("Location"))
	}
	c.call(422, op("make", ""), asked{As: as, Body: m{"name": "", "door": "feed", "allow": []string{"office"}}})
	path := map[string]string{"id": made.id("id")}
	if status := c.opened("/feeds/" + fmt.Sprint(made.get("secret")) + ".atom"); status != http.StatusOK {
		c.t.Errorf("the key opens: %d", status)
	}
	read := c.call(200, op("get", ""), asked{As: as, Path: path})
	if read.get("secret") != nil || read.get("used_at") == nil {
		c.t.Errorf("%v", read.Body)
	}
	change := m{"name": "Altro", "allow": []string{"192.0.2.0/24"}, "upto": entry["upto"]}
	if entry["upto"] == nil {
		delete(change, "upto")
	}
	tag := map[string]string{"If-Match": read.Header.Get("ETag")}
	c.call(200, op("update", ""), asked{As: as, Path: path, Body: change, Header: tag})
	c.call(412, op("update", ""), asked{As: as, Path: path, Body: change, Header: tag})
	if rotated := c.call(200, op("rotate", ""), asked{As: as, Path: path, Body: m{}}); rotated.get("secret") == made.get("secret") || rotated.get("old_secret_until") == nil {
		c.t.Errorf("%v", rotated.Body)
	}
	if all := c.call(200, op("list", "s"), asked{As: as}).items(); len(all) != 1 {
		c.t.Errorf("%v", all)
	}
	c.call(204, op("revoke", ""), asked{As: as, Path: path})
	c.call(404, op("get", ""), asked{As: as, Path: path})
}

// opened asks at a program's door, as nobody in particular.
func (c *contract) opened(path string, header ...string) int {
	c.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	c.house.app.Gate.ServeHTTP(w, r)
	return w.Code
}
