// SPDX-License-Identifier: EUPL-1.2

package mailcrypt_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"martinella/internal/platform/mailcrypt"
)

// What gpg says of our signatures: over the entity, over a file, around text.
func TestGnuPGVerifiesWhatWeSign(t *testing.T) {
	key, _ := pgpKey(t, 0, now().Add(-time.Hour))
	g := newGnuPG(t)
	g.importing(key.Public())
	ring := &mailcrypt.Ring{PGP: key}

	s, err := ring.Sign(entity(), mailcrypt.OpenPGP, now())
	if err != nil || s.MicAlg != "pgp-sha256" {
		t.Fatalf("%q, %v", s.MicAlg, err)
	}
	mail := s.Around(entity(), "b0")
	signed, signature := part(t, mail, "b0", 0), body(t, part(t, mail, "b0", 1))
	good := "[GNUPG:] VALIDSIG " + key.Fingerprint()
	if _, status := g.run(nil, "--verify", file(t, "s.asc", signature), file(t, "entity", signed)); !strings.Contains(status, good) {
		t.Errorf("the mail: %s", status)
	}
	if again := s.Around(entity(), "b0"); !bytes.Equal(again, mail) {
		t.Error("the same signature makes another mail")
	}

	detached, err := key.Detached([]byte("a document\n"), now())
	if err != nil {
		t.Fatal(err)
	}
	if _, status := g.run(nil, "--verify", file(t, "d.asc", []byte(detached)), file(t, "d", []byte("a document\n"))); !strings.Contains(status, good) {
		t.Errorf("a file: %s", status)
	}

	text := "Contact: mailto:csirt@prova.example\n- dashes\nperché\n"
	clear, err := key.ClearSign(text, now())
	if err != nil {
		t.Fatal(err)
	}
	out, status := g.run([]byte(clear), "--decrypt")
	if !strings.Contains(status, good) || out != text {
		t.Errorf("clear text: %q\n%s", out, status)
	}
}

func TestGnuPGDecryptsAndVerifies(t *testing.T) {
	own, _ := pgpKey(t, 0, now().Add(-time.Hour))
	member, private, err := mailcrypt.MakePGP("Ada", "ada@ente.example", 0, nil, now().Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	g := newGnuPG(t)
	g.importing(own.Public())
	g.importing([]byte(private))
	mail, err := (&mailcrypt.Ring{PGP: own}).Encrypt(entity(), mailcrypt.Key{Kind: mailcrypt.OpenPGP, Data: member.Public()}, "b0", now())
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(mail, []byte("vulnerabilit")) {
		t.Fatalf("readable:\n%s", mail)
	}
	out, status := g.run(body(t, part(t, mail, "eb0", 1)), "--decrypt")
	if out != string(entity()) || !strings.Contains(status, "[GNUPG:] VALIDSIG "+own.Fingerprint()) {
		t.Errorf("%q\n%s", out, status)
	}
	if control := body(t, part(t, mail, "eb0", 0)); string(bytes.TrimSpace(control)) != "Version: 1" {
		t.Errorf("%q", control)
	}
}

func TestOwnKeysAreReadAndJudged(t *testing.T) {
	locked, lockedText, err := mailcrypt.MakePGP("A", "a@x.example", 24*time.Hour, []byte("hemmelig"), now().Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	expired, expiredText := pgpKey(t, time.Hour, now().Add(-48*time.Hour))
	public, err := expired.PublicArmoured()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data, passphrase string
		want             error
	}{
		"locked":          {lockedText, "hemmelig", nil},
		"wrong word":      {lockedText, "gjettet", mailcrypt.ErrPassphrase},
		"no word":         {lockedText, "", mailcrypt.ErrPassphrase},
		"public alone":    {public, "", mailcrypt.ErrNoPrivate},
		"expired is read": {expiredText, "", nil},
	} {
		k, err := mailcrypt.ReadPGP([]byte(c.data), []byte(c.passphrase), now())
		if !errors.Is(err, c.want) || err == nil && k == nil {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "gjettet") {
			t.Errorf("%s: the error tells the passphrase", name)
		}
	}
	if _, err := mailcrypt.ReadPGP([]byte("nothing"), nil, now()); err == nil {
		t.Error("text was read as a key")
	}
	if got := locked.ExpiresAt(); !got.Equal(now().Add(23*time.Hour)) && got.Sub(now().Add(23*time.Hour)).Abs() > 5*time.Second {
		t.Errorf("ends %s", got)
	}
	old := &mailcrypt.Ring{PGP: expired}
	if got := old.Signs(now()); got != "" {
		t.Errorf("an expired key signs: %q", got)
	}
	if _, err := old.Sign(entity(), mailcrypt.OpenPGP, now()); !errors.Is(err, mailcrypt.ErrNoSigning) {
		t.Errorf("got %v", err)
	}
	if _, err := expired.ClearSign("x", now()); !errors.Is(err, mailcrypt.ErrNoSigning) {
		t.Errorf("got %v", err)
	}
}

func TestFragileEntitiesAreNotSigned(t *testing.T) {
	key, _ := pgpKey(t, 0, now())
	for name, text := range map[string]string{
		"blank at the end": "A: b\r\n\r\nline \r\n", "tab at the end": "A: b\r\n\r\nline\t\r\n", "bare line feed": "A: b\r\n\r\nline\n",
		"eight bits": "A: b\r\n\r\nperché\r\n", "From": "A: b\r\n\r\nFrom here\r\n", "long": "A: b\r\n\r\n" + strings.Repeat("x", 999) + "\r\n",
	} {
		if _, err := (&mailcrypt.Ring{PGP: key}).Sign([]byte(text), mailcrypt.OpenPGP, now()); !errors.Is(err, mailcrypt.ErrFragile) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkSign(b *testing.B) {
	key, _, err := mailcrypt.MakePGP("A", "a@x.example", 0, nil, now())
	if err != nil {
		b.Fatal(err)
	}
	ring := &mailcrypt.Ring{PGP: key}
	for b.Loop() {
		if _, err := ring.Sign(entity(), mailcrypt.OpenPGP, now()); err != nil {
			b.Fatal(err)
		}
	}
}
