// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// networkContract says what is whose, and decides where two say the same.
func networkContract(c *contract) {
	claims := func(values ...string) m {
		var out []m
		for _, v := range values {
			out = append(out, m{"value": v, "note": "sede"})
		}
		return m{"claims": out}
	}
	if wrong := c.call(422, "claim-networks", asked{Body: claims("x101.example.it", "fi.it")}); wrong.get("errors").([]any)[0].(m)["field"] != "claims[1].value" {
		c.t.Errorf("%v", wrong.Body)
	}
	if got := c.call(200, "claim-networks", asked{Body: claims("x101.comune.example", "192.0.2.0/24", "192.0.2.0/24")}); got.id("added") != "2" {
		c.t.Errorf("%v", got.Body)
	}
	first := c.call(200, "list-own-networks", asked{Query: url.Values{"limit": {"1"}}})
	second := c.call(200, "list-own-networks", asked{Query: url.Values{"limit": {"1"}, "cursor": {fmt.Sprint(first.get("next_cursor"))}}})
	network, domain := path1(first.items()[0].(m)["id"]), path1(second.items()[0].(m)["id"])
	proof, _ := c.call(200, "get-own-network", asked{Path: domain}).get("proof").(m)
	if got := c.call(200, "get-own-network", asked{As: "org_leader@c_x101", Path: domain}); got.get("proof") != nil {
		c.t.Errorf("who may not edit reads the proof: %v", got.Body)
	}
	c.call(404, "get-own-network", asked{As: "org_admin@c_x102", Path: map[string]string{"org": "c_x102", "id": domain["id"]}})
	c.call(422, "prove-network", asked{Path: domain})
	c.house.world.txt = []string{fmt.Sprint(proof["text"])}
	if got := c.call(200, "prove-network", asked{Path: domain}); got.get("state") != "verified" {
		c.t.Errorf("%v", got.Body)
	}
	c.call(422, "prove-network", asked{Path: network})
	c.call(403, "remove-network", asked{As: "org_leader@c_x101", Path: domain})
	c.overlap(network)
	c.call(204, "remove-network", asked{Path: domain})
	c.call(404, "get-own-network", asked{Path: domain})
}

// overlap has another body claim a part of a network.
func (c *contract) overlap(network map[string]string) {
	const as = "operator"
	c.house.world.names = []string{"gw.x101.example."}
	other := map[string]string{"org": "c_x102"}
	c.call(200, "claim-networks", asked{As: "org_admin of both", Path: other, Body: m{"claims": []m{{"value": "192.0.2.128/25"}}}})
	if all := c.call(200, "list-networks", asked{As: as}).items(); len(all) != 2 {
		c.t.Errorf("%v", all)
	}
	c.call(404, "list-networks", asked{})
	got := c.call(200, "get-network", asked{As: as, Path: network, Query: url.Values{"reverse": {"true"}}})
	overlap := got.get("overlaps").([]any)[0].(m)
	if overlap["organisation"] != "c_x102" || overlap["state"] != "open" || len(got.get("names").([]any)) != 2 {
		c.t.Errorf("%v", got.Body)
	}
	c.call(409, "decide-network", asked{As: as, Path: network, Body: m{"action": "verify", "reason": "whois"}})
	c.call(422, "decide-network", asked{As: as, Path: network, Body: m{"action": "refused", "overlap": overlap["id"]}})
	c.call(403, "decide-network", asked{As: "analyst", Path: network, Body: m{"action": "shared", "overlap": overlap["id"]}})
	done := c.call(200, "decide-network", asked{As: as, Path: network, Body: m{"action": "shared", "overlap": overlap["id"]}})
	if done.get("overlaps").([]any)[0].(m)["state"] != "shared" {
		c.t.Errorf("%v", done.Body)
	}
}

