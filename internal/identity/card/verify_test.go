// SPDX-License-Identifier: EUPL-1.2

package card_test

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"strings"
	"testing"
	"time"

	"martinella/internal/identity/card"
	"martinella/internal/identity/card/mint"
)

const rossi = "RSSMRA80A01H501U"

// office is an authority with its cards and its revocation data.
type office struct {
	t     testing.TB
	now   time.Time
	ca    *mint.Authority
	trust *card.Trust
	net   *network
	card.Verifier
}

func newOffice(t testing.TB) *office {
	t.Helper()
	o := &office{t: t, now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), net: &network{pages: map[string]func([]byte) []byte{}}}
	o.ca = o.authority("CA di prova CNS")
	trust, err := card.NewTrust([]*x509.Certificate{o.ca.Certificate})
	o.must(err)
	o.trust = trust
	o.Revocation = card.NewRevocation(o.net)
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) authority(name string) *mint.Authority {
	o.t.Helper()
	a, err := mint.NewAuthority(name, o.now)
	o.must(err)
	return a
}

func (o *office) issue(change func(*x509.Certificate)) *x509.Certificate {
	o.t.Helper()
	return o.issueBy(o.ca, card.PolicyCNS, change)
}

func (o *office) issueBy(a *mint.Authority, policy string, change func(*x509.Certificate)) *x509.Certificate {
	o.t.Helper()
	c, err := a.Issue(mint.Holder{FiscalCode: rossi, Given: "Mario", Surname: "Rossi"}, policy, o.now, change)
	o.must(err)
	return c.Certificate
}

// lists says which serial numbers the authority has revoked, in a file.
func (o *office) lists(until time.Duration, revoked ...*x509.Certificate) {
	o.t.Helper()
	o.must(o.Revocation.SetLists(map[string][]byte{"ca.crl": o.crl(until, revoked...)}, o.trust.Authorities, o.now))
}

func (o *office) judge(c *x509.Certificate) (card.Card, error) {
	return o.Verify(context.Background(), o.trust, c, nil, o.now)
}

func (o *office) refused(what string, c *x509.Certificate, want card.Reason) {
	o.t.Helper()
	got, err := o.judge(c)
	var r *card.Refusal
	if !errors.As(err, &r) || r.Reason != want {
		o.t.Errorf("%s: %+v, %v; want %s", what, got, err, want)
	}
}

func TestAGoodCard(t *testing.T) {
	o := newOffice(t)
	o.lists(time.Hour)
	for policy, kind := range map[string]card.Kind{card.PolicyCNS: card.CNS, card.PolicyCIE: card.CIE} {
		got, err := o.judge(o.issueBy(o.ca, policy, nil))
		o.must(err)
		if got.FiscalCode != rossi || got.Given != "Mario" || got.Surname != "Rossi" || got.Kind != kind || !got.RevocationKnown || got.Serial == "" || got.Issuer != "CA di prova CNS" {
			t.Errorf("%+v", got)
		}
	}
}

func TestCardsThatAreRefused(t *testing.T) {
	o := newOffice(t)
	o.lists(time.Hour)
	other := o.authority("CA di prova CNS") // the same name, another key
	for what, c := range map[string]struct {
		certificate *x509.Certificate
		want        card.Reason
	}{
		"none":                  {nil, card.NoCertificate},
		"expired":               {o.issue(func(c *x509.Certificate) { c.NotAfter = o.now.Add(-time.Minute) }), card.Expired},
		"not yet valid":         {o.issue(func(c *x509.Certificate) { c.NotBefore = o.now.Add(time.Minute) }), card.NotYetValid},
		"other CA":              {o.issueBy(other, card.PolicyCNS, nil), card.Untrusted},
		"self-signed":           {o.authority("self").Certificate, card.WrongUsage},
		"self-signed as a card": {o.selfSigned(), card.Untrusted},
		"wrong policy":          {o.issueBy(o.ca, "1.3.76.16.6", nil), card.WrongPolicy},
		"no policy":             {o.issue(func(c *x509.Certificate) { c.Policies = nil }), card.WrongPolicy},
		"server usage":          {o.issue(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }), card.WrongUsage},
		"no usage":              {o.issue(func(c *x509.Certificate) { c.ExtKeyUsage = nil }), card.WrongUsage},
		"signature usage": {o.issue(func(c *x509.Certificate) {
			c.KeyUsage, c.ExtKeyUsage = x509.KeyUsageContentCommitment, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		}), card.WrongUsage},
		"wrong check character": {o.issue(named("RSSMRA80A01H501X/6030")), card.NoFiscalCode},
		"a company's number":    {o.issue(named("12345678901/6030")), card.NoFiscalCode},
		"only a number":         {o.issue(named("6030012345678901")), card.NoFiscalCode},
		"more glued to it":      {o.issue(named(rossi + "AAAA")), card.NoFiscalCode},
		"a blank before it":     {o.issue(named(" " + rossi)), card.NoFiscalCode},
		"no name":               {o.issue(func(c *x509.Certificate) { c.Subject = pkix.Name{} }), card.NoFiscalCode},
	} {
		o.refused(what, c.certificate, c.want)
	}
	o.trust = nil
	o.refused("no authority", o.issue(nil), card.NoTrust)
}

