// SPDX-License-Identifier: EUPL-1.2

package mailer_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"martinella/internal/platform/mailcrypt"
	"martinella/internal/platform/mailer"
)

// own makes the CSIRT's key, that holds for some time after the desk's clock.
func own(t *testing.T, life time.Duration) *mailcrypt.Ring {
	t.Helper()
	k, _ := keyOf(t, "csirt@example.it", life)
	return &mailcrypt.Ring{PGP: k}
}

func keyOf(t *testing.T, address string, life time.Duration) (*mailcrypt.PGP, string) {
	t.Helper()
	k, private, err := mailcrypt.MakePGP("Somebody", address, life, nil, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return k, private
}

// scriptedDesk runs a test on both engines with keys and a transport that follows a script.
func scriptedDesk(t *testing.T, ring *mailcrypt.Ring, f func(d *desk, s *scripted)) {
	t.Helper()
	var transport *scripted
	each(t, func(*testing.T) mailer.Transport { transport = &scripted{}; return transport }, func(d *desk) {
		d.rebuild(mailer.Config{From: "CSIRT Toscana <csirt@example.it>", Transport: transport, Keys: ring})
		f(d, transport)
	})
}

func (d *desk) rebuild(c mailer.Config) {
	d.t.Helper()
	var err error
	if d.mailer, err = mailer.New(d.db, d.queue, d.clock, c); err != nil {
		d.t.Fatal(err)
	}
}

// gpg runs a real gpg that knows some keys, and gives what it writes and says.
func gpg(t *testing.T, keys []string, in string, args ...string) (out, status string) {
	t.Helper()
	home, err := os.MkdirTemp("", "gpg") // short: the agent's socket lives in it
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run()
		_ = os.RemoveAll(home)
	}()
	run := func(in string, args ...string) (string, string) {
		var stdout, stderr bytes.Buffer
		c := exec.Command("gpg", append([]string{"--homedir", home, "--batch", "--no-tty", "--trust-model", "always", "--status-fd", "2"}, args...)...)
		c.Stdin, c.Stdout, c.Stderr = strings.NewReader(in), &stdout, &stderr
		if err := c.Run(); err != nil {
			t.Fatalf("gpg %v: %v\n%s", args, err, stderr.String())
		}
		return stdout.String(), stderr.String()
	}
	for _, k := range keys {
		run(k, "--import")
	}
	return run(in, args...)
}

// section gives what stands between two boundaries of the outermost multipart.
func section(t *testing.T, mail string, n int) string {
	t.Helper()
	_, rest, _ := strings.Cut(mail, "boundary=\"")
	b, rest, _ := strings.Cut(rest, "\"")
	all := strings.Split(rest, "--"+b)
	if len(all) < n+2 {
		t.Fatalf("no section %d in\n%s", n, mail)
	}
	return strings.TrimSuffix(strings.TrimPrefix(all[n+1], "\r\n"), "\r\n")
}

func bodyOf(part string) string { _, body, _ := strings.Cut(part, "\r\n\r\n"); return body }

