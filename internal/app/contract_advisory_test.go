// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/platform/db"
)

// advisoryContract calls what is about alerts and bulletins.
func advisoryContract(c *contract) {
	staff := func(q asked) asked { q.As = "analyst"; return q }
	entry := m{"kind": "alert", "reference": "AL01/261126/CSIRT-PROVA", "severity": "critical", "tlp": "TLP:GREEN", "audience": "code:c_x101", "acknowledge_within_hours": 4,
		"texts": m{"it": m{"title": "Aggiornate", "body": "Subito."}}, "cves": []string{"cve-2026-0001"}}
	made := c.call(201, "add-advisory", staff(asked{Body: entry}))
	path := map[string]string{"id": made.id("id")}
	c.call(409, "add-advisory", staff(asked{Body: entry}))
	c.call(404, "add-advisory", asked{Body: entry})
	at := func(a answered) map[string]string { return map[string]string{"If-Match": a.Header.Get("ETag")} }
	entry["audience"], entry["tlp"] = "everyone", "TLP:RED"
	c.call(422, "update-advisory", staff(asked{Path: path, Body: entry, Header: at(made)}))
	entry["audience"], entry["tlp"] = "code:c_x101", "TLP:AMBER"
	c.call(200, "update-advisory", staff(asked{Path: path, Body: entry, Header: at(made)}))
	c.call(412, "update-advisory", staff(asked{Path: path, Body: entry, Header: at(made)}))
	previewContract(c, path)
	file := fileContract(c, path)
	edited := c.call(200, "get-advisory", staff(asked{Path: path}))
	proposed := c.call(200, "propose-advisory", staff(asked{Path: path, Header: at(edited)}))
	if proposed.get("state") != "proposed" {
		c.t.Errorf("%v", proposed.Body)
	}
	reach := c.call(200, "preview-audience", staff(asked{Query: url.Values{"audience": {"code:c_x101 or code:c_x102"}}}))
	if fmt.Sprint(reach.get("organisations")) != "2" {
		c.t.Errorf("%v", reach.Body)
	}
	c.call(422, "preview-audience", staff(asked{Query: url.Values{"audience": {"(everyone"}}}))
	sent := c.call(200, "send-advisory", staff(asked{Path: path, Header: at(proposed)}))
	c.call(409, "send-advisory", staff(asked{Path: path, Header: at(sent)}))
	c.drain()
	answerContract(c, path)
	receivedFileContract(c, path, file)
	if got := c.call(200, "list-advisory-deliveries", staff(asked{Path: path})).items(); len(got) != 1 || got[0].(m)["outcome"] != "fixed" || got[0].(m)["organisation"] != "c_x101" {
		c.t.Errorf("%v", got)
	}
	if got := c.call(200, "list-advisory-deliveries", staff(asked{Path: path, Query: url.Values{"waiting": {"true"}}})).items(); len(got) != 0 {
		c.t.Errorf("%v", got)
	}
	writtenContract(c, path)
	reviseContract(c, path)
	read := c.call(200, "get-advisory", staff(asked{Path: path}))
	c.call(422, "withdraw-advisory", staff(asked{Path: path, Header: at(read), Body: m{"why": ""}}))
	if got := c.call(200, "withdraw-advisory", staff(asked{Path: path, Header: at(read), Body: m{"why": "Non era vero."}})); got.get("state") != "withdrawn" {
		c.t.Errorf("%v", got.Body)
	}
	c.call(409, "acknowledge-advisory", asked{Path: path})
	receiveContract(c)
	savedContract(c)
	templateContract(c)
	c.call(404, "get-advisory-statistics", asked{})
	c.call(200, "get-advisory-statistics", staff(asked{}))
	entry["reference"] = ""
	mergeContract(c, entry)
	draft := c.call(201, "add-advisory", staff(asked{Body: entry}))
	if got := c.call(200, "list-advisories", staff(asked{Query: url.Values{"waiting": {"true"}}})).items(); len(got) != 1 {
		c.t.Errorf("%v", got)
	}
	c.call(204, "delete-advisory", staff(asked{Path: map[string]string{"id": draft.id("id")}, Header: at(draft)}))
	c.call(404, "get-advisory", staff(asked{Path: map[string]string{"id": draft.id("id")}}))
}

