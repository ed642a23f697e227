// SPDX-License-Identifier: EUPL-1.2

package bounce

import (
	"strings"
)

// looped knows mails of ours that come back, and mails that go round.
func looped(v *Verdict, h fields, own Own) bool {
	switch submitted := word(h.get("Auto-Submitted")); {
	case own.wrote(v.MessageID) && submitted == "auto-generated":
		v.Why = "Message-ID"
	case own.lists(h.get("List-Id")):
		v.Why = "List-Id"
	case len(h.all("Received")) > maxHops:
		v.Why = "Received"
	case repeated(h.all("Delivered-To")):
		v.Why = "Delivered-To"
	default:
		return false
	}
	v.Kind = Loop
	return true
}

// repeated says whether a mail was delivered to the same address before: what
// Postfix and qmail recognise loops by.
func repeated(delivered []string) bool {
	seen := map[string]bool{}
	for _, to := range delivered {
		to = strings.ToLower(to)
		if seen[to] {
			return true
		}
		seen[to] = true
	}
	return false
}

// receipt knows other reports: that a mail was read (RFC 8098), or complained of (RFC 5965).
func receipt(v *Verdict, h fields, _ Own) bool {
	kind, params := h.media()
	switch {
	case kind == "multipart/report":
		v.Why = "multipart/report; " + strings.ToLower(params["report-type"])
	case kind == "message/disposition-notification":
		v.Why = kind
	default:
		return false
	}
	v.Kind, v.About = Receipt, answered(h)
	return true
}

// unreadable knows reports in forms nobody can read for sure, by who sends them.
func unreadable(v *Verdict, h fields, _ Own) bool {
	from := strings.ToLower(h.get("From"))
	if i := strings.LastIndexByte(from, '<'); i >= 0 {
		from = from[i+1:]
	}
	if name, _, _ := strings.Cut(strings.TrimSpace(from), "@"); name != "mailer-daemon" {
		return false
	}
	v.Kind, v.Why, v.About = Report, "MAILER-DAEMON", answered(h)
	return true
}

// answer knows automatic answers (RFC 3834, and what was used before it).
func answer(v *Verdict, h fields, own Own) bool {
	submitted, precedence := word(h.get("Auto-Submitted")), word(h.get("Precedence"))
	v.About = answered(h)
	ours := own.wrote(v.About)
	switch {
	case submitted == "auto-replied", submitted == "auto-notified":
		v.Why = "Auto-Submitted: " + submitted
	case precedence == "auto_reply":
		v.Why = "Precedence: auto_reply"
	case word(h.get("X-Autoreply")) != "" && word(h.get("X-Autoreply")) != "no", h.get("X-Autorespond") != "", h.get("X-Autoresponse") != "":
		v.Why = "X-Autoreply"
	case ours && submitted != "" && submitted != "no":
		v.Why = "Auto-Submitted: " + submitted
	case ours && strings.TrimSpace(h.get("Return-Path")) == "<>": // RFC 3834, 3.3
		v.Why = "Return-Path: <>"
	case ours && h.get("X-Auto-Response-Suppress") != "":
		v.Why = "X-Auto-Response-Suppress"
	case ours && (precedence == "bulk" || precedence == "junk"):
		v.Why = "Precedence: " + precedence
	default:
		v.About = ""
		return false
	}
	v.Kind = Reply
	return true
}

// word is the first of a value, in small letters.
func word(value string) string {
	first, _, _ := strings.Cut(strings.ToLower(value), ";")
	return strings.TrimSpace(first)
}
