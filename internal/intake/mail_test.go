// SPDX-License-Identifier: EUPL-1.2

package intake_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/intake"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/mailcrypt"
	"martinella/internal/platform/mailer"
)

// mailForm is a source that mails are handed to.
func (w *world) mailForm() intake.Form {
	f := w.form()
	f.Kind, f.Address = intake.Mailbox, ""
	f.Settings.Senders = "Avvisi@Polizia.example\nacn.example, *.acn.example"
	return f
}

func mailFrom(from, id, body string) string {
	return "Received: by mx.csirt.example\nFrom: " + from + "\nTo: allerte@csirt.example\nSubject: =?utf-8?Q?ESEMPIO_INVENTATO_=C3=A8?=\nMessage-ID: <" + id + ">\nDate: Wed, 25 Nov 2026 09:00:00 +0100\n\n" + body + "\n"
}

func (w *world) deliver(raw string) intake.Delivery {
	w.Helper()
	d, err := w.Deliver(w.Context(), access.System("pipe"), "", []byte(raw))
	w.must(err)
	return d
}

func TestMailsOfAdmittedSendersBecomeAlerts(t *testing.T) {
	each(t, func(w *world) {
		x := w.add(w.mailForm())
		if !x.NextAt.IsZero() || fault.Of(w.RunNow(w.Context(), csirt(access.Analyst), x.ID)).Code != "intake.mail.comes" {
			w.Error("it is polled")
		}
		raw := mailFrom("Polizia <avvisi@polizia.example>", "1@polizia.example", "testo")
		if d := w.deliver(raw); d.State != intake.Made || d.Advisory != 1 || d.Before {
			w.Errorf("%+v", d)
		}
		again := []string{raw, strings.ReplaceAll(raw, "\n", "\r\n"), "Delivered-To: altra@csirt.example\nReceived: by altro\n" + raw}
		for _, copied := range again {
			if d := w.deliver(copied); !d.Before || d.State != intake.Made {
				w.Errorf("the same mail: %+v", d)
			}
		}
		for _, from := range []string{"a@acn.example", "b@lista.acn.example"} {
			w.deliver(mailFrom(from, from, "testo"))
		}
		w.deliver(mailFrom("avvisi@polizia.example", "1@polizia.example", "un altro testo")) // another mail, whatever its name
		if len(w.got) != 4 || string(w.got[0].Data) != raw || w.got[0].Proof == nil || w.got[0].Proof.From != "avvisi@polizia.example" || w.got[0].TLP != "TLP:GREEN" || !strings.HasSuffix(w.got[0].Name, ".eml") {
			w.Errorf("%d: %+v", len(w.got), w.got)
		}
		if i := w.items(x)[3]; i.Title != "ESEMPIO INVENTATO è" || i.Sender != "avvisi@polizia.example" || i.Stored {
			w.Errorf("%+v", i)
		}
		if now := w.read(x); now.Fresh != 4 || now.Seen != 4 || now.ItemAt.IsZero() || now.OKAt.IsZero() {
			w.Errorf("%+v", now.Health)
		}
	})
}

func TestMailsOfOthersAreKeptForAPerson(t *testing.T) {
	each(t, func(w *world) {
		x := w.add(w.mailForm())
		raw := mailFrom("chiunque@altrove.example", "2@altrove.example", "testo")
		if d := w.deliver(raw); d.State != intake.Refused || d.Code != "intake.mail.sender" || d.Params["sender"] != "chiunque@altrove.example" || len(w.got) != 0 {
			w.Fatalf("%+v", d)
		}
		for _, from := range []string{"avvisi@polizia.example.altrove.example", "x@finto-acn.example", "a@acn.example, chiunque@altrove.example", "\"a@acn.example\" <c@altrove.example>"} {
			if d := w.deliver(mailFrom(from, from, "testo")); d.State != intake.Refused {
				w.Errorf("%s: %+v", from, d)
			}
		}
		item := w.items(x)[4]
		_, content, err := w.OpenMail(w.Context(), csirt(access.Auditor), x.ID, item.ID)
		w.must(err)
		if got, err := io.ReadAll(content); err != nil || string(got) != raw || content.Close() != nil {
			w.Errorf("%q %v", got, err)
		}
		if err := w.Accept(w.Context(), csirt(access.Auditor), x.ID, item.ID); fault.KindOf(err) != fault.Forbidden {
			w.Error("an auditor accepts", err)
		}
		if err := w.Accept(w.Context(), csirt(access.Analyst), x.ID+1, item.ID); fault.KindOf(err) != fault.NotFound {
			w.Error("of another source", err)
		}
		for range 2 {
			w.must(w.Accept(w.Context(), csirt(access.Analyst), x.ID, item.ID))
		}
		_, err = w.queue.Drain(w.Context())
		w.must(err)
		now := w.items(x)[4]
		if len(w.got) != 1 || string(w.got[0].Data) != raw || now.ID != item.ID || now.State != intake.Made || now.Advisory == 0 || now.Stored || now.Revisions != 0 {
			w.Errorf("%d, %+v", len(w.got), now)
		}
		if err := w.Accept(w.Context(), csirt(access.Analyst), x.ID, item.ID); fault.KindOf(err) != fault.Conflict {
			w.Error("twice", err)
		}
		if d := w.deliver(raw); !d.Before || len(w.got) != 1 {
			w.Errorf("it comes again: %+v", d)
		}
	})
}

