// SPDX-License-Identifier: EUPL-1.2

package keys_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/smallstep/pkcs7"

	"martinella/internal/constituency/keys"
)

func now() time.Time { return time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) }

// made is a key made two years ago, that holds for the given time; 0: for ever.
func made(t testing.TB, address string, life time.Duration, change func(*packet.Config)) *openpgp.Entity {
	t.Helper()
	then := now().AddDate(-2, 0, 0)
	c := &packet.Config{Time: func() time.Time { return then }, KeyLifetimeSecs: uint32(life / time.Second), Algorithm: packet.PubKeyAlgoEdDSA}
	if change != nil {
		change(c)
	}
	e, err := openpgp.NewEntity("Ada Rossi", "", address, c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func public(t testing.TB, e *openpgp.Entity) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := e.Serialize(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func armoured(t testing.TB, kind string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := armor.Encode(&b, kind, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const year = 365 * 24 * time.Hour

func TestOpenPGPKeysAreJudged(t *testing.T) {
	rsaOf := func(bits int) func(*packet.Config) {
		return func(c *packet.Config) { c.Algorithm, c.RSABits, c.MinRSABits = packet.PubKeyAlgoRSA, bits, 1 }
	}
	signing := made(t, "a@ente.it", 0, nil)
	signing.Subkeys = nil
	revoked := made(t, "a@ente.it", 0, nil)
	if err := revoked.Revoke(packet.KeyCompromised, "", &packet.Config{Time: now}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		key   *openpgp.Entity
		state keys.State
		why   keys.Problem
		algo  string
	}{
		"for ever":         {made(t, "a@ente.it", 0, nil), keys.Usable, "", "EdDSA Curve25519 + ECDH Curve25519"},
		"RSA":              {made(t, "a@ente.it", 0, rsaOf(2048)), keys.Usable, "", "RSA 2048 + RSA 2048"},
		"for a year":       {made(t, "a@ente.it", 3*year, nil), keys.Usable, "", ""},
		"for another week": {made(t, "a@ente.it", 2*year+7*24*time.Hour, nil), keys.Expiring, "", ""},
		"expired":          {made(t, "a@ente.it", year, nil), keys.Expired, "", "EdDSA Curve25519 + ECDH Curve25519"},
		"revoked":          {revoked, keys.Unusable, keys.Revoked, ""},
		"short RSA":        {made(t, "a@ente.it", 0, rsaOf(1024)), keys.Unusable, keys.WeakKey, "RSA 1024 + RSA 1024"},
		"signing only":     {signing, keys.Unusable, keys.NoEncryption, ""},
		"of the future":    {made(t, "a@ente.it", 0, func(c *packet.Config) { c.Time = func() time.Time { return now().AddDate(1, 0, 0) } }), keys.Unusable, keys.NotYet, ""},
		"SHA-1":            {sha1Key(t, made(t, "a@ente.it", 0, nil)), keys.Unusable, keys.WeakHash, ""},
	} {
		for form, data := range map[string][]byte{"binary": public(t, c.key), "armoured": armoured(t, openpgp.PublicKeyType, public(t, c.key))} {
			k, err := keys.Read(data, "a@ente.it", now())
			if err != nil {
				t.Errorf("%s, %s: %v", name, form, err)
				continue
			}
			state, why := k.StateAt(now())
			if state != c.state || why != c.why || c.algo != "" && k.Algorithm != c.algo {
				t.Errorf("%s, %s: %s %s %q, want %s %s %q", name, form, state, why, k.Algorithm, c.state, c.why, c.algo)
			}
			if !k.For("A@ente.it ") || k.For("b@ente.it") || k.Kind != keys.OpenPGP || len(k.Fingerprint) != 40 {
				t.Errorf("%s: %+v", name, k)
			}
		}
	}
}

// sha1Key vouches anew with SHA-1, as old programs did.
func sha1Key(t testing.TB, e *openpgp.Entity) *openpgp.Entity {
	t.Helper()
	plain := false
	c := &packet.Config{Time: func() time.Time { return now().AddDate(-1, 0, 0) }, NonDeterministicSignaturesViaNotation: &plain}
	for _, id := range e.Identities {
		for _, s := range id.SelfCertifications {
			s.Packet.Hash = crypto.SHA1
			if err := s.Packet.SignUserId(id.UserId.Id, e.PrimaryKey, e.PrivateKey, c); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, s := range e.DirectSignatures {
		s.Packet.Hash = crypto.SHA1
		if err := s.Packet.SignDirectKeyBinding(e.PrimaryKey, e.PrivateKey, c); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

// The end is the earlier of the key's and of its encryption keys'.
func TestExpiryIsWhenNothingCanBeEncrypted(t *testing.T) {
	e := made(t, "a@ente.it", 5*year, nil)
	then := now().AddDate(-2, 0, 0)
	e.Subkeys = nil
	if err := e.AddEncryptionSubkey(&packet.Config{Time: func() time.Time { return then }, KeyLifetimeSecs: uint32(3 * year / time.Second), Algorithm: packet.PubKeyAlgoEdDSA}); err != nil {
		t.Fatal(err)
	}
	k, err := keys.Read(public(t, e), "a@ente.it", now())
	if err != nil || !k.ExpiresAt.Equal(then.Add(3*year)) {
		t.Errorf("expires %s, want %s; %v", k.ExpiresAt, then.Add(3*year), err)
	}
}

// certificate makes a certificate with its key.
func certificate(t testing.TB, bits int, change func(*x509.Certificate)) ([]byte, *rsa.PrivateKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(4711), Subject: pkix.Name{CommonName: "Ada Rossi"}, EmailAddresses: []string{"A@ente.it"},
		NotBefore: now().AddDate(-1, 0, 0), NotAfter: now().AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}}
	if change != nil {
		change(c)
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return der, key
}

func TestCertificatesAreJudged(t *testing.T) {
	t.Setenv("GODEBUG", "rsa1024min=0")
	for name, c := range map[string]struct {
		bits   int
		change func(*x509.Certificate)
		state  keys.State
		why    keys.Problem
	}{
		"good":         {2048, nil, keys.Usable, ""},
		"expiring":     {2048, func(c *x509.Certificate) { c.NotAfter = now().AddDate(0, 0, 59) }, keys.Expiring, ""},
		"expired":      {2048, func(c *x509.Certificate) { c.NotAfter = now() }, keys.Expired, ""},
		"short":        {1024, nil, keys.Unusable, keys.WeakKey},
		"signing only": {2048, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature }, keys.Unusable, keys.NoEncryption},
		"of a server":  {2048, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }, keys.Unusable, keys.NotForMail},
	} {
		der, _ := certificate(t, c.bits, c.change)
		bundle, err := pkcs7.DegenerateCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		for form, data := range map[string][]byte{"DER": der, "PEM": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), "p7b": bundle,
			"p7b in PEM": pem.EncodeToMemory(&pem.Block{Type: "PKCS7", Bytes: bundle})} {
			k, err := keys.Read(data, "a@ente.it", now())
			if err != nil {
				t.Errorf("%s, %s: %v", name, form, err)
				continue
			}
			if state, why := k.StateAt(now()); state != c.state || why != c.why || !k.For("a@ente.it") || k.Kind != keys.SMIME || k.ID != "1267" {
				t.Errorf("%s, %s: %s %s %+v", name, form, state, why, k)
			}
			if text, err := k.Armour(); err != nil || !strings.HasPrefix(text, "-----BEGIN CERTIFICATE") {
				t.Errorf("%s: %q, %v", form, text, err)
			}
		}
	}
}

func TestPrivateKeysAreRefused(t *testing.T) {
	e := made(t, "a@ente.it", 0, nil)
	var secret bytes.Buffer
	if err := e.SerializePrivateWithoutSigning(&secret, nil); err != nil {
		t.Fatal(err)
	}
	der, key := certificate(t, 2048, nil)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	pemCert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for name, data := range map[string][]byte{
		"OpenPGP, binary":                  secret.Bytes(),
		"OpenPGP, armoured":                armoured(t, openpgp.PrivateKeyType, secret.Bytes()),
		"OpenPGP, in a public frame":       armoured(t, openpgp.PublicKeyType, secret.Bytes()),
		"OpenPGP, after a public key":      append(public(t, e), secret.Bytes()...),
		"OpenPGP, after a public key text": append(armoured(t, openpgp.PublicKeyType, public(t, e)), armoured(t, openpgp.PublicKeyType, secret.Bytes())...),
		"PKCS #8":                          pkcs8,
		"PKCS #1":                          x509.MarshalPKCS1PrivateKey(key),
		"SEC 1":                            sec1,
		"PEM after the certificate":        append(pemCert, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})...),
		"PEM, encrypted":                   pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: pkcs8}),
		"OpenSSH":                          []byte("-----BEGIN OPENSSH PRIVATE KEY-----\n"),
		"PKCS #12":                         {0x30, 0x82, 0x09, 0x00, 0x02, 0x01, 0x03, 0x30, 0x82},
		"PKCS #12, indefinite":             {0x30, 0x80, 0x02, 0x01, 0x03, 0x30, 0x80},
	} {
		k, err := keys.Read(data, "a@ente.it", now())
		if name == "PKCS #12" && errors.Is(err, keys.ErrNoKey) {
			continue // cut short it is nothing at all
		}
		if !errors.Is(err, keys.ErrPrivate) || k.Data != nil {
			t.Errorf("%s: %v, %d bytes kept", name, err, len(k.Data))
		}
	}
}

func TestWhatIsNoKeyIsRefused(t *testing.T) {
	a, b := public(t, made(t, "a@ente.it", 0, nil)), public(t, made(t, "b@ente.it", 0, nil))
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"nothing": {nil, keys.ErrNoKey}, "words": {[]byte("la mia chiave"), keys.ErrNoKey}, "zeros": {make([]byte, 4096), keys.ErrNoKey},
		"a message": {armoured(t, "PGP MESSAGE", []byte{0xc1, 0x01, 0x00}), keys.ErrNoKey}, "large": {make([]byte, keys.MaxSize+1), keys.ErrLarge},
		"cut short": {a[:len(a)/4], keys.ErrNoKey},
	} {
		if _, err := keys.Read(c.data, "a@ente.it", now()); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	both := append(append([]byte{}, a...), b...)
	if k, err := keys.Read(both, "b@ente.it", now()); err != nil || !k.For("b@ente.it") {
		t.Errorf("of two keys the one with the address: %+v, %v", k, err)
	}
	if _, err := keys.Read(both, "c@ente.it", now()); !errors.Is(err, keys.ErrSeveral) {
		t.Errorf("of two keys none with the address: %v", err)
	}
}

func TestBest(t *testing.T) {
	key := func(end time.Duration, problems ...keys.Problem) keys.Key {
		k := keys.Key{Problems: problems}
		if end != 0 {
			k.ExpiresAt = now().Add(end)
		}
		return k
	}
	day := 24 * time.Hour
	for _, c := range []struct {
		all   []keys.Key
		want  int
		state keys.State
	}{
		{nil, -1, keys.None},
		{[]keys.Key{key(-day), key(0, keys.Revoked)}, 0, keys.Expired},
		{[]keys.Key{key(0, keys.Revoked), key(30 * day), key(90 * day), key(-day)}, 2, keys.Usable},
		{[]keys.Key{key(90 * day), key(0)}, 1, keys.Usable},
		{[]keys.Key{key(10 * day), key(20 * day)}, 1, keys.Expiring},
		{[]keys.Key{key(0, keys.WeakKey)}, 0, keys.Unusable},
	} {
		if i, state, _ := keys.Best(c.all, now()); i != c.want || state != c.state {
			t.Errorf("%+v: %d %s, want %d %s", c.all, i, state, c.want, c.state)
		}
	}
}

func FuzzRead(f *testing.F) {
	e := made(f, "a@ente.it", 0, nil)
	f.Add(public(f, e))
	f.Add(armoured(f, openpgp.PublicKeyType, public(f, e)))
	der, _ := certificate(f, 2048, nil)
	f.Add(der)
	f.Add(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	if bundle, err := pkcs7.DegenerateCertificate(der); err == nil {
		f.Add(bundle)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := keys.Read(data, "a@ente.it", now())
		if err != nil {
			return
		}
		k.StateAt(now())
		again, err := keys.Read(k.Data, "a@ente.it", now())
		if err != nil || again.Fingerprint != k.Fingerprint {
			t.Errorf("what is kept of %q cannot be read back: %v", data, err)
		}
	})
}
