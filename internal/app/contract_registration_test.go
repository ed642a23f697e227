// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"fmt"
	"net/url"
	"strconv"
)

// path1 is the path of one thing.
func path1(id any) map[string]string { return map[string]string{"id": fmt.Sprint(id)} }

// matching is the condition under which what was read may be changed.
func matching(read answered) map[string]string {
	return map[string]string{"If-Match": read.Header.Get("ETag")}
}

// registrationContract decides on registrations.
func registrationContract(c *contract) {
	const as = "operator"
	o := c.house.registered(c.t, "c_x103", "Comune di Contratto")
	path := path1(strconv.FormatInt(o.ID, 10))
	open := c.call(200, "list-registrations", asked{As: as, Query: url.Values{"q": {"contratto"}}}).items()
	if len(open) != 1 || open[0].(m)["code"] != "c_x103" || open[0].(m)["state"] != "submitted" {
		c.t.Errorf("%v", open)
	}
	if members := c.call(200, "list-registrations", asked{As: as, Query: url.Values{"state": {"approved"}}}).items(); len(members) != 2 {
		c.t.Errorf("%d are approved", len(members))
	}
	c.call(404, "list-registrations", asked{}) // a member
	c.call(404, "get-registration", asked{Path: path})
	c.call(404, "get-registration", asked{As: as, Path: path1(999999)})
	read := c.call(200, "get-registration", asked{As: as, Path: path})
	if read.get("applicant").(m)["email"] != "rtd@x103.example.it" || len(read.get("decisions").([]any)) == 0 {
		c.t.Errorf("%v", read.Body)
	}
	c.correctsRegistration(as, path, read)
	c.decidesOnRegistration(as, path)
}

// correctsRegistration mends the verified data.
func (c *contract) correctsRegistration(as string, path map[string]string, read answered) {
	record := m{"code": "c_x103", "name": "Comune del Contratto", "type": "municipality", "municipality": "048017", "pec": "c_x103@pec.example.it"}
	c.call(428, "update-registration", asked{As: as, Path: path, Body: record})
	c.call(403, "update-registration", asked{As: "auditor", Path: path, Body: record, Header: matching(read)})
	mended := c.call(200, "update-registration", asked{As: as, Path: path, Body: record, Header: matching(read)})
	if mended.get("name") != "Comune del Contratto" {
		c.t.Errorf("%v", mended.Body)
	}
	c.call(412, "update-registration", asked{As: as, Path: path, Body: record, Header: matching(read)})
	record["pec"] = "no address"
	c.call(422, "update-registration", asked{As: as, Path: path, Body: record, Header: matching(mended)})
}

// decidesOnRegistration asks for more, approves once whatever is sent twice, and suspends.
func (c *contract) decidesOnRegistration(as string, path map[string]string) {
	read := c.call(200, "get-registration", asked{As: as, Path: path})
	decide := func(want int, on answered, body m) answered {
		c.t.Helper()
		return c.call(want, "decide-registration", asked{As: as, Path: path, Body: body, Header: matching(on)})
	}
	decide(422, read, m{"action": "approve"})
	decide(422, read, m{"action": "reject"})
	decide(409, read, m{"action": "suspend", "reason": "x"})
	more := decide(200, read, m{"action": "ask", "reason": "Chi è il RTD?"})
	decide(412, read, m{"action": "approve", "tier": "basic"})
	key := matching(more)
	key["Idempotency-Key"] = "approve-c_x103"
	approve := asked{As: as, Path: path, Body: m{"action": "approve", "tier": "full"}, Header: key}
	approved := c.call(200, "decide-registration", approve)
	if again := c.call(200, "decide-registration", approve); again.Header.Get("Idempotency-Replayed") != "true" || approved.get("tier") != "full" {
		c.t.Errorf("%v", approved.Body)
	}
	if told := c.call(200, "list-organisation-history", asked{As: as, Path: map[string]string{"org": "c_x103"}}).items(); told[0].(m)["action"] != "approve" {
		c.t.Errorf("%v", told)
	}
	c.call(404, "list-organisation-history", asked{Path: map[string]string{"org": "c_x103"}})
	if told := c.call(200, "list-organisation-history", asked{}).items(); told[0].(m)["action"] != "approve" || told[0].(m)["by"] != "" {
		c.t.Errorf("a member reads who of the CSIRT decided: %v", told)
	}
	c.call(409, "answer-csirt", asked{Body: m{"answer": "Nobody asked"}})
	c.answersTheCSIRT(as)
	c.secondDecision(as, path)
}

