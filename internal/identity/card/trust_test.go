// SPDX-License-Identifier: EUPL-1.2

package card_test

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"martinella/internal/identity/card"
	"martinella/internal/identity/card/mint"
)

const (
	grantedStatus   = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted"
	nationalStatus  = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/recognisedatnationallevel"
	withdrawnStatus = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/withdrawn"
)

// entry is a service of a list.
type entry struct {
	kind, status string
	history      *x509.Certificate
	certificates []*x509.Certificate
}

func list(next string, entries ...entry) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><tsl:TrustServiceStatusList xmlns:tsl="http://uri.etsi.org/02231/v2#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="tl">` +
		`<tsl:SchemeInformation><tsl:TSLSequenceNumber>87</tsl:TSLSequenceNumber><tsl:SchemeTerritory>IT</tsl:SchemeTerritory>` +
		`<tsl:ListIssueDateTime>2026-11-20T00:00:00Z</tsl:ListIssueDateTime><tsl:NextUpdate><tsl:dateTime>` + next + `</tsl:dateTime></tsl:NextUpdate></tsl:SchemeInformation>` +
		`<tsl:TrustServiceProviderList><tsl:TrustServiceProvider><tsl:TSPServices>`)
	identity := func(kind, status string, all ...*x509.Certificate) {
		fmt.Fprintf(&b, `<tsl:ServiceTypeIdentifier>%s</tsl:ServiceTypeIdentifier><tsl:ServiceDigitalIdentity>`, kind)
		for _, c := range all {
			fmt.Fprintf(&b, "<tsl:DigitalId><tsl:X509Certificate>\n%s\n</tsl:X509Certificate></tsl:DigitalId>", base64.StdEncoding.EncodeToString(c.Raw))
		}
		fmt.Fprintf(&b, `</tsl:ServiceDigitalIdentity><tsl:ServiceStatus>%s</tsl:ServiceStatus>`, status)
	}
	for _, e := range entries {
		b.WriteString("<tsl:TSPService><tsl:ServiceInformation>")
		identity(e.kind, e.status, e.certificates...)
		b.WriteString("</tsl:ServiceInformation>")
		if e.history != nil {
			b.WriteString("<tsl:ServiceHistory><tsl:ServiceHistoryInstance>")
			identity(card.ServiceIdentity, grantedStatus, e.history)
			b.WriteString("</tsl:ServiceHistoryInstance></tsl:ServiceHistory>")
		}
		b.WriteString("</tsl:TSPService>")
	}
	b.WriteString(`</tsl:TSPServices></tsl:TrustServiceProvider></tsl:TrustServiceProviderList></tsl:TrustServiceStatusList>`)
	return b.String()
}

const later = "2027-05-20T00:00:00Z"

func TestATrustedList(t *testing.T) {
	o := newOffice(t)
	var ca []*x509.Certificate
	for i := range 6 {
		ca = append(ca, o.authority(fmt.Sprint("CA ", i)).Certificate)
	}
	broken := &x509.Certificate{Raw: []byte("broken")}
	text := list(later,
		entry{kind: card.ServiceIdentity, status: grantedStatus, certificates: []*x509.Certificate{ca[0], ca[1], broken}},
		entry{kind: card.ServiceIdentity, status: nationalStatus, certificates: ca[2:3], history: ca[5]},
		entry{kind: card.ServiceIdentity, status: withdrawnStatus, certificates: ca[3:4], history: ca[3]},
		entry{kind: card.ServiceQualified, status: grantedStatus, certificates: ca[4:5]},
	)
	for what, c := range map[string]struct {
		services []string
		want     string
	}{
		"identity":  {nil, "CA 0, CA 1, CA 2"},
		"qualified": {[]string{card.ServiceQualified}, "CA 4"},
		"both":      {[]string{card.ServiceQualified, card.ServiceIdentity}, "CA 0, CA 1, CA 2, CA 4"},
	} {
		got, l, err := card.Read(strings.NewReader(text), card.ListOptions{Services: c.services, Now: o.now})
		o.must(err)
		var names []string
		for _, a := range got {
			names = append(names, a.Subject.CommonName)
		}
		if s := strings.Join(names, ", "); s != c.want {
			t.Errorf("%s: %s, want %s", what, s, c.want)
		}
		if l.Territory != "IT" || l.Sequence != 87 || l.NextUpdate.IsZero() || l.Signed || l.Skipped > 1 {
			t.Errorf("%+v", l)
		}
	}
	_, _, err := card.Read(strings.NewReader(text), card.ListOptions{Now: o.now.AddDate(1, 0, 0)})
	if !errors.Is(err, card.ErrOldList) {
		t.Errorf("a list whose time is over: %v", err)
	}
}

