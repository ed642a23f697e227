// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"martinella/internal/platform/clock"
	"martinella/internal/platform/web"
)

// writePair writes a certificate of a name, with its key.
func writePair(t *testing.T, cert, key, name string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestACertificateIsReadAgain(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	c := clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	if _, err := web.NewCertificate(cert, key, c, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("without files there is a certificate")
	}
	writePair(t, cert, key, "first")
	pair, err := web.NewCertificate(cert, key, c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	serves := func(want string) {
		t.Helper()
		got, err := pair.Get(nil)
		if err != nil || got.Leaf.Subject.CommonName != want {
			t.Errorf("%v, %v; want %s", got.Leaf.Subject, err, want)
		}
	}
	serves("first")
	writePair(t, cert, key, "the second")
	serves("first") // not looked at yet
	c.Advance(11 * time.Second)
	serves("the second")
	if err := os.WriteFile(key, []byte("half a fi"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.Advance(11 * time.Second)
	serves("the second")
	writePair(t, cert, key, "the third one")
	c.Advance(11 * time.Second)
	serves("the third one")
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	c.Advance(11 * time.Second)
	serves("the third one")
}

func TestWhoIsTheProxy(t *testing.T) {
	p, err := web.ParseProxies("10.0.0.5, 192.0.2.0/28")
	if err != nil {
		t.Fatal(err)
	}
	for peer, want := range map[string]bool{"10.0.0.5:1234": true, "[::ffff:10.0.0.5]:1": true, "192.0.2.9:1": true, "10.0.0.6:1": false, "192.0.2.16:1": false, "": false, "@": false, "10.0.0.5": false} {
		if got := p.Trusts(peer); got != want {
			t.Errorf("%q: %v", peer, got)
		}
	}
}
