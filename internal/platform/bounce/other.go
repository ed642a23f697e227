// SPDX-License-Identifier: EUPL-1.2

package bounce

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// certified reads a receipt of Italian certified mail (PEC, RFC 6109, 3.1): its
// header says what happened, its daticert.xml to whom.
func certified(v *Verdict, h fields, body []byte, _ Own) bool {
	what := strings.ToLower(h.get("X-Ricevuta"))
	if what == "" {
		return false
	}
	v.Kind, v.Why, v.About = Report, "X-Ricevuta: "+what, id(h.get("X-Riferimento-Message-Id"))
	action, known := map[string]Action{"errore-consegna": Failed, "rilevazione-virus": Failed, "non-accettazione": Failed,
		"preavviso-errore-consegna": Delayed, "avvenuta-consegna": Delivered, "presa-in-carico": Relayed}[what]
	if !known {
		return true
	}
	for _, p := range parts(h, body) {
		if p.kind == "application/xml" || p.kind == "text/xml" {
			v.certificate(p.body, action)
		}
	}
	return true
}

// certificate reads daticert.xml. Whom a mail was not delivered to is the one it
// names; a mail that was not accepted is so for all.
func (v *Verdict) certificate(data []byte, a Action) {
	var c struct {
		Recipients []string `xml:"intestazione>destinatari"`
		Delivery   string   `xml:"dati>consegna"`
		MessageID  string   `xml:"dati>msgid"`
		Error      string   `xml:"dati>errore-esteso"`
		Kind       string   `xml:"errore,attr"`
	}
	d := xml.NewDecoder(bytes.NewReader(data[:min(len(data), maxText)]))
	d.Strict = true
	if d.Decode(&c) != nil {
		return
	}
	if v.About == "" {
		v.About = id(clip(c.MessageID))
	}
	to := []string{c.Delivery}
	if c.Delivery == "" && len(c.Recipients) < maxRecipients {
		to = c.Recipients
	}
	for _, one := range to {
		if one = address(clip(one)); one != "" {
			v.Recipients = append(v.Recipients, Recipient{Final: one, Action: a, Diagnostic: strings.TrimSpace(said(clip(c.Error)) + " (PEC: " + clip(c.Kind) + ")")})
		}
	}
}

// exim reads the reports Exim writes without MIME. The header names who failed;
// only failures for good have it.
func exim(v *Verdict, h fields, body []byte, _ Own) bool {
	failed := h.get("X-Failed-Recipients")
	if failed == "" {
		return false
	}
	v.Kind, v.Why = Report, "X-Failed-Recipients"
	v.About = returned(body, "------ This is a copy of")
	if v.About == "" {
		v.About = answered(h)
	}
	for _, one := range strings.Split(failed, ",") {
		if one = address(one); one != "" && len(v.Recipients) < maxRecipients {
			v.Recipients = append(v.Recipients, Recipient{Final: one, Action: Failed})
		}
	}
	return true
}

// qmail reads the reports of qmail (QSBMF): a fixed first sentence, a paragraph
// for each recipient, and the mail itself.
func qmail(v *Verdict, _ fields, body []byte, _ Own) bool {
	text := bytes.ReplaceAll(body[:min(len(body), maxText)], []byte("\r\n"), []byte("\n"))
	if !bytes.HasPrefix(text, []byte("Hi. This is the ")) {
		return false
	}
	v.Kind, v.Why = Report, "qmail"
	failures, _, found := strings.Cut(string(text), "\n--- ")
	if !found || !strings.Contains(failures, "permanent error") {
		return true
	}
	v.About = returned(text, "--- Below this line is a copy of the message")
	for _, paragraph := range strings.Split(failures, "\n\n")[1:] {
		to, why, _ := strings.Cut(paragraph, ">:\n")
		if to = address(strings.TrimSpace(to)); to != "" && strings.HasPrefix(paragraph, "<") && len(v.Recipients) < maxRecipients {
			v.Recipients = append(v.Recipients, Recipient{Final: to, Action: Failed, Diagnostic: said(clip(why))})
		}
	}
	return true
}

// returned is the Message-ID of a mail that stands in the text below a line.
func returned(body []byte, below string) string {
	at := bytes.Index(body, []byte(below))
	if at < 0 {
		return ""
	}
	_, copied, _ := bytes.Cut(body[at:], []byte("\n"))
	h, _ := header(bytes.TrimLeft(copied, "\r\n"))
	return id(h.get("Message-Id"))
}