// writtenContract asks what became of an advisory at each person.
func writtenContract(c *contract, path map[string]string) {
	staff := func(q asked) asked { q.As, q.Path = "analyst", path; return q }
	people := c.call(200, "list-advisory-people", staff(asked{})).items()
	if len(people) == 0 || people[0].(m)["mail"] != "kept" {
		c.t.Errorf("%v", people)
	}
	for show, want := range map[string]int{"unsent": 0, "bounced": 0, "unacknowledged": 0} {
		if got := c.call(200, "list-advisory-people", staff(asked{Query: url.Values{"show": {show}}})).items(); len(got) != want {
			c.t.Errorf("%s: %v", show, got)
		}
	}
	c.call(404, "list-advisory-people", asked{As: "org_admin@c_x101", Path: path})
	if got := c.call(200, "list-advisory-deliveries", staff(asked{Query: url.Values{"unreachable": {"true"}}})).items(); len(got) != 0 {
		c.t.Errorf("%v", got)
	}
	first := map[string]string{"id": path["id"], "number": "1"}
	c.call(409, "write-advisory-anew", asked{As: "analyst", Path: first})
	c.call(404, "write-advisory-anew", asked{As: "org_admin@c_x101", Path: first})
	c.call(404, "write-advisory-anew", asked{As: "analyst", Path: map[string]string{"id": path["id"], "number": "999"}})
	back := correctedContract(c, path["id"], fmt.Sprint(people[0].(m)["address"]))
	if got := c.call(200, "write-advisory-anew", asked{As: "analyst", Path: first}); got.get("mail") != "queued" || got.get("former_address") != people[0].(m)["address"] {
		c.t.Errorf("%v", got.Body)
	}
	back()
}

// correctedContract has the mail of an advisory's first person come back, and his
// address corrected; what it gives puts it back.
func correctedContract(c *contract, id, address string) func() {
	c.settle(id, address)
	contacts := c.call(200, "list-contacts", asked{}).items()
	i := slices.IndexFunc(contacts, func(x any) bool { return x.(m)["email"] == address })
	if i < 0 {
		c.t.Fatalf("%s is no contact: %v", address, contacts)
	}
	path := path1(contacts[i].(m)["id"])
	put := func(email string) {
		read := c.call(200, "get-contact", asked{Path: path})
		body := m{}
		for _, key := range []string{"roles", "name", "position", "phone", "phone_24h", "language", "hours", "digest"} {
			if v := read.get(key); v != nil {
				body[key] = v
			}
		}
		body["email"] = email
		c.call(200, "update-contact", asked{Path: path, Body: body, Header: map[string]string{"If-Match": read.Header.Get("ETag")}})
	}
	put("nuovo@castelvento.example")
	return func() { put(address) }
}