// answersTheCSIRT is a body that is asked for more, by somebody who may speak for it.
func (c *contract) answersTheCSIRT(as string) {
	o := c.house.registered(c.t, "c_x104", "Comune di Domanda")
	path := path1(strconv.FormatInt(o.ID, 10))
	read := c.call(200, "get-registration", asked{As: as, Path: path})
	c.call(200, "decide-registration", asked{As: as, Path: path, Body: m{"action": "ask", "reason": "?"}, Header: matching(read)})
	c.call(204, "answer-csirt", asked{As: as, Path: map[string]string{"org": "c_x104"}, Body: m{"answer": "Per telefono: sì."}})
	if got := c.call(200, "get-registration", asked{As: as, Path: path}); got.get("state") != "under_review" {
		c.t.Errorf("%v", got.Body)
	}
}

// secondDecision is where two must decide: one word waits for the other.
func (c *contract) secondDecision(as string, path map[string]string) {
	read := c.call(200, "get-registration", asked{As: as, Path: path})
	c.call(412, "confirm-registration-decision", asked{As: as, Path: path, Body: m{"agree": true}, Header: matching(read)}) // nothing waits
	c.house.waits(c.t, path["id"])
	if waiting := c.call(200, "list-pending-decisions", asked{As: as}).items(); len(waiting) != 1 || waiting[0].(m)["action"] != "suspend" {
		c.t.Errorf("%v", waiting)
	}
	read = c.call(200, "get-registration", asked{As: as, Path: path})
	done := c.call(200, "confirm-registration-decision", asked{As: as, Path: path, Body: m{"agree": true}, Header: matching(read)})
	if done.get("state") != "suspended" || len(done.get("pending").([]any)) != 0 {
		c.t.Errorf("%v", done.Body)
	}
}

// memberContract reads what operators read of members.
func memberContract(c *contract) {
	const as = "analyst"
	if rows := c.call(200, "export-members", asked{As: as, Query: url.Values{"sort": {"-name"}}}).rows(); len(rows) < 3 {
		c.t.Errorf("%q", rows)
	}
	c.call(404, "export-members", asked{})
	first := c.call(200, "list-members", asked{As: as, Query: url.Values{"limit": {"2"}, "sort": {"-name"}}})
	second := c.call(200, "list-members", asked{As: as, Query: url.Values{"limit": {"2"}, "sort": {"-name"}, "cursor": {fmt.Sprint(first.get("next_cursor"))}}})
	if len(first.items()) != 2 || len(second.items()) != 1 || first.items()[0].(m)["name"] != "Comune di Riprova" {
		c.t.Errorf("pages %v and %v", first.items(), second.items())
	}
	c.call(400, "list-members", asked{As: as, Query: url.Values{"limit": {"2"}, "cursor": {fmt.Sprint(first.get("next_cursor"))}}})
	got := c.call(200, "get-member", asked{As: as})
	if got.get("code") != "c_x101" || len(got.get("contacts").([]any)) == 0 || got.get("confirmation") == nil || len(got.get("calls").([]any)) == 0 {
		c.t.Errorf("%v", got.Body)
	}
	c.call(404, "get-member", asked{})
	c.call(404, "get-member", asked{As: as, Path: map[string]string{"org": "c_none"}})
	c.callsWhom(as)
}

