// SPDX-License-Identifier: EUPL-1.2

package bounce_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/platform/bounce"
)

const ours = "abcdefghijklmnopqrstuvwxyz@csirt.example"

func own() bounce.Own { return bounce.Own{Domain: "csirt.example", Lists: "portale.csirt.example"} }

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The fixtures are made up, in the form of the servers they are named after.
func TestReportsOfServers(t *testing.T) {
	for name, want := range map[string]bounce.Recipient{
		"postfix-failed.eml":  {Original: "anna@comune.example", Final: "anna@comune.example", Action: bounce.Failed, Status: "5.1.1", Diagnostic: "550 5.1.1 <anna@comune.example>: Recipient address rejected: User unknown"},
		"exchange-failed.eml": {Final: "bruno@comune.example", Action: bounce.Failed, Status: "5.1.10", Diagnostic: "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient bruno@comune.example not found by SMTP address lookup"},
		"gmail-delayed.eml":   {Final: "carla@scuola.example", Action: bounce.Delayed, Status: "4.4.1", Diagnostic: "The recipient server did not accept our requests to connect."},
		"pec-failed.eml":      {Final: "protocollo@pec.comune.example", Action: bounce.Failed, Diagnostic: "5.1.1 - indirizzo non valido (PEC: no-dest)"},
		"pec-delivered.eml":   {Final: "protocollo@pec.comune.example", Action: bounce.Delivered, Diagnostic: "(PEC: nessuno)"},
		"exim-failed.eml":     {Final: "dario@provincia.example", Action: bounce.Failed},
		"qmail-failed.eml":    {Final: "elena@unione.example", Action: bounce.Failed, Diagnostic: "192.0.2.9 does not like recipient. Remote host said: 550 5.7.1 no such user Giving up on 192.0.2.9."},
	} {
		for _, end := range []string{"\n", "\r\n"} {
			v := bounce.Read([]byte(strings.ReplaceAll(string(fixture(t, name)), "\n", end)), own())
			if diff := cmp.Diff([]bounce.Recipient{want}, v.Recipients); v.Kind != bounce.Report || v.About != ours || diff != "" {
				t.Errorf("%s (%q): %s about %q\n%s", name, end, v.Kind, v.About, diff)
			}
			if n := len(v.Failures()); (want.Action == bounce.Failed) != (n == 1) {
				t.Errorf("%s: %d failures", name, n)
			}
		}
	}
}

func mailOf(lines string) []byte {
	return []byte("From: uno@esempio.example\nMessage-ID: <1@esempio.example>\nSubject: ESEMPIO INVENTATO\n" + lines + "\nciao\n")
}

func TestWhatNobodyWrote(t *testing.T) {
	answers := "In-Reply-To: <" + ours + ">\n"
	for lines, want := range map[string]bounce.Kind{
		"":                                           bounce.Ordinary,
		"Auto-Submitted: no\n":                       bounce.Ordinary,
		"Auto-Submitted: auto-generated\n":           bounce.Ordinary, // a program's alert
		"Precedence: bulk\n":                         bounce.Ordinary, // a list's
		"X-Auto-Response-Suppress: All\n":            bounce.Ordinary,
		"Return-Path: <>\n":                          bounce.Ordinary,
		answers:                                      bounce.Ordinary, // somebody's answer
		"Auto-Submitted: auto-replied\n":             bounce.Reply,
		"Auto-Submitted: auto-replied; x\n":          bounce.Reply,
		"Precedence: auto_reply\n":                   bounce.Reply,
		"X-Autoreply: yes\n":                         bounce.Reply,
		"X-Autorespond: ferie\n":                     bounce.Reply,
		answers + "Auto-Submitted: auto-generated\n": bounce.Reply,
		answers + "X-Auto-Response-Suppress: All\n":  bounce.Reply,
		answers + "Precedence: junk\n":               bounce.Reply,
		answers + "Return-Path: <>\n":                bounce.Reply,
		"Content-Type: multipart/report; report-type=disposition-notification; boundary=B\n": bounce.Receipt,
		"Content-Type: multipart/report; report-type=feedback-report; boundary=B\n":          bounce.Receipt,
		strings.Repeat("Received: by mx.esempio.example\n", 50):                              bounce.Ordinary,
		strings.Repeat("Received: by mx.esempio.example\n", 51):                              bounce.Loop,
		"Delivered-To: a@csirt.example\nDelivered-To: b@csirt.example\n":                     bounce.Ordinary,
		"Delivered-To: a@csirt.example\nDelivered-To: A@csirt.example\n":                     bounce.Loop,
		"List-Id: CSIRT <digest.portale.csirt.example>\n":                                    bounce.Loop,
		"List-Id: <altri.example>\n":                                                         bounce.Ordinary,
	} {
		if v := bounce.Read(mailOf(lines), own()); v.Kind != want || v.Kind != bounce.Ordinary && v.Why == "" {
			t.Errorf("%q: %q for %q, want %q", lines, v.Kind, v.Why, want)
		}
	}
	if v := bounce.Read([]byte("Message-ID: <"+ours+">\nAuto-Submitted: auto-generated\n\nx"), own()); v.Kind != bounce.Loop {
		t.Errorf("a mail of ours: %q", v.Kind)
	}
	if v := bounce.Read([]byte("Message-ID: <collega@csirt.example>\n\nx"), own()); v.Kind != bounce.Ordinary {
		t.Errorf("a mail of a colleague: %q", v.Kind)
	}
	if v := bounce.Read(fixture(t, "exchange-reply.eml"), own()); v.Kind != bounce.Reply || v.About != ours {
		t.Errorf("out of office: %+v", v)
	}
}