func TestSignedLists(t *testing.T) {
	o := newOffice(t)
	ca, evil := o.authority("CA").Certificate, o.authority("evil").Certificate
	signer, err := o.ca.Issue(mint.Holder{}, card.PolicyCNS, o.now, nil)
	o.must(err)
	sign := func(text string) string {
		doc := etree.NewDocument()
		o.must(doc.ReadFromString(text))
		ctx, err := dsig.NewSigningContext(signer.Key, [][]byte{signer.Certificate.Raw})
		o.must(err)
		ctx.IdAttribute = "Id"
		ctx.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
		root, err := ctx.SignEnveloped(doc.Root())
		o.must(err)
		doc.SetRoot(root)
		out, err := doc.WriteToString()
		o.must(err)
		return out
	}
	text := list(later, entry{kind: card.ServiceIdentity, status: grantedStatus, certificates: []*x509.Certificate{ca}})
	signed := sign(text)
	options := card.ListOptions{Now: o.now, Signers: []*x509.Certificate{signer.Certificate}}
	got, l, err := card.Read(strings.NewReader(signed), options)
	if err != nil || len(got) != 1 || !l.Signed {
		t.Fatalf("%v, %+v, %v", got, l, err)
	}
	pem := base64.StdEncoding.EncodeToString
	options.Signers = []*x509.Certificate{signer.Certificate}
	for what, bad := range map[string]string{
		"not signed":          text,
		"another certificate": strings.Replace(signed, pem(ca.Raw), pem(evil.Raw), 1),
		"another status":      strings.Replace(sign(list(later, entry{kind: card.ServiceIdentity, status: withdrawnStatus, certificates: []*x509.Certificate{evil}})), withdrawnStatus, grantedStatus, 1),
		"wrapped": strings.Replace(list(later, entry{kind: card.ServiceIdentity, status: grantedStatus, certificates: []*x509.Certificate{evil}}),
			"</tsl:TrustServiceStatusList>", strings.TrimPrefix(signed, `<?xml version="1.0" encoding="UTF-8"?>`)+"</tsl:TrustServiceStatusList>", 1),
	} {
		if got, _, err := card.Read(strings.NewReader(bad), options); err == nil {
			t.Errorf("%s was accepted: %v", what, got[0].Subject)
		}
	}
	options.Signers = []*x509.Certificate{o.ca.Certificate}
	if _, _, err := card.Read(strings.NewReader(signed), options); !errors.Is(err, card.ErrSignature) {
		t.Errorf("signed by another: %v", err)
	}
}

func TestPEMFiles(t *testing.T) {
	o := newOffice(t)
	a, b := mint.PEM(o.ca.Certificate), mint.PEM(o.authority("b").Certificate)
	got, l, err := card.Read(bytes.NewReader(append(append([]byte("comment\n"), a...), b...)), card.ListOptions{})
	if err != nil || len(got) != 2 || l != nil {
		t.Errorf("%v, %v, %v", got, l, err)
	}
	trust, err := card.NewTrust(append(got, got...))
	o.must(err)
	if len(trust.Authorities) != 2 || trust.Valid(o.now) != 2 || trust.Valid(o.now.AddDate(20, 0, 0)) != 0 || trust.Empty() {
		t.Errorf("%d authorities", len(trust.Authorities))
	}
}

func TestFilesThatAreNoTrust(t *testing.T) {
	for what, text := range map[string]string{
		"empty":            "",
		"words":            "hello",
		"broken PEM":       "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n",
		"another document": "<html></html>",
		"cut":              list(later)[:200],
		"no service":       list(later),
		"entities":         `<!DOCTYPE x [<!ENTITY a "b">]>` + strings.TrimPrefix(list(later), `<?xml version="1.0" encoding="UTF-8"?>`),
		"undeclared":       strings.Replace(list(later), "87", "&a;", 1),
		"deep":             "<TrustServiceStatusList>" + strings.Repeat("<a>", 1<<20),
		"huge":             "<" + strings.Repeat(" ", 33<<20),
	} {
		if _, _, err := card.Read(strings.NewReader(text), card.ListOptions{Now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}); err == nil {
			t.Errorf("%s was accepted", what)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(list(later)))
	f.Add([]byte("-----BEGIN CERTIFICATE-----"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		all, _, err := card.Read(bytes.NewReader(raw), card.ListOptions{})
		if (len(all) == 0) == (err == nil) {
			t.Errorf("%d authorities, %v", len(all), err)
		}
	})
}
