// SPDX-License-Identifier: EUPL-1.2

package card_test

import (
	"context"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"martinella/internal/identity/card"
	"martinella/internal/identity/card/mint"
)

// network answers addresses; one that is not in it does not answer.
type network struct {
	pages map[string]func(body []byte) []byte
	asked int
}

func (n *network) Get(ctx context.Context, url string) ([]byte, error) {
	return n.Post(ctx, url, "", nil)
}

func (n *network) Post(_ context.Context, url, _ string, body []byte) ([]byte, error) {
	n.asked++
	if page := n.pages[url]; page != nil {
		return page(body), nil
	}
	return nil, errors.New("no answer")
}

const (
	crlURL  = "http://ca.example/ca.crl"
	ocspURL = "http://ca.example/ocsp"
)

func (o *office) crl(until time.Duration, revoked ...*x509.Certificate) []byte {
	return o.crlOf(o.ca, until, revoked...)
}

func (o *office) crlOf(a *mint.Authority, until time.Duration, revoked ...*x509.Certificate) []byte {
	o.t.Helper()
	var serials []*big.Int
	for _, c := range revoked {
		serials = append(serials, c.SerialNumber)
	}
	raw, err := a.Revoke(o.now.Add(-time.Hour), o.now.Add(until), serials...)
	o.must(err)
	return raw
}

func withCRL(c *x509.Certificate)  { c.CRLDistributionPoints = []string{"ldap://ca.example/x", crlURL} }
func withOCSP(c *x509.Certificate) { c.OCSPServer = []string{ocspURL} }
func withBoth(c *x509.Certificate) { withCRL(c); withOCSP(c) }

func (o *office) publish(url string, raw []byte) {
	o.net.pages[url] = func([]byte) []byte { return raw }
}

// respond makes the OCSP responder say a status of whatever it is asked.
func (o *office) respond(status int, signer *x509.Certificate, key crypto.Signer, change func(*ocsp.Response)) {
	o.net.pages[ocspURL] = func(body []byte) []byte {
		r, err := ocsp.ParseRequest(body)
		o.must(err)
		t := ocsp.Response{Status: status, SerialNumber: r.SerialNumber, ThisUpdate: o.now.Add(-time.Minute), NextUpdate: o.now.Add(time.Hour), RevokedAt: o.now.Add(-time.Hour)}
		if signer != o.ca.Certificate {
			t.Certificate = signer
		}
		if change != nil {
			change(&t)
		}
		raw, err := ocsp.CreateResponse(o.ca.Certificate, signer, t, key)
		o.must(err)
		return raw
	}
}

func TestRevokedByAList(t *testing.T) {
	o := newOffice(t)
	good, bad := o.issue(nil), o.issue(nil)
	o.refused("without any list", good, card.RevocationDark)
	o.lists(time.Hour, bad)
	_, err := o.judge(good)
	o.must(err)
	o.refused("in the list", bad, card.Revoked)
	o.now = o.now.Add(2 * time.Hour)
	o.refused("the list is old", good, card.RevocationDark)
	o.refused("the list is old, but revoked is revoked", bad, card.Revoked)
	o.Policy.Soft = true
	got, err := o.judge(good)
	if err != nil || got.RevocationKnown {
		t.Errorf("soft: %+v, %v", got, err)
	}
	o.refused("soft, but revoked", bad, card.Revoked)
}

func TestListsAreFetched(t *testing.T) {
	o := newOffice(t)
	good, bad := o.issue(withCRL), o.issue(withCRL)
	o.refused("no answer", good, card.RevocationDark)
	asked := o.net.asked
	o.refused("not asked again at once", good, card.RevocationDark)
	if o.net.asked != asked {
		t.Error("an address that does not answer is asked at every attempt")
	}
	o.now = o.now.Add(2 * time.Minute)
	o.publish(crlURL, o.crl(48*time.Hour, bad))
	_, err := o.judge(good)
	o.must(err)
	o.refused("fetched", bad, card.Revoked)
	if asked = o.net.asked; asked != 2 {
		t.Errorf("fetched %d times", asked)
	}
	o.now = o.now.Add(2 * time.Hour)
	o.publish(crlURL, []byte("not a list"))
	if _, err = o.judge(good); err != nil || o.net.asked != asked+1 {
		t.Errorf("the list at hand is good for two days, and was asked for again: %v", err)
	}
	o.now = o.now.Add(48 * time.Hour)
	o.refused("no new one", good, card.RevocationDark)
}