// keyContract keeps keys and absences of a contact.
func keyContract(c *contract) {
	contact := c.call(200, "list-contacts", asked{}).items()[0].(m)
	path := path1(contact["id"])
	text := pgpKey(c.t, fmt.Sprint(contact["email"]), c.house.clock.Now())
	c.call(422, "add-contact-key", asked{Path: path, Body: m{}})
	c.call(403, "add-contact-key", asked{As: "org_leader@c_x101", Path: path, Body: m{"text": text}})
	made := c.call(201, "add-contact-key", asked{Path: path, Body: m{"text": text}})
	if got := c.call(201, "add-contact-key", asked{Path: path, Body: m{"data": base64.StdEncoding.EncodeToString([]byte(text))}}); got.id("id") != made.id("id") {
		c.t.Errorf("the same key twice: %v and %v", made.Body, got.Body)
	}
	c.call(422, "add-contact-key", asked{Path: path, Body: m{"text": pgpKey(c.t, "other@example.it", c.house.clock.Now())}})
	if all := c.call(200, "list-contact-keys", asked{Path: path}).items(); len(all) != 1 || all[0].(m)["state"] != "expiring" {
		c.t.Errorf("%v", all)
	}
	key := path1(made.id("id"))
	if got := c.call(200, "get-contact-key", asked{Path: key}); !strings.Contains(fmt.Sprint(got.get("text")), "BEGIN PGP PUBLIC KEY") {
		c.t.Errorf("%v", got.Body)
	}
	c.call(404, "get-contact-key", asked{As: "org_admin@c_x102", Path: map[string]string{"org": "c_x102", "id": key["id"]}})
	if got := c.call(200, "check-contact-key", asked{Path: key, Body: m{"how": "phone"}}); got.get("checked_by") != "org_admin@c_x101" {
		c.t.Errorf("%v", got.Body)
	}
	if all := c.call(200, "list-ending-keys", asked{As: "analyst"}).items(); len(all) != 1 || all[0].(m)["organisation"] != "c_x101" {
		c.t.Errorf("%v", all)
	}
	c.call(204, "remove-contact-key", asked{Path: key})
	c.call(404, "get-contact-key", asked{Path: key})
	c.absences(path)
}

func (c *contract) absences(path map[string]string) {
	c.call(422, "add-absence", asked{Path: path, Body: m{"first": "2026-12-24", "last": "2026-12-20"}})
	made := c.call(201, "add-absence", asked{Path: path, Body: m{"first": "2026-12-24", "last": "2027-01-06"}})
	c.call(404, "add-absence", asked{Path: path1(999999), Body: m{"first": "2026-12-24"}})
	if all := c.call(200, "list-absences", asked{Path: path}).items(); len(all) != 1 {
		c.t.Errorf("%v", all)
	}
	c.call(404, "list-absences", asked{Path: path1(999999)})
	c.call(204, "remove-absence", asked{Path: path1(made.id("id"))})
	c.call(404, "remove-absence", asked{Path: path1(made.id("id"))})
}

