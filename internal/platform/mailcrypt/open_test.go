// SPDX-License-Identifier: EUPL-1.2

package mailcrypt_test

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"martinella/internal/platform/mailcrypt"
)

const head = "From: Polizia <avvisi@polizia.example>\nTo: csirt@prova.example\nSubject: ESEMPIO INVENTATO\nMessage-ID: <1@polizia.example>\nMIME-Version: 1.0\n"

// content is what is signed in these tests.
func content() []byte {
	return mailcrypt.Canonical([]byte("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nAvviso inventato: citt=C3=A0.\n"))
}

func senders(t *testing.T, keys ...string) mailcrypt.Senders {
	t.Helper()
	s, err := mailcrypt.ReadSenders(strings.Join(keys, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// opened wants a mail to open, to its text, with one signature or none.
func opened(t *testing.T, r *mailcrypt.Ring, raw []byte, from mailcrypt.Senders, want mailcrypt.Trust) mailcrypt.Opened {
	t.Helper()
	o, err := r.Open(raw, from, now())
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	if !bytes.Contains(o.Mail, []byte("Avviso inventato")) || !bytes.Contains(o.Mail, []byte("Subject: ESEMPIO INVENTATO")) || bytes.Contains(o.Mail, []byte("PGP")) || bytes.Contains(o.Mail, []byte("multipart/signed")) {
		t.Errorf("inside is\n%s", o.Mail)
	}
	switch {
	case want == "" && len(o.Signatures) > 0, want != "" && (len(o.Signatures) != 1 || o.Signatures[0].Trust != want):
		t.Errorf("signatures %+v, want %q", o.Signatures, want)
	case o.Trusted() != (want == mailcrypt.Verified):
		t.Errorf("trusted %v: %+v", o.Trusted(), o.Signatures)
	}
	return o
}

// both opens a mail also as it comes through a pipe, with bare line feeds, and with an empty line before it.
func both(t *testing.T, r *mailcrypt.Ring, raw string, from mailcrypt.Senders, want mailcrypt.Trust) {
	t.Helper()
	opened(t, r, []byte(raw), from, want)
	opened(t, r, bytes.ReplaceAll([]byte(raw), []byte("\r\n"), []byte("\n")), from, want)
	opened(t, r, []byte("\r\n\n"+raw), from, want)
}

func pgpSigned(content []byte, signature string) string {
	return string(mailcrypt.Canonical([]byte(head))) + "Content-Type: multipart/signed; micalg=pgp-sha256; protocol=\"application/pgp-signature\"; boundary=S\r\n\r\n--S\r\n" +
		string(content) + "\r\n--S\r\nContent-Type: application/pgp-signature\r\n\r\n" + signature + "\r\n--S--\r\n"
}

// sender is somebody with a gpg of his own, who has the CSIRT's key.
func sender(t *testing.T, ours *mailcrypt.PGP) (g gnupg, public string) {
	t.Helper()
	g = newGnuPG(t)
	g.run(nil, "--passphrase", "", "--quick-generate-key", "Polizia <avvisi@polizia.example>", "rsa2048", "sign", "never")
	g.importing(ours.Public())
	public, _ = g.run(nil, "--armor", "--export", "avvisi@polizia.example")
	return g, public
}

func TestOpenPGPFromGnuPG(t *testing.T) {
	ours, _ := pgpKey(t, 0, now().Add(-time.Hour))
	ring := &mailcrypt.Ring{PGP: ours}
	g, public := sender(t, ours)
	known, nobody := senders(t, public), senders(t)

	signature, _ := g.run(content(), "--armor", "--detach-sign")
	both(t, ring, pgpSigned(content(), signature), known, mailcrypt.Verified)
	both(t, ring, pgpSigned(content(), signature), nobody, mailcrypt.Unknown)
	both(t, ring, pgpSigned(content(), signature), mailcrypt.Senders{}, mailcrypt.Unknown)
	both(t, ring, pgpSigned(bytes.Replace(content(), []byte("citt"), []byte("altr"), 1), signature), known, mailcrypt.Broken)
	both(t, ring, pgpSigned(content(), "no signature"), known, mailcrypt.Broken)
	both(t, ring, strings.Replace(pgpSigned(content(), signature), "--S--", "--S\r\n\r\naggiunto\r\n--S--", 1), known, mailcrypt.Broken)

	encrypted := func(args ...string) string {
		text, _ := g.run(content(), append([]string{"--armor", "--encrypt", "--recipient", "csirt@prova.example"}, args...)...)
		return head + "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=E\n\n--E\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n--E\nContent-Type: application/octet-stream\n\n" + text + "\n--E--\n"
	}
	both(t, ring, encrypted(), known, "")
	both(t, ring, encrypted("--sign"), known, mailcrypt.Verified)
	both(t, ring, encrypted("--sign"), nobody, mailcrypt.Unknown)
	if _, err := new(mailcrypt.Ring).Open([]byte(encrypted()), known, now()); !errors.Is(err, mailcrypt.ErrLocked) {
		t.Error("without our key", err)
	}
	if v := opened(t, ring, []byte(encrypted("--sign")), known, mailcrypt.Verified); v.Signatures[0].Signer != "Polizia <avvisi@polizia.example>" || v.Encrypted != mailcrypt.OpenPGP || v.From != "avvisi@polizia.example" {
		t.Errorf("%+v", v)
	}
}

func TestInlineOpenPGPFromGnuPG(t *testing.T) {
	ours, _ := pgpKey(t, 0, now().Add(-time.Hour))
	ring := &mailcrypt.Ring{PGP: ours}
	g, public := sender(t, ours)
	known := senders(t, public)
	text := []byte("Avviso inventato: città.\n")
	in := func(body string) string {
		return head + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n" + body
	}
	clear, _ := g.run(text, "--clear-sign")
	both(t, ring, in(clear), known, mailcrypt.Verified)
	both(t, ring, in(clear), senders(t), mailcrypt.Unknown)
	both(t, ring, in("Pagate subito.\n\n"+clear), known, mailcrypt.Broken)
	if o, err := ring.Open([]byte(in(strings.Replace(clear, "città", "citta", 1))), known, now()); err != nil || len(o.Signatures) != 1 || o.Signatures[0].Trust != mailcrypt.Broken {
		t.Errorf("%+v %v", o, err)
	}
	sealed, _ := g.run(text, "--armor", "--encrypt", "--sign", "--recipient", "csirt@prova.example")
	both(t, ring, in(sealed), known, mailcrypt.Verified)
	both(t, ring, in("In allegato:\n\n"+sealed), known, mailcrypt.Broken)
	beside := func(body string) string {
		return head + "Content-Type: multipart/mixed; boundary=M\n\n--M\nContent-Type: text/plain; charset=utf-8\n\n" + body + "\n--M\nContent-Type: application/pdf\n\nfile\n--M--\n"
	}
	both(t, ring, beside(sealed), known, mailcrypt.Unknown)
	both(t, ring, beside(clear), known, mailcrypt.Unknown)
	if o := opened(t, ring, []byte(beside(sealed)), known, mailcrypt.Unknown); !strings.Contains(string(o.Mail), "\nfile\r\n--M--") || o.Encrypted != mailcrypt.OpenPGP {
		t.Errorf("%s", o.Mail)
	}
}

// authority makes a certificate of an authority and one it gave to an address.
func authority(t *testing.T, address string) (ca certified, leaf certified) {
	t.Helper()
	key := rsaKey(t)
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Autorità inventata"}, NotBefore: now().AddDate(-1, 0, 0), NotAfter: now().AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	own := rsaKey(t)
	c := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Polizia"}, EmailAddresses: []string{address}, NotBefore: now().AddDate(-1, 0, 0), NotAfter: now().AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}}
	der, err := x509.CreateCertificate(rand.Reader, c, root, &own.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(own)
	if err != nil {
		t.Fatal(err)
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return certified{certificate: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDER})},
		certified{both: append(bytes.Clone(cert), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...), certificate: cert, der: der}
}

func TestSMIMEFromOpenSSL(t *testing.T) {
	key := rsaKey(t)
	mine := certificate(t, &key.PublicKey, key, now().AddDate(1, 0, 0))
	ownSMIME, err := mailcrypt.ReadSMIME(mine.both, nil)
	if err != nil {
		t.Fatal(err)
	}
	ring := &mailcrypt.Ring{SMIME: ownSMIME}
	ca, leaf := authority(t, "avvisi@polizia.example")
	signer := file(t, "signer.pem", leaf.both)
	sign := func(args ...string) string {
		out, err := openssl(t, content(), append([]string{"cms", "-sign", "-binary", "-crlfeol", "-signer", signer, "-md", "sha256"}, args...)...)
		if err != nil {
			t.Fatal(err)
		}
		return head + strings.Replace(out, "MIME-Version: 1.0", "X-Esempio: inventato", 1)
	}
	for _, mail := range []string{sign(), sign("-nodetach")} {
		both(t, ring, mail, senders(t, string(leaf.certificate)), mailcrypt.Verified)
		both(t, ring, mail, senders(t, string(ca.certificate)), mailcrypt.Verified)
		both(t, ring, mail, senders(t), mailcrypt.Unknown)
		both(t, ring, strings.Replace(mail, "avvisi@", "altro@", 1), senders(t, string(ca.certificate)), mailcrypt.Unknown)
	}
	both(t, ring, strings.Replace(sign(), "citt=", "altr=", 1), senders(t, string(leaf.certificate)), mailcrypt.Broken)
	both(t, ring, sign("-nocerts"), senders(t, string(leaf.certificate)), mailcrypt.Verified)

	encrypt := func(in string) []byte {
		out, err := openssl(t, []byte(in), "cms", "-encrypt", "-aes-256-cbc", "-binary", file(t, "csirt.pem", mine.certificate))
		if err != nil {
			t.Fatal(err)
		}
		return []byte(head + strings.Replace(out, "MIME-Version: 1.0", "X-Esempio: inventato", 1))
	}
	if o := opened(t, ring, encrypt(string(content())), senders(t), ""); o.Encrypted != mailcrypt.SMime {
		t.Errorf("%+v", o)
	}
	opened(t, ring, encrypt(sign()), senders(t, string(leaf.certificate)), mailcrypt.Verified)
	if _, err := new(mailcrypt.Ring).Open(encrypt(sign()), senders(t), now()); !errors.Is(err, mailcrypt.ErrLocked) {
		t.Error("without our key", err)
	}
}

// Certified mail: the provider signs around the mail. Somebody with a certificate of
// the same authority is no provider.
func TestCertifiedMail(t *testing.T) {
	ca, leaf := authority(t, "posta-certificata@pec.gestore.example")
	enclosed := head + "\nAvviso inventato.\n"
	inside := "Content-Type: multipart/mixed; boundary=M\n\n--M\n\nMessaggio di posta certificata\n--M\nContent-Type: message/rfc822; name=\"postacert.eml\"\nContent-Transfer-Encoding: base64\n\n" +
		base64.StdEncoding.EncodeToString([]byte(enclosed)) + "\n--M--\n"
	out, err := openssl(t, mailcrypt.Canonical([]byte(inside)), "cms", "-sign", "-binary", "-crlfeol", "-signer", file(t, "signer.pem", leaf.both))
	if err != nil {
		t.Fatal(err)
	}
	mail := []byte("From: \"Per conto di: avvisi@polizia.example\" <posta-certificata@pec.gestore.example>\nX-Trasporto: posta-certificata\nSubject: POSTA CERTIFICATA\n" + out)
	if o := opened(t, nil, mail, senders(t, string(leaf.certificate)), mailcrypt.Verified); o.From != "avvisi@polizia.example" {
		t.Errorf("from %s", o.From)
	}
	opened(t, nil, mail, senders(t, string(ca.certificate)), mailcrypt.Unknown)
}

func TestMailsOfOthersAreOpenedAsTheyAre(t *testing.T) {
	for _, raw := range []string{"", "no mail", head + "\nciao\n", head + "Content-Type: multipart/signed\n\nx", head + "Content-Type: multipart/mixed; boundary=A\n\n--A\n\nb\n--A--\n"} {
		o, err := new(mailcrypt.Ring).Open([]byte(raw), mailcrypt.Senders{}, now())
		if err != nil || string(o.Mail) != raw || len(o.Signatures) != 0 {
			t.Errorf("%q: %+v %v", raw, o, err)
		}
	}
}

// The subject that was protected inside takes the place of the one outside.
func TestAProtectedSubject(t *testing.T) {
	ours, _ := pgpKey(t, 0, now().Add(-time.Hour))
	ring := &mailcrypt.Ring{PGP: ours}
	inside := mailcrypt.Canonical([]byte("Content-Type: text/plain; hp=\"cipher\"\nSubject: ESEMPIO INVENTATO\nFrom: altro@x.example\n\nAvviso inventato.\n"))
	sealed, err := ring.Encrypt(inside, mailcrypt.Key{Kind: mailcrypt.OpenPGP, Data: ours.Public()}, "B", now())
	if err != nil {
		t.Fatal(err)
	}
	public, err := ours.PublicArmoured()
	if err != nil {
		t.Fatal(err)
	}
	raw := append([]byte(strings.Replace(head, "ESEMPIO INVENTATO", "...", 1)), sealed...)
	if o := opened(t, ring, raw, senders(t, public), mailcrypt.Verified); o.From != "avvisi@polizia.example" {
		t.Errorf("%+v", o)
	}
}

func TestReadSenders(t *testing.T) {
	ours, private := pgpKey(t, 0, now())
	public, err := ours.PublicArmoured()
	if err != nil {
		t.Fatal(err)
	}
	key := rsaKey(t)
	cert := certificate(t, &key.PublicKey, key, now().AddDate(1, 0, 0))
	s := senders(t, "di prova:", public, string(cert.certificate))
	if k := s.Keys(); len(k) != 2 || k[0].Name != "CSIRT Prova <csirt@prova.example>" || k[0].Fingerprint != ours.Fingerprint() || k[1].Kind != mailcrypt.SMime || k[1].ExpiresAt.IsZero() {
		t.Errorf("%+v", k)
	}
	for text, want := range map[string]error{
		"niente": mailcrypt.ErrNoKey, private: mailcrypt.ErrIsPrivate, string(cert.both): mailcrypt.ErrIsPrivate,
		public[:200]: mailcrypt.ErrNoKey, strings.Repeat(string(cert.certificate), 51): mailcrypt.ErrManyKeys,
	} {
		if _, err := mailcrypt.ReadSenders(text); !errors.Is(err, want) {
			t.Errorf("%.40q: %v, want %v", text, err, want)
		}
	}
}

// As many folded lines as a mail can have cost no more than reading them.
func TestALongHeader(t *testing.T) {
	raw := []byte("Subject: a\n" + strings.Repeat(" b\n", 6<<20) + "From: avvisi@polizia.example\n\nciao\n")
	if o, err := new(mailcrypt.Ring).Open(raw, mailcrypt.Senders{}, now()); err != nil || o.From != "avvisi@polizia.example" {
		t.Errorf("%q %v", o.From, err)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte(pgpSigned(content(), "x")))
	f.Add([]byte(head + "Content-Type: application/pkcs7-mime\n\nAAAA"))
	f.Add([]byte(head + "\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\na\n-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n"))
	ours, _, err := mailcrypt.MakePGP("CSIRT Prova", "csirt@prova.example", 0, nil, now())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		o, err := (&mailcrypt.Ring{PGP: ours}).Open(raw, mailcrypt.Senders{}, now())
		if err == nil && o.Trusted() {
			t.Errorf("%q is trusted", raw)
		}
	})
}