func (c *contract) callsWhom(as string) {
	night := url.Values{"at": {"2026-12-25T02:00:00Z"}}
	if got := c.call(200, "get-calls", asked{As: as, Query: night}); got.get("at") != "2026-12-25T02:00:00Z" || got.get("holiday") == nil || len(got.get("calls").([]any)) == 0 {
		c.t.Errorf("%v", got.Body)
	}
	c.call(422, "get-calls", asked{As: as, Query: url.Values{"at": {"1890-12-25T02:00:00Z"}}})
	c.call(422, "get-calls", asked{As: as, Query: url.Values{"at": {"Christmas"}}})
	c.call(404, "get-calls", asked{})
	if all := c.call(200, "list-calls", asked{As: as, Query: night}).items(); len(all) != 3 {
		c.t.Errorf("%d members", len(all))
	}
	if posts := c.call(200, "get-contact-chart", asked{}).items(); len(posts) == 0 {
		c.t.Error("an empty chart")
	}
	c.call(404, "get-contact-chart", asked{Path: map[string]string{"org": "c_x102"}})
}

// changeContract asks for changes of verified data, and decides on them.
func changeContract(c *contract) {
	own := c.call(200, "get-organisation", asked{})
	proposal := m{"code": "c_x101", "name": "Comune di Prova Nuova", "type": "municipality", "municipality": "048017", "pec": "c_x101@pec.example.it",
		"legal_representative": "Sindaca di Comune di Prova", "reason": "Fusione"}
	c.call(428, "propose-change", asked{Body: proposal})
	c.call(403, "propose-change", asked{As: "org_leader@c_x101", Body: proposal, Header: matching(own)})
	made := c.call(201, "propose-change", asked{Body: proposal, Header: matching(own)})
	path := path1(made.id("id"))
	if fields := made.get("fields").([]any); len(fields) != 1 || fields[0].(m)["new"] != "Comune di Prova Nuova" {
		c.t.Errorf("%v", made.Body)
	}
	other := map[string]string{"id": path["id"], "org": "c_x102"}
	c.call(404, "get-own-change", asked{As: "org_admin@c_x102", Path: other})
	c.call(404, "get-change", asked{Path: path})
	c.decidesOnChange(path)
	c.call(409, "answer-change", asked{Path: path, Body: m{"answer": "late"}})
	own = c.call(200, "get-organisation", asked{})
	if own.get("name") != "Comune di Prova Nuova" {
		c.t.Errorf("%v", own.Body)
	}
	proposal["name"] = "Comune di Prova"
	back := c.call(201, "propose-change", asked{Body: proposal, Header: matching(own)})
	if got := c.call(200, "withdraw-change", asked{Path: path1(back.id("id"))}); got.get("state") != "withdrawn" {
		c.t.Errorf("%v", got.Body)
	}
	if all := c.call(200, "list-own-changes", asked{}).items(); len(all) != 2 {
		c.t.Errorf("%v", all)
	}
}

// decidesOnChange asks, is answered and approves.
func (c *contract) decidesOnChange(path map[string]string) {
	const as = "operator"
	if all := c.call(200, "list-changes", asked{As: as}).items(); len(all) != 1 || all[0].(m)["organisation"] != "c_x101" {
		c.t.Errorf("%v", all)
	}
	read := c.call(200, "get-change", asked{As: as, Path: path})
	ask := m{"action": "ask", "reason": "Con quale delibera?", "record_version": read.get("record_version")}
	c.call(403, "decide-change", asked{As: "auditor", Path: path, Body: ask, Header: matching(read)})
	c.call(200, "decide-change", asked{As: as, Path: path, Body: ask, Header: matching(read)})
	c.call(412, "decide-change", asked{As: as, Path: path, Body: ask, Header: matching(read)})
	c.call(200, "answer-change", asked{Path: path, Body: m{"answer": "La numero 12."}})
	read = c.call(200, "get-change", asked{As: as, Path: path})
	approve := m{"action": "approve", "record_version": 99}
	c.call(412, "decide-change", asked{As: as, Path: path, Body: approve, Header: matching(read)})
	approve["record_version"] = read.get("record_version")
	if done := c.call(200, "decide-change", asked{As: as, Path: path, Body: approve, Header: matching(read)}); done.get("state") != "approved" {
		c.t.Errorf("%v", done.Body)
	}
	got := c.call(200, "get-own-change", asked{Path: path}).get("history").([]any)
	if len(got) != 4 || got[0].(m)["by"] != "" || got[1].(m)["by"] != "org_admin@c_x101" {
		c.t.Errorf("%v", got)
	}
}