// pgpKey makes a public key for an address, which ends in a month.
func pgpKey(t *testing.T, address string, now time.Time) string {
	t.Helper()
	cfg := &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA, KeyLifetimeSecs: 30 * 24 * 3600, Time: func() time.Time { return now }}
	e, err := openpgp.NewEntity("Prova", "", address, cfg)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := armor.Encode(&b, openpgp.PublicKeyType, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Serialize(w); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// agreementContract accepts conditions, signs and publishes them.
func agreementContract(c *contract) {
	const pdf = "%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
	kind := map[string]string{"Content-Type": "application/pdf"}
	c.call(422, "upload-agreement", asked{Raw: "no pdf", Header: kind})
	made := c.call(201, "upload-agreement", asked{Raw: pdf, Header: kind, Query: url.Values{"filename": {"C:\\firmato.pdf"}}})
	file := path1(made.id("id"))
	if got := c.call(200, "get-agreement-file", asked{Path: file}).Body; got != pdf || made.get("filename") != "firmato.pdf" {
		c.t.Errorf("%v: %q", made.Body, got)
	}
	c.call(404, "get-agreement-file", asked{As: "org_admin@c_x102", Path: map[string]string{"org": "c_x102", "id": file["id"]}})
	day := c.house.clock.Now().Format(time.DateOnly)
	next := m{"version": "2026-12", "effective": day, "needs_acceptance": true, "grace_days": 30, "texts": []m{{"language": "it", "text": "Uno.\n\nDue.", "changed": "Tutto."}}}
	c.call(403, "publish-agreement", asked{As: "csirt_manager", Body: next})
	published := c.call(201, "publish-agreement", asked{As: "administrator", Body: next})
	c.call(422, "publish-agreement", asked{As: "administrator", Body: next})
	if got := c.call(200, "get-agreement-version", asked{As: "analyst", Path: map[string]string{"version": "2026-12"}}); fmt.Sprint(got.Body) != fmt.Sprint(published.Body) {
		c.t.Errorf("%v, published %v", got.Body, published.Body)
	}
	c.call(404, "get-agreement-version", asked{As: "analyst", Path: map[string]string{"version": "1999"}})
	c.accepts("2026-12")
}

func (c *contract) accepts(version string) {
	if got := c.call(200, "get-agreement", asked{}); got.get("wanted") != version || len(got.get("files").([]any)) != 1 {
		c.t.Errorf("%v", got.Body)
	}
	c.call(409, "accept-agreement", asked{Body: m{"version": "1999"}})
	c.call(403, "accept-agreement", asked{As: "org_leader@c_x101", Body: m{"version": version}})
	if got := c.call(200, "accept-agreement", asked{Body: m{"version": version, "language": "it"}}); got.get("wanted") != nil {
		c.t.Errorf("%v", got.Body)
	}
	if all := c.call(200, "list-agreements", asked{As: "analyst"}).items(); all[len(all)-1].(m)["version"] != version {
		c.t.Errorf("%v", all)
	}
	if got := c.call(200, "get-conditions", asked{As: "visitor"}); got.get("version") != version {
		c.t.Errorf("%v", got.Body)
	}
}

// completenessContract reads what is missing, answers the questionnaire and confirms the record.
func completenessContract(c *contract) {
	if got := c.call(200, "get-completeness", asked{}); len(got.get("items").([]any)) == 0 {
		c.t.Errorf("%v", got.Body)
	}
	c.call(404, "get-completeness", asked{Path: map[string]string{"org": "c_x102"}})
	all := c.call(200, "get-onboarding", asked{})
	section := all.get("sections").([]any)[0].(m)
	path := map[string]string{"section": fmt.Sprint(section["id"])}
	read := c.call(200, "get-onboarding-section", asked{Path: path})
	answer := m{"answers": []m{{"item": yesNo(section), "value": "yes", "note": "delibera"}}}
	c.call(428, "answer-onboarding-section", asked{Path: path, Body: answer})
	written := c.call(200, "answer-onboarding-section", asked{Path: path, Body: answer, Header: matching(read)})
	c.call(412, "answer-onboarding-section", asked{Path: path, Body: answer, Header: matching(read)})
	c.call(422, "answer-onboarding-section", asked{Path: path, Body: m{"answers": []m{{"item": "nothing"}}}, Header: matching(written)})
	c.call(404, "get-onboarding-section", asked{Path: map[string]string{"section": "nothing"}})
	if got := c.call(200, "get-confirmation", asked{}); got.get("how") != "approval" {
		c.t.Errorf("%v", got.Body)
	}
	c.call(403, "confirm-record", asked{As: "org_leader@c_x101"})
	if got := c.call(200, "confirm-record", asked{}); got.get("how") != "page" || got.get("by") != "org_admin@c_x101" {
		c.t.Errorf("%v", got.Body)
	}
	c.family()
	c.tags()
}

// yesNo gives a question of a section that is answered with yes or no.
func yesNo(section m) any {
	for _, q := range section["items"].([]any) {
		if q.(m)["kind"] == "yes_no" {
			return q.(m)["id"]
		}
	}
	return nil
}

func (c *contract) family() {
	const as = "operator"
	child := map[string]string{"org": "c_x102"}
	read := c.call(200, "get-family", asked{As: as, Path: child})
	c.call(428, "set-parent", asked{As: as, Path: child, Body: m{"parent": "c_x101"}})
	set := c.call(200, "set-parent", asked{As: as, Path: child, Body: m{"parent": "c_x101"}, Header: matching(read)})
	c.call(412, "set-parent", asked{As: as, Path: child, Body: m{"parent": ""}, Header: matching(read)})
	c.call(422, "set-parent", asked{As: as, Path: child, Body: m{"parent": "c_x102"}, Header: matching(set)})
	if got := c.call(200, "get-own-family", asked{}); len(got.get("children").([]any)) != 1 {
		c.t.Errorf("%v", got.Body)
	}
	c.call(404, "get-own-family", asked{Path: child})
}

func (c *contract) tags() {
	const as = "analyst"
	body := map[string]string{"org": "c_x102"}
	read := c.call(200, "get-member-tags", asked{As: as, Path: body})
	c.call(428, "set-member-tags", asked{As: as, Path: body, Body: m{"tags": []string{"Zona Nord"}}})
	set := c.call(200, "set-member-tags", asked{As: as, Path: body, Body: m{"tags": []string{"Zona  Nord", "ospedali"}}, Header: matching(read)})
	if got := set.get("tags").([]any); len(got) != 2 || got[1] != "zona nord" {
		c.t.Errorf("%v", got)
	}
	c.call(412, "set-member-tags", asked{As: as, Path: body, Body: m{"tags": []string{}}, Header: matching(read)})
	c.call(422, "set-member-tags", asked{As: as, Path: body, Body: m{"tags": []string{"a:b"}}, Header: matching(set)})
	c.call(403, "set-member-tags", asked{As: "auditor", Path: body, Body: m{"tags": []string{}}, Header: matching(set)})
	if got := c.call(200, "tag-members", asked{As: as, Body: m{"tag": "Ospedali", "codes": []string{"C_X101", "c_x102"}}}); fmt.Sprint(got.get("added")) != "1" {
		c.t.Errorf("%v", got.Body)
	}
	c.call(422, "tag-members", asked{As: as, Body: m{"tag": "ospedali", "codes": []string{"c_none"}}})
	if got := c.call(200, "list-tags", asked{As: as}).items(); len(got) != 2 || fmt.Sprint(got[0].(m)["members"]) != "2" {
		c.t.Errorf("%v", got)
	}
	c.call(200, "list-members", asked{As: as, Query: url.Values{"tag": {"ospedali"}}})
	c.call(200, "list-audience-words", asked{As: as})
	c.call(204, "remove-tag", asked{As: as, Path: map[string]string{"tag": "zona nord"}})
	c.call(404, "remove-tag", asked{As: as, Path: map[string]string{"tag": "zona nord"}})
}

// registerContract registers a body as a visitor does.
func registerContract(c *contract) {
	const as = "visitor"
	if got := c.call(200, "list-municipalities", asked{As: as, Query: url.Values{"q": {"Firenz"}}}).items(); len(got) == 0 || got[0].(m)["istat"] != "048017" {
		c.t.Errorf("%v", got)
	}
	conditions := c.call(200, "get-conditions", asked{As: as})
	form := m{"code": "c_x105", "name": "Comune Nuovo", "type": "municipality", "municipality": "048017", "pec": "c_x105@pec.example.it", "applicant_name": "Ada", "applicant_position": "RTD",
		"applicant_email": "rtd@x105.example.it", "applicant_phone": "+39 055 0000000", "language": "it", "conditions_version": conditions.get("version"), "accept": false}
	c.call(422, "register", asked{As: as, Body: form})
	form["accept"] = true
	c.call(202, "register", asked{As: as, Body: form})
	c.call(202, "resend-registration-mail", asked{As: as, Body: m{"email": "rtd@x105.example.it"}})
	c.call(404, "confirm-registration", asked{As: as, Body: m{"token": "none"}})
	confirmed := c.call(200, "confirm-registration", asked{As: as, Body: m{"token": c.house.link(c.t, "/register/confirm/")}})
	path := map[string]string{"token": fmt.Sprint(confirmed.get("token"))}
	if got := c.call(200, "get-registration-status", asked{As: as, Path: path}); got.get("state") != "submitted" {
		c.t.Errorf("%v", got.Body)
	}
	waiting := c.call(200, "list-registrations", asked{As: "operator", Query: url.Values{"q": {"c_x105"}}}).items()
	id := path1(waiting[0].(m)["id"])
	read := c.call(200, "get-registration", asked{As: "operator", Path: id})
	c.call(200, "decide-registration", asked{As: "operator", Path: id, Body: m{"action": "ask", "reason": "Delibera?"}, Header: matching(read)})
	if got := c.call(200, "answer-registration", asked{As: as, Path: path, Body: m{"answer": "Numero 3."}}); got.get("state") != "under_review" {
		c.t.Errorf("%v", got.Body)
	}
	c.tooOften(form)
}

// tooOften fills the form in again and again.
func (c *contract) tooOften(form m) {
	for range 20 {
		res, _ := c.send(c.ops["register"], asked{As: "visitor", Body: form})
		if res.StatusCode == 429 {
			if got := c.call(429, "register", asked{As: "visitor", Body: form}); got.get("code") != "constituency.too_often" || got.Header.Get("Retry-After") == "" {
				c.t.Errorf("%v", got.Body)
			}
			return
		}
	}
	c.t.Error("somebody registers without end")
}
