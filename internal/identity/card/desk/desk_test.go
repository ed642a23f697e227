// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"martinella/internal/identity/card"
	"martinella/internal/identity/card/desk"
	"martinella/internal/identity/card/mint"
	"martinella/internal/platform/clock"
)

// site answers one address with what stands in it; "" is no answer.
type site struct {
	text  string
	asked int
}

func (s *site) Get(context.Context, string) ([]byte, error) {
	s.asked++
	if s.text == "" {
		return nil, errors.New("no answer")
	}
	return []byte(s.text), nil
}

func (s *site) Post(ctx context.Context, url, _ string, _ []byte) ([]byte, error) {
	return s.Get(ctx, url)
}

// trustedList lists one authority for identity verification.
func trustedList(c *x509.Certificate) string {
	return `<TrustServiceStatusList><SchemeInformation><TSLSequenceNumber>1</TSLSequenceNumber></SchemeInformation><TSPService><ServiceInformation>` +
		`<ServiceTypeIdentifier>` + card.ServiceIdentity + `</ServiceTypeIdentifier><ServiceDigitalIdentity><DigitalId><X509Certificate>` + base64.StdEncoding.EncodeToString(c.Raw) +
		`</X509Certificate></DigitalId></ServiceDigitalIdentity><ServiceStatus>http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted</ServiceStatus></ServiceInformation></TSPService></TrustServiceStatusList>`
}

// counter is a desk with its files and its site.
type counter struct {
	*desk.Desk
	t     *testing.T
	dir   string
	clock *clock.Fake
	site  *site
	n     int
}

func newCounter(t *testing.T, change func(*desk.Config)) *counter {
	t.Helper()
	k := &counter{t: t, dir: t.TempDir(), clock: clock.NewFake(time.Now().UTC()), site: &site{}}
	cfg := desk.Config{Files: []string{k.path("ca.pem")}, ListCopy: k.path("list.xml"), CRL: k.path("crl")}
	if change != nil {
		change(&cfg)
	}
	k.Desk = desk.New(cfg, k.site, k.clock, slog.New(slog.DiscardHandler))
	return k
}

func (k *counter) path(name string) string { return filepath.Join(k.dir, name) }

func (k *counter) write(name string, text []byte) {
	k.t.Helper()
	if err := os.MkdirAll(filepath.Dir(k.path(name)), 0o755); err != nil {
		k.t.Fatal(err)
	}
	if err := os.WriteFile(k.path(name), text, 0o600); err != nil {
		k.t.Fatal(err)
	}
	k.n++ // another time than any file before, however coarse the disk's clock
	at := time.Now().Add(time.Duration(k.n) * time.Second)
	if err := os.Chtimes(k.path(name), at, at); err != nil {
		k.t.Fatal(err)
	}
}

func (k *counter) authority(name string) *mint.Authority {
	k.t.Helper()
	a, err := mint.NewAuthority(name, k.clock.Now())
	if err != nil {
		k.t.Fatal(err)
	}
	return a
}

// judge shows a new card of an authority and gives why it is refused, "" when it is good.
func (k *counter) judge(a *mint.Authority) card.Reason {
	k.t.Helper()
	c, err := a.Issue(mint.Holder{FiscalCode: "RSSMRA80A01H501U"}, card.PolicyCIE, k.clock.Now(), nil)
	if err != nil {
		k.t.Fatal(err)
	}
	return k.judgeOne(c.Certificate)
}

func (k *counter) judgeOne(c *x509.Certificate) card.Reason {
	k.t.Helper()
	_, err := k.Verify(context.Background(), c, nil)
	var r *card.Refusal
	if errors.As(err, &r) {
		return r.Reason
	}
	if err != nil {
		k.t.Fatal(err)
	}
	return ""
}

func (k *counter) crl(a *mint.Authority, revoked ...*x509.Certificate) []byte {
	k.t.Helper()
	raw, err := a.Revoke(k.clock.Now().Add(-time.Hour), k.clock.Now().AddDate(1, 0, 0))
	for _, c := range revoked {
		raw, err = a.Revoke(k.clock.Now().Add(-time.Hour), k.clock.Now().AddDate(1, 0, 0), c.SerialNumber)
	}
	if err != nil {
		k.t.Fatal(err)
	}
	return raw
}