func TestListsThatDoNotCount(t *testing.T) {
	o := newOffice(t)
	good := o.issue(withCRL)
	impostor := o.authority("CA di prova CNS")
	idp := func(value []byte) func(*x509.RevocationList) {
		return func(l *x509.RevocationList) {
			l.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 28}, Critical: true, Value: value}}
		}
	}
	pointed := func(url string) []byte { // SEQUENCE { [0] { [0] { [6] url } } }
		n := byte(len(url))
		return append([]byte{0x30, n + 6, 0xa0, n + 4, 0xa0, n + 2, 0x86, n}, url...)
	}
	for what, raw := range map[string][]byte{
		"another's":            o.crlOf(impostor, time.Hour),
		"for authorities only": o.special(idp([]byte{0x30, 3, 0x82, 1, 0xff})),
		"of some reasons only": o.special(idp([]byte{0x30, 4, 0x83, 2, 1, 2})),
		"of another point":     o.special(idp(pointed("http://ca.example/other.crl"))),
		"broken point":         o.special(idp([]byte{0x30, 9})),
		"changes alone": o.special(func(l *x509.RevocationList) {
			l.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 27}, Critical: true, Value: []byte{2, 1, 1}}}
		}),
		"unknown critical extension": o.special(func(l *x509.RevocationList) {
			l.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}
		}),
		"empty":         nil,
		"from tomorrow": o.special(func(l *x509.RevocationList) { l.ThisUpdate = o.now.Add(time.Hour) }),
	} {
		o.Revocation = card.NewRevocation(o.net)
		o.publish(crlURL, raw)
		o.refused(what, good, card.RevocationDark)
	}
	o.Revocation = card.NewRevocation(o.net)
	o.publish(crlURL, o.special(idp(pointed(crlURL))))
	_, err := o.judge(good)
	o.must(err)
}

func (o *office) special(change func(*x509.RevocationList)) []byte {
	o.t.Helper()
	l := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: o.now.Add(-time.Hour), NextUpdate: o.now.Add(2 * time.Hour)}
	change(l)
	raw, err := x509.CreateRevocationList(nil, l, o.ca.Certificate, o.ca.Key)
	o.must(err)
	return raw
}

func TestOCSP(t *testing.T) {
	o := newOffice(t)
	c := o.issue(withOCSP)
	o.refused("no answer", c, card.RevocationDark)
	o.respond(ocsp.Good, o.ca.Certificate, o.ca.Key, nil)
	_, err := o.judge(c)
	o.must(err)
	asked := o.net.asked
	if _, err := o.judge(c); err != nil || o.net.asked != asked {
		t.Errorf("asked again within minutes: %v", err)
	}
	o.now = o.now.Add(11 * time.Minute)
	o.respond(ocsp.Revoked, o.ca.Certificate, o.ca.Key, nil)
	o.refused("revoked", c, card.Revoked)
	o.now = o.now.Add(11 * time.Minute)
	o.respond(ocsp.Unknown, o.ca.Certificate, o.ca.Key, nil)
	o.refused("unknown there", c, card.RevocationDark)
	o.Policy.Soft = true
	_, err = o.judge(c)
	o.must(err)
}

func TestOCSPAnswersThatDoNotCount(t *testing.T) {
	o := newOffice(t)
	c := o.issue(withBoth)
	plain := o.issueKey(nil)
	signer := o.issueKey(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning} })
	old := o.issueKey(func(c *x509.Certificate) {
		c.ExtKeyUsage, c.NotAfter = []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}, o.now.Add(-time.Minute)
	})
	stranger := o.authority("stranger")
	refused := func(what string) {
		t.Helper()
		o.Revocation = card.NewRevocation(o.net)
		o.refused(what, c, card.RevocationDark)
	}
	o.respond(ocsp.Good, plain.Certificate, plain.Key, nil)
	refused("signed by another card of the same authority")
	o.respond(ocsp.Good, old.Certificate, old.Key, nil)
	refused("signed by a responder whose time is over")
	o.respond(ocsp.Good, stranger.Certificate, stranger.Key, nil)
	refused("signed by a stranger")
	o.respond(ocsp.Good, o.ca.Certificate, o.ca.Key, func(r *ocsp.Response) { r.SerialNumber = big.NewInt(7) })
	refused("about another")
	o.respond(ocsp.Good, o.ca.Certificate, o.ca.Key, func(r *ocsp.Response) { r.NextUpdate = o.now.Add(-time.Second) })
	refused("old")
	o.respond(ocsp.Good, o.ca.Certificate, o.ca.Key, func(r *ocsp.Response) { r.ThisUpdate = o.now.Add(time.Hour) })
	refused("from later")
	o.publish(ocspURL, make([]byte, 1<<20))
	refused("huge")
	o.publish(ocspURL, []byte{0x30, 3, 0x0a, 1, 6}) // "unauthorized"
	refused("an error")
	o.respond(ocsp.Good, signer.Certificate, signer.Key, nil)
	_, err := o.judge(c)
	o.must(err)
}

// When the responder does not answer the list serves, and the other way round.
func TestOneIsEnough(t *testing.T) {
	o := newOffice(t)
	c, bad := o.issue(withBoth), o.issue(withBoth)
	o.publish(crlURL, o.crl(time.Hour, bad))
	_, err := o.judge(c)
	o.must(err)
	o.refused("in the list", bad, card.Revoked)
	o.respond(ocsp.Good, o.ca.Certificate, o.ca.Key, nil)
	o.refused("in the list at hand, though OCSP says good", bad, card.Revoked)
}

func (o *office) issueKey(change func(*x509.Certificate)) *mint.Card {
	o.t.Helper()
	c, err := o.ca.Issue(mint.Holder{FiscalCode: rossi}, card.PolicyCNS, o.now, change)
	o.must(err)
	return c
}