func TestWhereASignatureIsWanted(t *testing.T) {
	each(t, func(w *world) {
		key, _, err := mailcrypt.MakePGP("Polizia", "avvisi@polizia.example", 0, nil, w.clock.Now().Add(-time.Hour))
		w.must(err)
		public, err := key.PublicArmoured()
		w.must(err)
		other, _, err := mailcrypt.MakePGP("Altri", "avvisi@polizia.example", 0, nil, w.clock.Now().Add(-time.Hour))
		w.must(err)
		f := w.mailForm()
		f.Settings.Signed = true
		_, err = w.Create(w.Context(), csirt(access.Manager), f)
		w.field("sender_keys", "none", err)
		f.Settings.Keys = public
		x := w.add(f)
		signed := func(k *mailcrypt.PGP, id string) string {
			content := []byte("Content-Type: text/plain\r\n\r\ntesto firmato\r\n")
			s, err := (&mailcrypt.Ring{PGP: k}).Sign(content, mailcrypt.OpenPGP, w.clock.Now())
			w.must(err)
			head, _, _ := strings.Cut(mailFrom("avvisi@polizia.example", id, ""), "\n\n")
			return head + "\r\n" + string(s.Around(content, "S"))
		}
		if d := w.deliver(mailFrom("avvisi@polizia.example", "u", "testo")); d.Code != "intake.mail.signature" {
			w.Errorf("unsigned: %+v", d)
		}
		if d := w.deliver(signed(other, "o")); d.Code != "intake.mail.signature" {
			w.Errorf("another's: %+v", d)
		}
		if d := w.deliver(strings.Replace(signed(key, "b"), "testo", "altro", 1)); d.Code != "intake.mail.signature" {
			w.Errorf("broken: %+v", d)
		}
		raw := signed(key, "k")
		if d := w.deliver(raw); d.State != intake.Made {
			w.Fatalf("%+v", d)
		}
		got := w.got[0]
		if string(got.Data) != raw || strings.Contains(string(got.Read), "PGP") || !strings.Contains(string(got.Read), "testo firmato") || !got.Proof.Trusted() || got.Proof.Signatures[0].Signer != "Polizia <avvisi@polizia.example>" {
			w.Errorf("%+v", got)
		}
		m, err := w.MailItem(w.Context(), csirt(access.Auditor), x.ID, w.items(x)[1].ID)
		w.must(err)
		if len(m.Proof.Signatures) != 1 || m.Proof.Signatures[0].Trust != mailcrypt.Broken {
			w.Errorf("%+v", m)
		}
	})
}

func TestEncryptedMails(t *testing.T) {
	each(t, func(w *world) {
		ours, _, err := mailcrypt.MakePGP("CSIRT", "csirt@csirt.example", 0, nil, w.clock.Now().Add(-time.Hour))
		w.must(err)
		sealed, err := new(mailcrypt.Ring).Encrypt([]byte("Content-Type: text/plain\r\n\r\ntesto segreto\r\n"), mailcrypt.Key{Kind: mailcrypt.OpenPGP, Data: ours.Public()}, "B", w.clock.Now())
		w.must(err)
		head, _, _ := strings.Cut(mailFrom("avvisi@polizia.example", "e", ""), "\n\n")
		raw := head + "\r\n" + string(sealed)
		x := w.add(w.mailForm())
		if d := w.deliver(raw); d.Code != "intake.mail.locked" || d.State != intake.Refused {
			w.Errorf("without a key: %+v", d)
		}
		w.ring.PGP = ours // the key was configured meanwhile
		w.must(w.Accept(w.Context(), csirt(access.Analyst), x.ID, w.items(x)[0].ID))
		_, err = w.queue.Drain(w.Context())
		w.must(err)
		if len(w.got) != 1 || string(w.got[0].Data) != raw || !strings.Contains(string(w.got[0].Read), "testo segreto") || w.got[0].Proof.Encrypted != mailcrypt.OpenPGP {
			w.Errorf("%+v", w.got)
		}
	})
}