// What only looks like a report names nobody.
func TestNothingIsGuessed(t *testing.T) {
	for name, data := range map[string]string{
		"a server's own words": "From: MAILER-DAEMON@x.example\nSubject: Undeliverable\n\nanna@comune.example: user unknown\n",
		"without a status":     strings.ReplaceAll(string(fixture(t, "postfix-failed.eml")), "message/delivery-status", "text/plain"),
		"an unknown action":    strings.ReplaceAll(string(fixture(t, "postfix-failed.eml")), "Action: failed", "Action: perhaps"),
		"another protocol":     strings.ReplaceAll(string(fixture(t, "postfix-failed.eml")), "ecipient: rfc822;", "ecipient: x400;"),
		"qmail, not yet":       strings.ReplaceAll(string(fixture(t, "qmail-failed.eml")), "permanent error", "passing error"),
		"PEC, cut":             strings.ReplaceAll(string(fixture(t, "pec-failed.eml")), "</postacert>", ""),
	} {
		if v := bounce.Read([]byte(data), own()); v.Kind != bounce.Report || len(v.Recipients) != 0 {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

func TestRecipientIs(t *testing.T) {
	r := bounce.Recipient{Original: "Anna@comune.example", Final: "anna.rossi@altrove.example"}
	for address, want := range map[string]bool{"anna@comune.example": true, "ANNA.ROSSI@altrove.example": true, "altra@comune.example": false, "": false} {
		if r.Is(address) != want {
			t.Errorf("%q: %v", address, !want)
		}
	}
	if got := (bounce.Recipient{Action: bounce.Failed, Status: "5.2.2", Diagnostic: "full"}).Why(); got != "5.2.2 full" {
		t.Error(got)
	}
}

// Whatever is sent is bounded.
func TestHostileReports(t *testing.T) {
	group := func(n int) string {
		return fmt.Sprintf("Final-Recipient: rfc822; p%d@x.example\nAction: failed\n\n", n)
	}
	var many strings.Builder
	for i := range 5000 {
		many.WriteString(group(i))
	}
	parts := "Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n" + strings.Repeat("--B\n\na\n", 1000) + "--B\nContent-Type: message/delivery-status\n\n" + group(1) + "--B--\n"
	v := bounce.Read([]byte("Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n--B\nContent-Type: message/delivery-status\n\n"+many.String()+"--B--\n"), own())
	if len(v.Recipients) != 200 {
		t.Errorf("%d recipients", len(v.Recipients))
	}
	if v := bounce.Read([]byte(parts), own()); v.Kind != bounce.Report || len(v.Recipients) != 0 {
		t.Errorf("a thousand parts: %+v", v)
	}
	for _, data := range []string{"", "\n", ":", " a", "Content-Type: multipart/report; report-type=delivery-status\n\n", "Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n--B"} {
		bounce.Read([]byte(data), own())
	}
	if v := bounce.Read([]byte("X-Ricevuta: errore-consegna\nContent-Type: application/xml\n\n<!DOCTYPE a [<!ENTITY b \"c\">]><postacert>&b;</postacert>"), own()); len(v.Recipients) != 0 {
		t.Errorf("%+v", v)
	}
}

func FuzzRead(f *testing.F) {
	all, err := filepath.Glob("testdata/*.eml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range all {
		f.Add(fixture(f, filepath.Base(name)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v := bounce.Read(data, own())
		if len(v.Recipients) > 200 || v.Kind == bounce.Ordinary && len(v.Recipients) > 0 {
			t.Errorf("%+v", v)
		}
		for _, r := range v.Recipients {
			if r.Address() == "" || r.Action == "" || len(r.Why()) > 4000 || strings.ContainsAny(r.Why()+r.Address()+v.About, "\n\r") {
				t.Errorf("%+v", r)
			}
		}
	})
}

// A header as long as a mail may be costs no more than reading it.
func TestALongHeader(t *testing.T) {
	v := bounce.Read([]byte("Subject: a\n"+strings.Repeat(" b\n", 8<<20)+"\nx"), own())
	if v.Kind != bounce.Ordinary {
		t.Errorf("%+v", v)
	}
}
