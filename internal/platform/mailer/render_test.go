// SPDX-License-Identifier: EUPL-1.2

package mailer_test

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/mailer"
)

// file queues a message and gives the one mail as a file.
func file(t *testing.T, d *desk, msg mailer.Message) []byte {
	t.Helper()
	d.send(msg)
	entries := d.list()
	raw, err := d.mailer.Raw(d.ctx, staff{}, entries[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// parts gives the decoded bodies by type.
func parts(t *testing.T, m *mail.Message) map[string]string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %q, %v", kind, err)
	}
	out := map[string]string{}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil || p.Header.Get("Content-Transfer-Encoding") != "quoted-printable" {
			t.Fatalf("part %v, %v", p.Header, err)
		}
		out[p.Header.Get("Content-Type")] = string(body)
	}
}

func TestTheFile(t *testing.T) {
	d := newDesk(t, dbtest.SQLite(t, schema()), mailer.Outbox{})
	msg := digest("anna@example.org")
	msg.ReplyTo = "aiuto@example.it"
	raw := file(t, d, msg)
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	decoder := new(mime.WordDecoder)
	got := map[string]string{}
	for name := range m.Header {
		if got[name], err = decoder.DecodeHeader(m.Header.Get(name)); err != nil {
			t.Fatal(err)
		}
	}
	delete(got, "Content-Type")
	if !strings.HasSuffix(got["Message-Id"], "@example.it>") {
		t.Errorf("Message-ID %q", got["Message-Id"])
	}
	delete(got, "Message-Id")
	want := map[string]string{
		"From": `"CSIRT Toscana" <csirt@example.it>`, "To": "Anna Però <anna@example.org>", "Reply-To": "<aiuto@example.it>",
		"Subject": "[TLP:AMBER] Due vulnerabilità da guardare oggi", "Date": "Sun, 22 Nov 2026 06:00:00 +0000",
		"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "Content-Language": "it", "X-Tlp": "TLP:AMBER",
		"List-Id": "<digest.csirt.example.it>", "List-Unsubscribe": "<https://csirt.example.it/u/abc>",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Mime-Version": "1.0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers (-want +got)\n%s", diff)
	}
	bodies := map[string]string{
		"text/plain; charset=UTF-8": "TLP:AMBER\r\n\r\nDue novità.\r\n",
		"text/html; charset=UTF-8":  "<p>TLP:AMBER</p><p>Due novità.</p>\r\n",
	}
	if diff := cmp.Diff(bodies, parts(t, m)); diff != "" {
		t.Errorf("bodies (-want +got)\n%s", diff)
	}
	for range 20 { // header order must not depend on a map's
		again, err := d.mailer.Raw(d.ctx, staff{}, d.only().ID)
		if err != nil || !bytes.Equal(raw, again) {
			t.Fatalf("the same mail was rendered differently (%v):\n%s\n---\n%s", err, raw, again)
		}
	}
}