// settle has the mail of an advisory's first person come back.
func (c *contract) settle(id, address string) {
	number, err := strconv.ParseInt(id, 10, 64)
	if err == nil {
		err = c.house.app.DB.Tx(c.t.Context(), func(tx *db.Tx) error {
			return c.house.app.rooms.advisory.NoteSettled(c.t.Context(), tx, access.System("test"), []advisory.Settled{
				{Advisory: number, Revision: 1, Number: 1, Address: address, Fate: advisory.FateBounced, Answer: "550 5.1.1 no such user", At: c.house.clock.Now()}})
		})
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// mergeContract makes one draft of two.
func mergeContract(c *contract, entry m) {
	one, two := c.call(201, "add-advisory", asked{As: "analyst", Body: entry}), c.call(201, "add-advisory", asked{As: "analyst", Body: entry})
	path := map[string]string{"id": two.id("id")}
	list := c.call(200, "list-similar-advisories", asked{As: "analyst", Path: path}).items()
	if len(list) == 0 || fmt.Sprint(list[0].(m)["cves_in_common"]) != "1" {
		c.t.Errorf("%v", list)
	}
	at := map[string]string{"If-Match": two.Header.Get("ETag")}
	c.call(422, "merge-advisory", asked{As: "analyst", Path: path, Header: at, Body: m{"into": two.get("id")}})
	c.call(403, "merge-advisory", asked{As: "auditor", Path: path, Header: at, Body: m{"into": one.get("id")}})
	merged := c.call(200, "merge-advisory", asked{As: "analyst", Path: path, Header: at, Body: m{"into": one.get("id")}})
	c.call(404, "list-similar-advisories", asked{As: "analyst", Path: path})
	c.call(204, "delete-advisory", asked{As: "analyst", Path: map[string]string{"id": one.id("id")}, Header: map[string]string{"If-Match": merged.Header.Get("ETag")}})
}

// savedContract keeps audiences under names.
func savedContract(c *contract) {
	body := m{"name": "Costa", "audience": "code:c_x101 or code:c_x102"}
	made := c.call(201, "add-saved-audience", asked{As: "analyst", Body: body})
	c.call(409, "add-saved-audience", asked{As: "analyst", Body: body})
	c.call(422, "add-saved-audience", asked{As: "analyst", Body: m{"name": "altra", "audience": "list:costa"}})
	c.call(404, "add-saved-audience", asked{As: "org_admin@c_x101", Body: body})
	path, at := map[string]string{"id": made.id("id")}, map[string]string{"If-Match": made.Header.Get("ETag")}
	if got := c.call(200, "get-saved-audience", asked{As: "analyst", Path: path}); got.get("name") != "costa" {
		c.t.Errorf("%v", got.Body)
	}
	body["audience"] = "code:c_x102"
	edited := c.call(200, "update-saved-audience", asked{As: "analyst", Path: path, Body: body, Header: at})
	c.call(412, "update-saved-audience", asked{As: "analyst", Path: path, Body: body, Header: at})
	if got := c.call(200, "preview-audience", asked{As: "analyst", Query: url.Values{"audience": {"list:costa"}}}); fmt.Sprint(got.get("organisations")) != "1" {
		c.t.Errorf("%v", got.Body)
	}
	c.call(422, "preview-audience", asked{As: "analyst", Query: url.Values{"audience": {"list:monti"}}})
	if got := c.call(200, "list-saved-audiences", asked{As: "analyst"}).items(); len(got) != 1 || got[0].(m)["name"] != "costa" {
		c.t.Errorf("%v", got)
	}
	c.call(204, "delete-saved-audience", asked{As: "analyst", Path: path, Header: map[string]string{"If-Match": edited.Header.Get("ETag")}})
	c.call(404, "get-saved-audience", asked{As: "analyst", Path: path})
}

// reviseContract sends the next revision of an advisory.
func reviseContract(c *contract, path map[string]string) {
	draft := c.call(201, "revise-advisory", asked{As: "analyst", Path: path})
	c.call(404, "revise-advisory", asked{As: "org_admin@c_x101", Path: path})
	its := map[string]string{"id": draft.id("id")}
	body := m{"products": []m{{"text": "FortiOS fino alla 7.2.8"}}, "indicators": []m{{"value": "hxxp[://]cattivo[.]example/a", "comment": "pagina falsa"}}, "source": "CSIRT di prova", "change": "Un prodotto in più.", "acknowledge_anew": true}
	for _, key := range []string{"kind", "reference", "severity", "tlp", "audience", "acknowledge_within_hours", "texts", "cves"} {
		body[key] = draft.get(key)
	}
	edited := c.call(200, "update-advisory", asked{As: "analyst", Path: its, Body: body, Header: map[string]string{"If-Match": draft.Header.Get("ETag")}})
	sent := c.call(200, "send-advisory", asked{As: "analyst", Path: its, Header: map[string]string{"If-Match": edited.Header.Get("ETag")}})
	if sent.id("id") != path["id"] || sent.id("revision") != "2" {
		c.t.Errorf("%v", sent.Body)
	}
	c.drain()
	if got := c.call(200, "list-advisory-revisions", asked{As: "analyst", Path: path}).items(); len(got) != 1 || fmt.Sprint(got[0].(m)["number"]) != "1" {
		c.t.Errorf("%v", got)
	}
	c.call(404, "list-advisory-revisions", asked{As: "analyst", Path: map[string]string{"id": "99999"}})
	if got := c.call(200, "get-received-advisory", asked{Path: path}); got.get("acknowledged_at") != nil {
		c.t.Errorf("%v", got.Body)
	}
}

// receiveContract makes a draft of an alert from outside, twice the same.
func receiveContract(c *contract) {
	text := "Vulnerabilità in ProdottoInventato (AL02/261126/CSIRT-ITA)\n\nESEMPIO INVENTATO\n\nSintesi\n\nUn difetto, CVE-2026-0001.\n"
	bare := map[string]string{"Content-Type": "application/octet-stream"}
	send := asked{As: "analyst", Raw: text, Header: bare}
	got := c.call(201, "receive-advisory", send)
	if got.get("reference") != "AL02/261126/CSIRT-ITA" || got.get("state") != "draft" {
		c.t.Errorf("%v", got.Body)
	}
	if again := c.call(201, "receive-advisory", send); again.id("id") != got.id("id") {
		c.t.Errorf("%v", again.Body)
	}
	path := map[string]string{"id": got.id("id")}
	read := c.call(200, "get-advisory", asked{As: "analyst", Path: path})
	originals, _ := read.get("originals").([]any)
	if len(originals) != 2 {
		c.t.Fatalf("%v", read.Body)
	}
	path["original"] = answered{Body: originals[0]}.id("id")
	c.call(200, "get-advisory-original", asked{As: "analyst", Path: path})
	c.call(404, "get-advisory-original", asked{As: "analyst", Path: map[string]string{"id": "99999", "original": path["original"]}})
	c.call(415, "receive-advisory", asked{As: "analyst", Raw: "\x00\x01\x02", Header: bare})
	c.call(204, "delete-advisory", asked{As: "analyst", Path: path, Header: map[string]string{"If-Match": read.Header.Get("ETag")}})
}

// answerContract is what a member does with an advisory.
func answerContract(c *contract, path map[string]string) {
	theirs := map[string]string{"org": "c_x102", "id": path["id"]}
	for _, id := range []string{"get-received-advisory", "acknowledge-advisory"} {
		c.call(404, id, asked{As: "org_admin@c_x102", Path: theirs})
	}
	c.call(404, "answer-advisory", asked{As: "org_admin@c_x102", Path: theirs, Body: m{"outcome": "fixed"}})
	if got := c.call(200, "list-received-advisories", asked{As: "org_admin@c_x102", Path: map[string]string{"org": "c_x102"}}).items(); len(got) != 0 {
		c.t.Errorf("%v", got)
	}
	if got := c.call(200, "list-received-advisories", asked{Query: url.Values{"waiting": {"true"}}}).items(); len(got) != 1 || got[0].(m)["audience"] != nil {
		c.t.Errorf("%v", got)
	}
	if got := c.call(200, "get-received-advisory", asked{Path: path}); got.get("opened_at") == nil || got.get("acknowledge_by") == nil {
		c.t.Errorf("%v", got.Body)
	}
	c.call(422, "list-received-advisories", asked{Query: url.Values{"week": {"monday"}}})
	if got := c.call(200, "list-received-advisories", asked{Query: url.Values{"week": {"2001-01-01"}}}).items(); len(got) != 0 {
		c.t.Errorf("%v", got)
	}
	first := c.call(200, "acknowledge-advisory", asked{Path: path})
	if again := c.call(200, "acknowledge-advisory", asked{Path: path}); again.get("acknowledged_at") != first.get("acknowledged_at") {
		c.t.Errorf("%v", again.Body)
	}
	c.call(422, "answer-advisory", asked{Path: path, Body: m{"outcome": "perhaps"}})
	if got := c.call(200, "answer-advisory", asked{Path: path, Body: m{"outcome": "fixed", "note": "Fatto."}}); got.get("outcome") != "fixed" {
		c.t.Errorf("%v", got.Body)
	}
}
