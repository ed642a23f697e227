// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"fmt"
	"testing"

	"martinella/internal/platform/db"
)

// waysInContract calls what concerns how one signs in.
func waysInContract(c *contract) {
	key := path1(c.house.passkey(c.t, c.call(200, "get-account", asked{}).id("id")))
	if got := c.call(200, "get-security", asked{}); got.id("passkeys") != "1" || got.get("second_factor") != true {
		c.t.Errorf("%v", got.Body)
	}
	if all := c.call(200, "list-passkeys", asked{}).items(); len(all) != 1 {
		c.t.Errorf("%v", all)
	}
	read := c.call(200, "get-passkey", asked{Path: key})
	c.call(404, "get-passkey", asked{As: "org_admin@c_x102", Path: key})
	c.call(428, "rename-passkey", asked{Path: key, Body: m{"name": "Chiave"}})
	if got := c.call(200, "rename-passkey", asked{Path: key, Body: m{"name": "Chiave"}, Header: matching(read)}); got.get("name") != "Chiave" {
		c.t.Errorf("%v", got.Body)
	}
	c.call(412, "rename-passkey", asked{Path: key, Body: m{"name": "Altra"}, Header: matching(read)})
	c.call(404, "remove-passkey", asked{As: "org_admin@c_x102", Path: key})
	c.call(204, "remove-passkey", asked{Path: key})
	c.call(404, "get-passkey", asked{Path: key})
	c.cards()
}

// cards links a card by its Codice Fiscale, and takes it away again.
func (c *contract) cards() {
	const as, code = "administrator", "RSSMRA85T10A562S"
	person := c.call(200, "get-account", asked{}).id("id")
	c.call(422, "link-person-card", asked{As: as, Path: path1(person), Body: m{"code": "RSSMRA85T10A562X"}})
	c.call(404, "link-person-card", asked{Path: path1(person), Body: m{"code": code}})
	c.call(404, "list-person-identities", asked{As: as, Path: path1(999999)})
	first := c.call(201, "link-person-card", asked{As: as, Path: path1(person), Body: m{"code": code}})
	c.call(409, "link-person-card", asked{As: as, Path: path1(person), Body: m{"code": code}})
	if all := c.call(200, "list-identities", asked{}).items(); len(all) != 1 || all[0].(m)["kind"] != "fiscal" {
		c.t.Errorf("%v", all)
	}
	c.call(404, "remove-identity", asked{As: "org_admin@c_x102", Path: path1(first.id("id"))})
	c.call(204, "remove-identity", asked{Path: path1(first.id("id"))})
	second := c.call(201, "link-person-card", asked{As: as, Path: path1(person), Body: m{"code": code}})
	if all := c.call(200, "list-person-identities", asked{As: as, Path: path1(person)}).items(); len(all) != 1 {
		c.t.Errorf("%v", all)
	}
	link := map[string]string{"id": person, "link": second.id("id")}
	c.call(204, "remove-person-identity", asked{As: as, Path: link})
	c.call(404, "remove-person-identity", asked{As: as, Path: link})
}

// entranceContract limits from where an organisation's people come in.
func entranceContract(c *contract) {
	read := c.call(200, "get-entrance", asked{})
	far := m{"second_factor": false, "networks": []string{"192.0.2.0/24"}}
	c.call(428, "set-entrance", asked{Body: far})
	c.call(409, "set-entrance", asked{Body: far, Header: matching(read)}) // he would keep himself out
	c.call(409, "open-entrance", asked{Body: m{"hours": 2}})              // nothing is closed
	near := m{"second_factor": true, "networks": []string{"127.0.0.1", "::1"}}
	c.call(200, "set-entrance", asked{Body: near, Header: matching(read)})
	c.call(412, "set-entrance", asked{Body: near, Header: matching(read)})
	opened := c.call(200, "open-entrance", asked{Body: m{"hours": 2}})
	if opened.get("open_until") == nil {
		c.t.Errorf("%v", opened.Body)
	}
	c.call(422, "set-entrance", asked{Body: m{"second_factor": false, "networks": []string{"somewhere"}}, Header: matching(opened)})
	c.call(403, "get-entrance", asked{As: "org_security@c_x101"})
	c.call(404, "get-entrance", asked{Path: map[string]string{"org": "c_x102"}})
	c.call(200, "set-entrance", asked{Body: m{"second_factor": false, "networks": []string{}}, Header: matching(opened)})
}

// recoveryContract has two people let a third back in, and refuse another.
func recoveryContract(c *contract) {
	const as = "administrator"
	c.call(204, "start-recovery", asked{As: as, Path: path1(c.call(200, "get-account", asked{As: "org_security@c_x101"}).id("id"))})
	own := c.call(200, "list-own-recoveries", asked{}).items()
	if len(own) != 1 || own[0].(m)["name"] != "org_security@c_x101" {
		c.t.Fatalf("%v", own)
	}
	id := path1(own[0].(m)["id"])
	c.call(404, "get-own-recovery", asked{As: "org_admin@c_x102", Path: map[string]string{"org": "c_x102", "id": id["id"]}})
	c.call(403, "list-own-recoveries", asked{As: "org_technician@c_x101"})
	if got := c.call(200, "get-own-recovery", asked{Path: id}); got.get("obstacle") != nil || fmt.Sprint(got.get("organisations").([]any)[0].(m)["organisation"]) != "c_x101" {
		c.t.Errorf("%v", got.Body)
	}
	if got := c.call(200, "approve-own-recovery", asked{Path: id}); got.get("state") != "open" || got.get("code") != nil {
		c.t.Errorf("%v", got.Body)
	}
	c.call(409, "approve-own-recovery", asked{Path: id}) // once each
	if got := c.call(200, "approve-recovery", asked{As: "operator", Path: id}); got.get("state") != "approved" || got.get("code") == nil {
		c.t.Errorf("%v", got.Body)
	}
	c.call(204, "refuse-own-recovery", asked{Path: id})
	c.refuses(as)
}

// refuses ends a recovery of one of the CSIRT's own people, which only the CSIRT sees.
func (c *contract) refuses(as string) {
	all := c.call(200, "list-recoveries", asked{As: as}).items()
	if len(all) != 1 || all[0].(m)["staff"] != true {
		c.t.Fatalf("%v", all)
	}
	id := path1(all[0].(m)["id"])
	c.call(404, "get-own-recovery", asked{Path: id})
	c.call(200, "get-recovery", asked{As: as, Path: id})
	c.call(404, "get-recovery", asked{Path: id})
	c.call(204, "refuse-recovery", asked{As: as, Path: id})
	c.call(409, "refuse-recovery", asked{As: as, Path: id})
}

// passkey gives somebody a passkey, which only a browser could add.
func (h *house) passkey(t *testing.T, person string) (id int64) {
	t.Helper()
	sealed := h.app.box.Seal([]byte("{}"), "passkey:"+person)
	err := h.app.DB.Tx(t.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(t.Context(), `INSERT INTO passkey (person_id, credential_id, name, sealed, created_at)
			VALUES ($1, 'prova', 'Telefono', $2, $3) RETURNING id`, person, sealed, h.clock.Now().UnixMilli()).Scan(&id)
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}