func TestUnsoundMailsAreRefused(t *testing.T) {
	d := newDesk(t, dbtest.SQLite(t, schema()), mailer.Outbox{})
	for name, spoil := range map[string]func(m *mailer.Message){
		"line break in the subject":     func(m *mailer.Message) { m.Subject = "Ciao\r\nBcc: tutti@example.org" },
		"bare line feed in the subject": func(m *mailer.Message) { m.Subject = "Ciao\nX: y" },
		"Unicode line separator":        func(m *mailer.Message) { m.Subject = "Ciao\u2028X: y" },
		"reversed text":                 func(m *mailer.Message) { m.Subject = "fattura\u202efdp.exe" },
		"endless subject":               func(m *mailer.Message) { m.Subject = strings.Repeat("a", 501) },
		"broken UTF-8":                  func(m *mailer.Message) { m.Subject = "caff\xe8" },
		"no subject":                    func(m *mailer.Message) { m.Subject = " " },
		"no text":                       func(m *mailer.Message) { m.Text = "" },
		"no kind":                       func(m *mailer.Message) { m.Kind = "" },
		"no recipient":                  func(m *mailer.Message) { m.To = nil },
		"line break in the name":        func(m *mailer.Message) { m.To[0].Name = "Anna\r\nBcc: x@example.org" },
		"line break in the address":     func(m *mailer.Message) { m.To[0].Address = "anna@example.org\r\nX: y" },
		"two addresses in one":          func(m *mailer.Message) { m.To[0].Address = "a@example.org, b@example.org" },
		"name in the address":           func(m *mailer.Message) { m.To[0].Address = "Anna <a@example.org>" },
		"no address":                    func(m *mailer.Message) { m.To[0].Address = "anna" },
		"smuggling reply address":       func(m *mailer.Message) { m.ReplyTo = "a@example.org>\r\nX: y" },
		"smuggling list id":             func(m *mailer.Message) { m.ListID = "a>\r\nX: y" },
		"list id with brackets":         func(m *mailer.Message) { m.ListID = "<a.b>" },
		"smuggling unsubscribe address": func(m *mailer.Message) { m.To[0].Unsubscribe = "https://a.example/\r\nX: y" },
		"unsubscribe by script":         func(m *mailer.Message) { m.To[0].Unsubscribe = "javascript:alert(1)" },
		"unknown label":                 func(m *mailer.Message) { m.TLP = "WHITE" },
		"text without its label":        func(m *mailer.Message) { m.Text = "Due novità." },
		"HTML without its label":        func(m *mailer.Message) { m.HTML = "<p>Due novità.</p>" },
	} {
		t.Run(name, func(t *testing.T) {
			msg := digest("anna@example.org")
			spoil(&msg)
			if err := d.db.Tx(d.ctx, func(tx *db.Tx) error { return d.mailer.Queue(d.ctx, tx, msg) }); err == nil {
				t.Error("accepted")
			}
		})
	}
	if n := len(d.list()); n != 0 {
		t.Errorf("%d refused mails were queued", n)
	}
}

// Whatever a person types into a subject or a name, a mail that is accepted has
// the headers we gave it and no other.
func TestABackslashInANameKeepsTheAddressReadable(t *testing.T) {
	d := newDesk(t, dbtest.SQLite(t, schema()), mailer.Outbox{})
	d.send(mailer.Message{Kind: "k", Subject: "s", Text: "t", To: []mailer.Recipient{{Address: "anna@example.org", Name: `Città \ Comune`}}})
	raw, err := d.mailer.Raw(d.ctx, staff{}, d.only().ID)
	if err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if to, err := m.Header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != "anna@example.org" {
		t.Errorf("to %v, %v", to, err)
	}
}

func TestNothingIsSmuggled(t *testing.T) {
	d := newDesk(t, dbtest.SQLite(t, schema()), mailer.Outbox{})
	expected := []string{"Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To", "X-Auto-Response-Suppress"}
	text := rapid.OneOf(rapid.StringN(0, 80, 500), rapid.StringMatching(`[a-zà-ü "<>@,;:\\()\[\]=?\r\n\t.-]{0,60}`))
	rapid.Check(t, func(rt *rapid.T) {
		msg := mailer.Message{Kind: "k", Subject: text.Draw(rt, "subject"), Text: text.Draw(rt, "text"),
			To: []mailer.Recipient{{Address: "anna@example.org", Name: text.Draw(rt, "name")}}}
		if err := d.db.Tx(d.ctx, func(tx *db.Tx) error { return d.mailer.Queue(d.ctx, tx, msg) }); err != nil {
			return // refused
		}
		raw, err := d.mailer.Raw(d.ctx, staff{}, d.list()[0].ID)
		if err != nil {
			rt.Fatal(err)
		}
		m, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			rt.Fatalf("%v in\n%q", err, raw)
		}
		for name, values := range m.Header {
			if len(values) != 1 {
				rt.Errorf("%d headers %s", len(values), name)
			}
		}
		for _, name := range expected {
			if m.Header.Get(name) == "" && name != "Subject" {
				rt.Errorf("no %s in %q", name, raw)
			}
		}
		if len(m.Header) != len(expected) {
			rt.Errorf("headers %v", m.Header)
		}
		to, err := m.Header.AddressList("To")
		if err != nil || len(to) != 1 || to[0].Address != "anna@example.org" {
			rt.Errorf("to %v, %v in %q", to, err, raw)
		}
	})
}
