// SPDX-License-Identifier: EUPL-1.2

package bounce

import (
	"bytes"
	"strings"
)

// report reads a report of RFC 3464.
func report(v *Verdict, h fields, body []byte, _ Own) bool {
	kind, params := h.media()
	if kind != "multipart/report" || !strings.EqualFold(params["report-type"], "delivery-status") {
		return false
	}
	v.Kind, v.Why = Report, "multipart/report"
	for _, p := range parts(h, body) {
		switch p.kind {
		case "message/delivery-status", "message/global-delivery-status":
			v.status(p.body)
		case "message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers":
			if back, _ := header(p.body); v.About == "" {
				v.About = id(back.get("Message-Id"))
			}
		}
	}
	if v.About == "" {
		v.About = answered(h)
	}
	return true
}

// answered is the mail a header says it answers: servers write it into reports too.
func answered(h fields) string {
	if about := id(h.get("In-Reply-To")); about != "" {
		return about
	}
	all := h.get("References")
	return id(all[strings.LastIndexByte(all, '<')+1:])
}

// status reads the groups of fields of a report: of the message, then one a recipient.
func (v *Verdict) status(body []byte) {
	for len(body) > 0 && len(v.Recipients) < maxRecipients {
		var group fields
		group, body = header(bytes.TrimLeft(body, "\r\n"))
		if about := id(group.get("Original-Message-Id")); about != "" && v.About == "" {
			v.About = about
		}
		if r, ok := recipient(group); ok {
			v.Recipients = append(v.Recipients, r)
		}
	}
}

func recipient(group fields) (Recipient, bool) {
	r := Recipient{
		Original: address(group.get("Original-Recipient")), Final: address(group.get("Final-Recipient")),
		Action: action(group.get("Action")), Status: status(group.get("Status")), Diagnostic: said(group.get("Diagnostic-Code")),
	}
	return r, r.Action != "" && r.Address() != ""
}

func action(value string) Action {
	word, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(value)), " ")
	switch a := Action(word); a {
	case Failed, Delayed, Delivered, Relayed, Expanded:
		return a
	}
	return ""
}

// status is "5.1.1", without the comment some servers add.
func status(value string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(value), " ")
	if len(word) < 5 || len(word) > 12 || word[1] != '.' || strings.Trim(word, "0123456789.") != "" {
		return ""
	}
	return word
}

// said is a diagnostic without its type: "smtp; 550 5.1.1 unknown".
func said(value string) string {
	if kind, rest, found := strings.Cut(value, ";"); found && !strings.Contains(strings.TrimSpace(kind), " ") {
		value = rest
	}
	return strings.Join(strings.Fields(value), " ")
}