func named(cn string) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.Subject = pkix.Name{CommonName: cn} }
}

// selfSigned is a card somebody made himself: everything right but the issuer.
func (o *office) selfSigned() *x509.Certificate {
	a := o.authority("self")
	return o.issueBy(a, card.PolicyCNS, nil)
}

// Names come from a certificate; what changes the direction of text, or breaks
// lines, does not reach a page.
func TestNamesAreCleaned(t *testing.T) {
	o := newOffice(t)
	h, err := card.HolderOf(o.issue(func(c *x509.Certificate) {
		c.Subject = pkix.Name{CommonName: rossi, ExtraNames: []pkix.AttributeTypeAndValue{
			{Type: asn1.ObjectIdentifier{2, 5, 4, 42}, Value: "Ma\u202erio\n\x00"}, {Type: asn1.ObjectIdentifier{2, 5, 4, 4}, Value: strings.Repeat("è", 5000)},
		}}
	}))
	o.must(err)
	if h.Given != "Mario" || len([]rune(h.Surname)) != 120 {
		t.Errorf("%q, %d", h.Given, len([]rune(h.Surname)))
	}
}

func TestAnAuthorityBetween(t *testing.T) {
	o := newOffice(t)
	sub, err := mint.NewAuthority("CA intermedia", o.now)
	o.must(err)
	cross, err := o.ca.Issue(mint.Holder{}, card.PolicyCNS, o.now, func(c *x509.Certificate) {
		c.Subject, c.IsCA, c.KeyUsage = sub.Certificate.Subject, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
		c.ExtKeyUsage = nil
	})
	o.must(err)
	between := &mint.Authority{Certificate: cross.Certificate, Key: cross.Key}
	leaf := o.issueBy(between, card.PolicyCNS, nil)
	o.must(o.Revocation.SetLists(map[string][]byte{"sub": o.crlOf(between, time.Hour)}, []*x509.Certificate{cross.Certificate}, o.now))
	_, err = o.Verify(context.Background(), o.trust, leaf, []*x509.Certificate{cross.Certificate}, o.now)
	var r *card.Refusal
	if !errors.As(err, &r) || r.Reason != card.RevocationDark {
		t.Errorf("the authority between may have been revoked, and nobody asked: %v", err)
	}
	o.must(o.Revocation.SetLists(map[string][]byte{"sub": o.crlOf(between, time.Hour), "ca": o.crl(time.Hour)}, []*x509.Certificate{cross.Certificate, o.ca.Certificate}, o.now))
	_, err = o.Verify(context.Background(), o.trust, leaf, []*x509.Certificate{cross.Certificate}, o.now)
	o.must(err)
	o.must(o.Revocation.SetLists(map[string][]byte{"sub": o.crlOf(between, time.Hour), "ca": o.crl(time.Hour, cross.Certificate)}, []*x509.Certificate{cross.Certificate, o.ca.Certificate}, o.now))
	_, err = o.Verify(context.Background(), o.trust, leaf, []*x509.Certificate{cross.Certificate}, o.now)
	if !errors.As(err, &r) || r.Reason != card.Revoked {
		t.Errorf("revoked authority between: %v", err)
	}
}