func TestEveryMailIsSigned(t *testing.T) {
	ring := own(t, 0)
	scriptedDesk(t, ring, func(d *desk, s *scripted) {
		msg := digest("anna@example.org")
		msg.Text += "From here on\nblank at the end \n.\n" + strings.Repeat("lungo ", 300) + "\n"
		d.send(msg)
		d.drain()
		mail := s.accepted[0]
		signed, signature := filepath.Join(t.TempDir(), "signed"), filepath.Join(t.TempDir(), "s.asc")
		for name, text := range map[string]string{signed: section(t, mail, 0), signature: bodyOf(section(t, mail, 1))} {
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, status := gpg(t, []string{string(ring.PGP.Public())}, "", "--verify", signature, signed); !strings.Contains(status, "VALIDSIG "+ring.PGP.Fingerprint()) {
			t.Errorf("%s\n%s", status, mail)
		}
		if e := d.only(); e.Protection != mailer.Signed || header(t, mail, "Subject") != header(t, section(t, mail, 0), "Subject") {
			t.Errorf("%+v\n%s", e, mail)
		}
		raw, err := d.mailer.Raw(d.ctx, staff{}, d.only().ID)
		if err != nil || string(raw) != mail {
			t.Errorf("what the portal shows is not what was sent: %v", err)
		}
	})
}

func TestAnEncryptedMailTellsNothingOutside(t *testing.T) {
	ring := own(t, 0)
	member, private := keyOf(t, "anna@example.org", 0)
	scriptedDesk(t, ring, func(d *desk, s *scripted) {
		msg := digest("anna@example.org")
		msg.OuterSubject, msg.To[0].Key = "Un avviso riservato", mailcrypt.Key{Kind: mailcrypt.OpenPGP, Data: member.Public()}
		s.after = func() { s.after = nil; panic("killed") }
		d.send(msg)
		d.drain()
		d.clock.Advance(time.Hour)
		d.drain()
		if len(s.accepted) != 2 || s.accepted[0] != s.accepted[1] {
			t.Fatalf("%d accepted; the second is not the first", len(s.accepted))
		}
		mail := s.accepted[0]
		// With what follows the word: three letters alone do stand in base64, by chance.
		if strings.Contains(mail, "Due ") || strings.Contains(mail, "Due_") || header(t, mail, "Subject") != "Un avviso riservato" {
			t.Errorf("it tells outside:\n%s", mail)
		}
		inner, status := gpg(t, []string{string(ring.PGP.Public()), private}, bodyOf(section(t, mail, 1)), "--decrypt")
		if !strings.Contains(status, "VALIDSIG "+ring.PGP.Fingerprint()) || !strings.Contains(inner, "Due novit=C3=A0") ||
			!strings.Contains(header(t, inner, "Subject"), "Due_vulnerabilit") || !strings.Contains(inner, "HP-Outer: Subject: Un avviso riservato") {
			t.Errorf("%s\n%s", status, inner)
		}
		e := d.only()
		read, err := d.mailer.Get(d.ctx, staff{}, e.ID)
		if err != nil || e.Protection != mailer.Encrypted || !read.Hidden || read.Text != "" {
			t.Errorf("the outbox shows it: %+v, %v", read, err)
		}
	})
}

// Signatures hold a random salt: a second attempt must not make a second one.
func TestASignedMailIsTheSameAfterAKill(t *testing.T) {
	scriptedDesk(t, own(t, 0), func(d *desk, s *scripted) {
		s.after = func() { s.after = nil; panic("killed") }
		d.send(digest("anna@example.org"))
		d.drain()
		d.rebuild(mailer.Config{From: "CSIRT Toscana <csirt@example.it>", Transport: s, Keys: own(t, 0)}) // a new key meanwhile
		d.clock.Advance(time.Hour)
		d.drain()
		if len(s.accepted) != 2 || s.accepted[0] != s.accepted[1] || d.only().State != mailer.Sent {
			t.Errorf("%d accepted, %+v", len(s.accepted), d.only())
		}
	})
}

func TestExpiredKeys(t *testing.T) {
	t.Run("our own: unsigned, not unsent", func(t *testing.T) {
		scriptedDesk(t, own(t, 24*time.Hour), func(d *desk, s *scripted) {
			d.send(digest("anna@example.org"))
			d.drain()
			if e := d.only(); e.State != mailer.Sent || e.Protection != mailer.Plain || strings.Contains(s.accepted[0], "signed") {
				t.Errorf("%+v", e)
			}
		})
	})
	t.Run("the recipient's: nothing leaves, and it is said", func(t *testing.T) {
		member, _ := keyOf(t, "anna@example.org", 24*time.Hour)
		scriptedDesk(t, own(t, 0), func(d *desk, s *scripted) {
			msg := digest("anna@example.org")
			msg.To[0].Key = mailcrypt.Key{Kind: mailcrypt.OpenPGP, Data: member.Public()}
			d.send(msg)
			d.drain()
			if e := d.only(); e.State != mailer.Failed || !strings.Contains(e.Answer, "cannot be encrypted") || len(s.accepted) != 0 || d.jobs() != 0 {
				t.Errorf("%+v, %d accepted", e, len(s.accepted))
			}
		})
	})
}

// revoked gives a key as its owner publishes it once it is no more to be used.
func revoked(t *testing.T, private string) (public, secret []byte) {
	t.Helper()
	all, err := openpgp.ReadArmoredKeyRing(strings.NewReader(private))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	if err := all[0].Revoke(packet.KeyCompromised, "lost", &packet.Config{Time: func() time.Time { return at }}); err != nil {
		t.Fatal(err)
	}
	var out, whole bytes.Buffer
	if err := errors.Join(all[0].Serialize(&out), all[0].SerializePrivateWithoutSigning(&whole, nil)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), whole.Bytes()
}

func TestRevokedKeys(t *testing.T) {
	t.Run("the recipient's: nothing leaves, and it is said", func(t *testing.T) {
		_, private := keyOf(t, "anna@example.org", 0)
		public, _ := revoked(t, private)
		scriptedDesk(t, own(t, 0), func(d *desk, s *scripted) {
			msg := digest("anna@example.org")
			msg.To[0].Key = mailcrypt.Key{Kind: mailcrypt.OpenPGP, Data: public}
			d.send(msg)
			d.drain()
			if e := d.only(); e.State != mailer.Failed || !strings.Contains(e.Answer, "cannot be encrypted") || len(s.accepted) != 0 || d.jobs() != 0 {
				t.Errorf("%+v, %d accepted", e, len(s.accepted))
			}
		})
	})
	t.Run("our own: no mail pretends to be signed by it", func(t *testing.T) {
		_, private := keyOf(t, "csirt@example.it", 0)
		_, secret := revoked(t, private)
		k, err := mailcrypt.ReadPGP(secret, nil, time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		scriptedDesk(t, &mailcrypt.Ring{PGP: k}, func(d *desk, s *scripted) {
			d.send(digest("anna@example.org"))
			d.drain()
			if e := d.only(); e.State != mailer.Sent || e.Protection != mailer.Plain || strings.Contains(s.accepted[0], "multipart/signed") {
				t.Errorf("%+v", e)
			}
		})
	})
}

func TestMailsOfATopicAreOneConversation(t *testing.T) {
	scriptedDesk(t, nil, func(d *desk, s *scripted) {
		for _, to := range []string{"anna@example.org", "Anna@Example.org", "bo@example.org"} {
			msg := digest(to)
			msg.Topic = "advisory:7"
			d.send(msg)
		}
		d.drain()
		roots := map[string]int{}
		for _, mail := range s.accepted {
			if header(t, mail, "References") != header(t, mail, "In-Reply-To") {
				t.Errorf("%s", mail)
			}
			roots[header(t, mail, "References")]++
		}
		if len(roots) != 2 {
			t.Errorf("roots %v: one for each person", roots)
		}
	})
}
