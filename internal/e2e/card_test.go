// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"martinella/internal/identity/card"
	"martinella/internal/identity/card/mint"
)

// reader is a browser with a card in the reader, or none.
func (i *installation) reader(c *tls.Certificate) *client {
	i.t.Helper()
	folder := filepath.Join(i.data, "demo-card")
	ca, err := os.ReadFile(filepath.Join(folder, "ca.pem"))
	if err != nil {
		i.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	jar, err := cookiejar.New(nil)
	if err != nil {
		i.t.Fatal(err)
	}
	// Whatever the server asks for, this is the card in the reader.
	show := func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		if c == nil {
			return new(tls.Certificate), nil
		}
		return c, nil
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, GetClientCertificate: show}}
	i.t.Cleanup(transport.CloseIdleConnections)
	return &client{t: i.t, base: i.base, http: http.Client{Jar: jar, Transport: transport}}
}

// TestSigningInWithACard: as a new user who has no card, with the one the
// program makes, over real handshakes.
func TestSigningInWithACard(t *testing.T) {
	i := install(t)
	if said := i.run("demo", "card"); !strings.Contains(said, "card.p12") || !strings.Contains(said, "curl") {
		t.Errorf("what to do with the card is not said: %s", said)
	}
	file := filepath.Join(i.data, "demo-card", "card.pem")
	mine, err := tls.LoadX509KeyPair(file, file)
	if err != nil {
		t.Fatal(err)
	}
	i.serve("--demo")
	c := i.reader(&mine)
	if a := c.get("/signin/card"); a.status != http.StatusOK || !strings.HasPrefix(a.path, "/o/") {
		t.Fatalf("with the card: %.600s", a)
	}
	if a := c.get("/account/identities"); !strings.Contains(a.text, "RSS••••••••••••U") {
		t.Errorf("the card is not listed: %.600s", a)
	}
	if a := i.reader(nil).get("/signin/card"); a.status != http.StatusForbidden || !strings.Contains(a.text, "non ha presentato alcun certificato") {
		t.Errorf("without a card: %.600s", a)
	}
	ca, err := mint.NewAuthority("CA della dimostrazione", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	forged, err := ca.Issue(mint.Holder{FiscalCode: "RSSMRA80A01H501U"}, card.PolicyCNS, time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if a := i.reader(&tls.Certificate{Certificate: [][]byte{forged.Certificate.Raw}, PrivateKey: forged.Key}).get("/signin/card"); a.status != http.StatusForbidden || !strings.Contains(a.text, "non è stato emesso da un'autorità") {
		t.Errorf("with a card of somebody who calls himself the authority: %.600s", a)
	}
	stolen := &tls.Certificate{Certificate: mine.Certificate, PrivateKey: forged.Key}
	res, err := i.reader(stolen).http.Get(i.base + "/signin/card")
	if err == nil {
		res.Body.Close()
		t.Errorf("the certificate without its key: %s", res.Status)
	}
	said := i.try(nil, "doctor", "--demo")
	if !strings.Contains(said.stdout, "1 authorities, 1 of them valid") || !strings.Contains(said.stdout, "revocations of CA della dimostrazione: 0") {
		t.Errorf("the doctor: %v", said)
	}
}

// TestThePortalSpeaksTLS with a certificate of its own, and serves nothing but
// the sign-in with a card where it asks for cards.
func TestThePortalSpeaksTLS(t *testing.T) {
	i := install(t)
	i.run("demo", "card")
	server := filepath.Join(i.data, "demo-card", "server.pem")
	i.base = "https://" + i.listen
	i.serve("--demo", "--tls-cert", server, "--tls-key", server)
	c := i.reader(nil)
	if a := c.get("/signin"); a.status != http.StatusOK || !strings.Contains(a.text, "Carta CNS o CIE") {
		t.Fatalf("over TLS: %.600s", a)
	}
	u := "https://" + nextPort(t, i.listen)
	for _, path := range []string{"/signin", "/", "/account", "/healthz"} {
		res, err := c.http.Get(u + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.Request.URL.String() != i.base+"/signin" {
			t.Errorf("%s of the listener for cards leads to %s", path, res.Request.URL)
		}
	}
}

// nextPort is where the demonstration asks for cards.
func nextPort(t *testing.T, listen string) string {
	t.Helper()
	at, err := net.ResolveTCPAddr("tcp", listen)
	if err != nil {
		t.Fatal(err)
	}
	at.Port++
	return at.String()
}