// A mail that somebody brings by hand is opened with the keys of all mailboxes.
func TestAMailBroughtByHand(t *testing.T) {
	each(t, func(w *world) {
		ours, _, err := mailcrypt.MakePGP("CSIRT", "csirt@csirt.example", 0, nil, w.clock.Now().Add(-time.Hour))
		w.must(err)
		theirs, _, err := mailcrypt.MakePGP("Polizia", "avvisi@polizia.example", 0, nil, w.clock.Now().Add(-time.Hour))
		w.must(err)
		sealed, err := (&mailcrypt.Ring{PGP: theirs}).Encrypt([]byte("Content-Type: text/plain\r\n\r\ntesto segreto\r\n"), mailcrypt.Key{Kind: mailcrypt.OpenPGP, Data: ours.Public()}, "B", w.clock.Now())
		w.must(err)
		head, _, _ := strings.Cut(mailFrom("avvisi@polizia.example", "e", ""), "\n\n")
		raw := []byte(head + "\r\n" + string(sealed))
		other, box := w.mailForm(), w.mailForm()
		other.Name, box.Name = "Un'altra casella", "Polizia"
		box.Settings.Keys, err = theirs.PublicArmoured()
		w.must(err)
		w.add(other)
		if _, err := w.Unwrap(w.Context(), csirt(access.Analyst), raw); !errors.Is(err, mailcrypt.ErrLocked) {
			w.Errorf("without a key: %v", err)
		}
		w.ring.PGP = ours
		for _, trusted := range []bool{false, true} {
			if trusted {
				w.add(box)
			}
			o, err := w.Unwrap(w.Context(), csirt(access.Analyst), raw)
			if err != nil || !strings.Contains(string(o.Mail), "testo segreto") || o.Encrypted != mailcrypt.OpenPGP || len(o.Signatures) != 1 || o.Trusted() != trusted {
				w.Errorf("known: %v: %+v, %v", trusted, o, err)
			}
		}
		if _, err := w.Unwrap(w.Context(), access.Scope{}, raw); err == nil {
			w.Error("anybody may")
		}
	})
}

