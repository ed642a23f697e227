// SPDX-License-Identifier: EUPL-1.2

package mailcrypt_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"martinella/internal/platform/mailcrypt"
)

func smime(t *testing.T, c certified) *mailcrypt.SMIME {
	t.Helper()
	s, err := mailcrypt.ReadSMIME(c.both, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOpenSSLVerifiesWhatWeSign(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r := rsaKey(t)
	for name, c := range map[string]certified{"RSA": certificate(t, r.Public(), r, now().AddDate(1, 0, 0)), "P-256": certificate(t, curve.Public(), curve, now().AddDate(1, 0, 0))} {
		s, err := (&mailcrypt.Ring{SMIME: smime(t, c)}).Sign(entity(), mailcrypt.SMime, now())
		if err != nil {
			t.Fatal(err)
		}
		mail := append([]byte("MIME-Version: 1.0\r\n"), s.Around(entity(), "b0")...)
		out, err := openssl(t, mail, "cms", "-verify", "-purpose", "smimesign", "-CAfile", file(t, "ca.pem", c.certificate))
		if err != nil || out != string(entity()) {
			t.Errorf("%s: %v, %q", name, err, out)
		}
		changed := bytes.Replace(mail, []byte("critica"), []byte("innocua"), 1)
		if _, err := openssl(t, changed, "cms", "-verify", "-CAfile", file(t, "ca.pem", c.certificate)); err == nil {
			t.Errorf("%s: a changed mail was verified", name)
		}
	}
}

func TestOpenSSLDecryptsAndVerifies(t *testing.T) {
	r, m := rsaKey(t), rsaKey(t)
	own, member := certificate(t, r.Public(), r, now().AddDate(1, 0, 0)), certificate(t, m.Public(), m, now().AddDate(1, 0, 0))
	mail, err := (&mailcrypt.Ring{SMIME: smime(t, own)}).Encrypt(entity(), mailcrypt.Key{Kind: mailcrypt.SMime, Data: member.der}, "b0", now())
	if err != nil {
		t.Fatal(err)
	}
	mail = append([]byte("MIME-Version: 1.0\r\n"), mail...)
	inner, err := openssl(t, mail, "cms", "-decrypt", "-recip", file(t, "member.pem", member.certificate), "-inkey", file(t, "member.key", member.both))
	if err != nil {
		t.Fatal(err)
	}
	if out, err := openssl(t, []byte(inner), "cms", "-verify", "-CAfile", file(t, "ca.pem", own.certificate)); err != nil || out != string(entity()) {
		t.Errorf("%v, %q\n%s", err, out, inner)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := certificate(t, curve.Public(), curve, now().AddDate(1, 0, 0))
	if _, err := (&mailcrypt.Ring{}).Encrypt(entity(), mailcrypt.Key{Kind: mailcrypt.SMime, Data: c.der}, "b0", now()); !errors.Is(err, mailcrypt.ErrNotRSA) {
		t.Errorf("got %v", err)
	}
}

func TestOwnCertificatesAreReadAndJudged(t *testing.T) {
	r, other := rsaKey(t), rsaKey(t)
	good := certificate(t, r.Public(), r, now().AddDate(1, 0, 0))
	parsed, err := x509.ParseCertificate(good.der)
	if err != nil {
		t.Fatal(err)
	}
	p12, err := pkcs12.Modern.Encode(r, parsed, nil, "hemmelig")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := mailcrypt.ReadSMIME(p12, []byte("hemmelig")); err != nil || s.Fingerprint() != smime(t, good).Fingerprint() || s.Addresses()[0] != "csirt@prova.example" {
		t.Errorf("PKCS #12: %v", err)
	}
	if _, err := mailcrypt.ReadSMIME(p12, []byte("gjettet")); !errors.Is(err, mailcrypt.ErrPassphrase) {
		t.Errorf("wrong word: %v", err)
	}
	if _, err := mailcrypt.ReadSMIME(good.certificate, nil); !errors.Is(err, mailcrypt.ErrNoPrivate) {
		t.Errorf("certificate alone: %v", err)
	}
	stranger := certificate(t, other.Public(), other, now().AddDate(1, 0, 0))
	block, _ := pem.Decode(bytes.TrimPrefix(stranger.both, stranger.certificate))
	if _, err := mailcrypt.ReadSMIME(append(bytes.Clone(good.certificate), pem.EncodeToMemory(block)...), nil); err == nil || !strings.Contains(err.Error(), "belong together") {
		t.Errorf("another's key: %v", err)
	}
	expired := certificate(t, r.Public(), r, now().Add(-time.Hour))
	if got := (&mailcrypt.Ring{SMIME: smime(t, expired)}).Signs(now()); got != "" {
		t.Errorf("an expired certificate signs: %q", got)
	}
	key, _ := pgpKey(t, 0, now())
	if got := (&mailcrypt.Ring{SMIME: smime(t, expired), PGP: key}).Signs(now()); got != mailcrypt.OpenPGP {
		t.Errorf("beside an expired certificate: %q", got)
	}
	if got := (*mailcrypt.Ring)(nil).Signs(now()); got != "" {
		t.Errorf("no ring: %q", got)
	}
}