func TestFilesAreReadAgain(t *testing.T) {
	k := newCounter(t, nil)
	ctx := context.Background()
	a, b := k.authority("a"), k.authority("b")
	if err := k.Refresh(ctx); err == nil || k.judge(a) != card.NoTrust || k.State().Err == nil {
		t.Errorf("without files: %v", err)
	}
	k.write("ca.pem", mint.PEM(a.Certificate))
	k.write("crl/a.crl", k.crl(a))
	if err := k.Refresh(ctx); err != nil || k.judge(a) != "" || k.judge(b) != card.Untrusted {
		t.Errorf("%v, %q, %q", err, k.judge(a), k.judge(b))
	}
	k.write("ca.pem", append(mint.PEM(a.Certificate), mint.PEM(b.Certificate)...))
	if err := k.Refresh(ctx); err != nil || k.judge(b) != card.RevocationDark {
		t.Errorf("%v, %q", err, k.judge(b))
	}
	c, err := b.Issue(mint.Holder{FiscalCode: "RSSMRA80A01H501U"}, card.PolicyCNS, k.clock.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	k.write("crl/b.crl", k.crl(b, c.Certificate))
	if err := k.Refresh(ctx); err != nil || k.judge(b) != "" || k.judgeOne(c.Certificate) != card.Revoked {
		t.Errorf("%v, %q", err, k.judge(b))
	}
	k.write("ca.pem", []byte("half a fi"))
	if err := k.Refresh(ctx); err == nil || k.judge(a) != "" {
		t.Errorf("a broken file takes the trust away: %v, %q", err, k.judge(a))
	}
	if s := k.State(); s.Authorities != 2 || s.Valid != 2 || len(s.CRLs) != 2 || s.Err == nil {
		t.Errorf("%+v", s)
	}
	k.write("crl/broken.crl", []byte("x"))
	k.write("ca.pem", mint.PEM(a.Certificate))
	if err := k.Refresh(ctx); err == nil || k.judge(a) != "" {
		t.Errorf("a broken list takes the others along: %v, %q", err, k.judge(a))
	}
}

func TestTheListIsFetchedDaily(t *testing.T) {
	k := newCounter(t, func(c *desk.Config) {
		c.Files, c.ListURL, c.CRL = nil, "https://list.example/tl.xml", ""
		c.Policy.Soft = true
	})
	ctx := context.Background()
	a, b := k.authority("a"), k.authority("b")
	if err := k.Refresh(ctx); err == nil || k.judge(a) != card.NoTrust {
		t.Errorf("no answer: %v", err)
	}
	if err := k.Refresh(ctx); err != nil || k.site.asked != 1 {
		t.Errorf("asked %d times at once (%v)", k.site.asked, err)
	}
	k.clock.Advance(time.Hour)
	k.site.text = trustedList(a.Certificate)
	if err := k.Refresh(ctx); err != nil || k.judge(a) != "" || k.State().Authorities != 1 {
		t.Errorf("fetched: %v, %q", err, k.judge(a))
	}
	for _, bad := range []string{"<html>", "", strings.Replace(trustedList(b.Certificate), "granted", "withdrawn", 1)} {
		k.site.text = bad
		k.clock.Advance(25 * time.Hour)
		if err := k.Refresh(ctx); err == nil || k.judge(a) != "" {
			t.Errorf("%.20q took the place of the good list: %v, %q", bad, err, k.judge(a))
		}
	}
	asked := k.site.asked
	again := desk.New(desk.Config{ListURL: "https://list.example/tl.xml", ListCopy: k.path("list.xml"), Policy: card.Policy{Soft: true}}, nil, k.clock, slog.New(slog.DiscardHandler))
	if err := again.Refresh(ctx); err != nil || again.State().Authorities != 1 || k.site.asked != asked {
		t.Errorf("after a restart without the network: %v", err)
	}
	k.site.text = trustedList(b.Certificate)
	k.clock.Advance(25 * time.Hour)
	if err := k.Refresh(ctx); err != nil {
		t.Error(err)
	}
	if k.judge(a) != card.Untrusted || k.judge(b) != "" {
		t.Errorf("who is no longer in the list is trusted: %q, %q", k.judge(a), k.judge(b))
	}
	if info, err := os.Stat(k.path("list.xml.part")); err == nil {
		t.Error(fmt.Sprint("left behind: ", info.Name()))
	}
}

func TestAListThatMustBeSigned(t *testing.T) {
	k := newCounter(t, func(c *desk.Config) { c.Files, c.ListURL = nil, "https://list.example/tl.xml" })
	signer := k.authority("signer")
	k.write("signer.pem", mint.PEM(signer.Certificate))
	signed := desk.New(desk.Config{ListURL: "https://list.example/tl.xml", ListCopy: k.path("list.xml"), Signers: k.path("signer.pem")}, k.site, k.clock, slog.New(slog.DiscardHandler))
	k.site.text = trustedList(k.authority("a").Certificate)
	if err := signed.Refresh(context.Background()); !errors.Is(err, card.ErrSignature) || signed.State().Authorities != 0 {
		t.Errorf("an unsigned list: %v", err)
	}
}