// reportOf is a made-up report of platform/bounce.
func reportOf(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "platform", "bounce", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestReportsMarkMailsOfOurs(t *testing.T) {
	each(t, func(w *world) {
		f := w.mailForm()
		f.Settings.Senders = "" // nobody's alerts are wanted
		x := w.add(f)
		for range 2 {
			w.deliver(reportOf(w.T, "postfix-failed.eml"))
		}
		if len(w.backs) != 1 || w.backs[0].MessageID != "abcdefghijklmnopqrstuvwxyz@csirt.example" || w.backs[0].Addresses[0] != "anna@comune.example" || !strings.Contains(w.backs[0].Why, "5.1.1") {
			w.Errorf("%+v", w.backs)
		}
		w.became = mailer.NotOurs
		for name, code := range map[string]string{"exim-failed.eml": "intake.mail.unmatched", "gmail-delayed.eml": "intake.mail.report", "pec-delivered.eml": "intake.mail.report", "exchange-reply.eml": "intake.mail.reply"} {
			if d := w.deliver(reportOf(w.T, name)); d.Code != code || d.State != intake.Noted {
				w.Errorf("%s: %+v", name, d)
			}
		}
		if d := w.deliver("Auto-Submitted: auto-generated\n" + mailFrom("avvisi@csirt.example", "x@csirt.example", "nostra")); d.Code != "intake.mail.loop" {
			w.Errorf("a mail of ours: %+v", d)
		}
		if now := w.read(x); len(w.backs) != 2 || len(w.got) != 0 || now.Health.Refused != 0 || now.Fresh != 0 {
			w.Errorf("%+v, %+v", w.backs, now.Health)
		}
	})
}

// A kill between storing the mail and the end of its transaction leaves nothing; it comes again.
func TestAKillBetweenStoringAndWritingDown(t *testing.T) {
	each(t, func(w *world) {
		x := w.add(w.mailForm())
		raw := mailFrom("avvisi@polizia.example", "1@polizia.example", "testo")
		w.after = func() error { return errors.New("killed") }
		d, err := w.Deliver(w.Context(), access.System("pipe"), "", []byte(raw))
		if fault.KindOf(err) != fault.Unavailable || d.State != intake.Waiting || len(w.got) != 0 {
			w.Fatalf("%+v %v", d, err)
		}
		w.after = nil
		if d := w.deliver(raw); d.State != intake.Made || len(w.got) != 1 || len(w.items(x)) != 1 {
			w.Errorf("%+v", d)
		}
		// What fails each time is kept for a person in the end.
		w.fails = func(intake.Alert) error { return errors.New("the disk is on fire") }
		raw = mailFrom("avvisi@polizia.example", "2@polizia.example", "testo")
		for range 4 {
			if _, err := w.Deliver(w.Context(), access.System("pipe"), "", []byte(raw)); err == nil {
				w.Error("taken")
			}
		}
		if d := w.deliver(raw); d.State != intake.Refused || d.Code != "intake.trouble" || !w.items(x)[0].Stored {
			w.Errorf("%+v", d)
		}
	})
}

func TestWhatIsNoMailIsRefused(t *testing.T) {
	each(t, func(w *world) {
		give := func(source, raw string) fault.Kind {
			_, err := w.Deliver(w.Context(), access.System("pipe"), source, []byte(raw))
			return fault.KindOf(err)
		}
		good := mailFrom("avvisi@polizia.example", "1", "testo")
		if k := give("", good); k != fault.Unavailable {
			w.Error("no source at all:", k)
		}
		x := w.add(w.mailForm())
		for raw, want := range map[string]fault.Kind{"": fault.Malformed, "ciao": fault.Malformed, "From: a\n\nb": fault.Malformed, good + strings.Repeat("x", 20<<20): fault.TooLarge} {
			if k := give("", raw); k != want {
				w.Errorf("%.20q: %v", raw, k)
			}
		}
		if k := give("altra", good); k != fault.NotFound {
			w.Error("another source:", k)
		}
		f := w.mailForm()
		f.Name, f.Active = "spenta", false
		w.add(f)
		if k := give("", good); k != fault.NotFound {
			w.Error("which of two:", k)
		}
		if k := give("spenta", good); k != fault.Conflict {
			w.Error("off:", k)
		}
		if d, err := w.Deliver(w.Context(), access.System("pipe"), x.Name, []byte(good)); err != nil || d.State != intake.Made {
			w.Error(d, err)
		}
		if _, err := w.Deliver(w.Context(), csirt(access.Auditor), x.Name, []byte(good)); fault.KindOf(err) != fault.Forbidden {
			w.Error("an auditor delivers", err)
		}
	})
}

// Mails nothing was made of go after a while, and with their source.
func TestMailsAreForgotten(t *testing.T) {
	each(t, func(w *world) {
		x := w.add(w.mailForm())
		w.deliver(mailFrom("chi@altrove.example", "1", "testo"))
		w.clock.Advance(91 * 24 * time.Hour)
		w.deliver(mailFrom("chi@altrove.example", "2", "testo"))
		w.must(w.db.Tx(w.Context(), func(tx *db.Tx) error {
			return w.queue.Enqueue(w.Context(), tx, jobs.Job{Kind: "intake.forget_mails"})
		}))
		_, err := w.queue.Drain(w.Context())
		w.must(err)
		if all := w.items(x); !all[0].Stored || all[1].Stored {
			w.Errorf("%+v", all)
		}
		w.must(w.Delete(w.Context(), csirt(access.Manager), x.ID))
		var kept int
		w.must(w.db.QueryRow(w.Context(), "SELECT count(*) FROM blob WHERE state = 'kept'").Scan(&kept))
		if kept != 0 {
			w.Errorf("%d mails of no source", kept)
		}
	})
}

func TestTheFormOfMailSources(t *testing.T) {
	each(t, func(w *world) {
		for name, change := range map[string]func(*intake.Form){
			"senders":     func(f *intake.Form) { f.Settings.Senders = "acn" },
			"sender_keys": func(f *intake.Form) { f.Settings.Keys = "-----BEGIN PRIVATE KEY-----" },
			"address":     func(f *intake.Form) { f.Address = "https://posta.example/INBOX" },
			"folder":      func(f *intake.Form) { f.Settings.Folder = strings.Repeat("x", 101) },
		} {
			f := w.mailForm()
			change(&f)
			_, err := w.Create(w.Context(), csirt(access.Manager), f)
			w.field(name, name, err)
		}
		f := w.mailForm()
		f.Address = "imaps://169.254.169.254/INBOX"
		_, err := w.Create(w.Context(), csirt(access.Manager), f)
		w.field("address", "inner", err)
		f.Kind, f.Address = intake.RSS, w.server.URL
		if x := w.add(f); x.Settings.Senders != "" {
			w.Errorf("a feed with senders: %+v", x)
		}
	})
}
