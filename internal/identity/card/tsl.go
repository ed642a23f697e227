// SPDX-License-Identifier: EUPL-1.2

package card

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// Types of services in a trusted list (ETSI TS 119 612, section 5.5.1).
const (
	ServiceIdentity  = "http://uri.etsi.org/TrstSvc/Svctype/IdV"   // identity verification: CNS and CIE in Italy's list
	ServiceQualified = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC" // qualified certificates
)

// granted are the states of a service that may be relied on (section 5.5.4):
// the present one of the regulation, and those of the law before it.
func granted(status string) bool {
	return slices.Contains([]string{
		"http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted",
		"http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/recognisedatnationallevel",
	}, status)
}

// ListOptions say what to take from a trusted list.
type ListOptions struct {
	Services []string            // types of services; ServiceIdentity when empty
	Signers  []*x509.Certificate // who may have signed it; empty: the signature is not looked at
	Now      time.Time
}

func (o ListOptions) wants(service string) bool {
	if len(o.Services) == 0 {
		return service == ServiceIdentity
	}
	return slices.Contains(o.Services, service)
}

// What is wrong with a trusted list as a whole.
var (
	ErrNotAList  = errors.New("not a trusted list (ETSI TS 119 612)")
	ErrSignature = errors.New("the trusted list's signature is not the configured signer's")
	ErrOldList   = errors.New("the trusted list's time is over: fetch a new one")
)

// readList reads the authorities of the services asked for. With signers it
// reads what they signed and nothing else of the file.
func readList(raw []byte, o ListOptions) ([]*x509.Certificate, *List, error) {
	p, err := parseList(raw, o) // also bounds what is verified: its depth, no document type
	if err != nil {
		return nil, nil, err
	}
	if len(o.Signers) > 0 {
		inner, err := verified(raw, o)
		if err != nil {
			return nil, nil, err
		}
		if p, err = parseList(inner, o); err != nil {
			return nil, nil, err
		}
		p.list.Signed = true
	}
	if !p.list.NextUpdate.IsZero() && !o.Now.IsZero() && o.Now.After(p.list.NextUpdate) {
		return nil, nil, fmt.Errorf("%w (%s)", ErrOldList, p.list.NextUpdate.Format(time.DateOnly))
	}
	if len(p.out) == 0 {
		return nil, nil, fmt.Errorf("trusted list %s %d: %w of the services asked for", p.list.Territory, p.list.Sequence, ErrNoAuthority)
	}
	return p.out, &p.list, nil
}

func parseList(raw []byte, o ListOptions) (*listParser, error) {
	p := &listParser{options: o, dec: xml.NewDecoder(bytes.NewReader(raw))}
	return p, p.run()
}

// verified gives the part of the document the signature covers, which is the
// whole list: anything put around it falls away.
func verified(raw []byte, o ListOptions) ([]byte, error) {
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(raw); err != nil || doc.Root() == nil {
		return nil, fmt.Errorf("%w: %w", ErrNotAList, errors.Join(err))
	}
	ctx := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: o.Signers})
	ctx.IdAttribute = "Id"
	if !o.Now.IsZero() {
		ctx.Clock = dsig.NewFakeClockAt(o.Now)
	}
	root, err := ctx.Validate(doc.Root())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	out := etree.NewDocument()
	out.SetRoot(root)
	return out.WriteToBytes()
}

// listParser walks the document element by element and keeps one service at a time.
type listParser struct {
	options ListOptions
	dec     *xml.Decoder
	list    List
	out     []*x509.Certificate
	path    []string
	service service
}

type service struct {
	kind, status string
	certificates []string
}

// maxDepth bounds how deep elements may lie in each other; lists have 15.
const maxDepth = 64

func (p *listParser) run() error {
	for {
		token, err := p.dec.Token()
		switch {
		case errors.Is(err, io.EOF) && p.list.Sequence > 0:
			return nil
		case errors.Is(err, io.EOF):
			return ErrNotAList
		case err != nil:
			return fmt.Errorf("%w: %w", ErrNotAList, err)
		}
		if err := p.token(token); err != nil {
			return err
		}
	}
}

func (p *listParser) token(token xml.Token) error {
	switch t := token.(type) {
	case xml.Directive:
		return fmt.Errorf("%w: it has a document type", ErrNotAList) // no entity is ever declared
	case xml.StartElement:
		if len(p.path) == 0 && t.Name.Local != "TrustServiceStatusList" {
			return ErrNotAList
		}
		if p.path = append(p.path, t.Name.Local); len(p.path) > maxDepth {
			return fmt.Errorf("%w: elements too deep", ErrNotAList)
		}
		if t.Name.Local == "TSPService" {
			p.service = service{}
		}
	case xml.CharData:
		p.text(strings.TrimSpace(string(t)))
	case xml.EndElement:
		p.path = p.path[:len(p.path)-1]
		if t.Name.Local == "TSPService" {
			return p.endService()
		}
	}
	return nil
}

// text takes the words of the elements we know, where they belong.
func (p *listParser) text(s string) {
	if s == "" || len(p.path) < 2 {
		return
	}
	name, parent := p.path[len(p.path)-1], p.path[len(p.path)-2]
	switch {
	case parent == "SchemeInformation":
		p.scheme(name, s)
	case parent == "NextUpdate" && name == "dateTime":
		p.list.NextUpdate = dateTime(s)
	case !slices.Contains(p.path, "ServiceInformation") || slices.Contains(p.path, "ServiceHistory"):
		// Elsewhere the same names mean something else: history is no longer true.
	case parent == "ServiceInformation" && name == "ServiceTypeIdentifier":
		p.service.kind += s
	case parent == "ServiceInformation" && name == "ServiceStatus":
		p.service.status += s
	case name == "X509Certificate" && parent == "DigitalId" && len(p.service.certificates) < maxAuthorities:
		p.service.certificates = append(p.service.certificates, s)
	}
}

func (p *listParser) scheme(name, s string) {
	switch name {
	case "TSLSequenceNumber":
		_, _ = fmt.Sscanf(s, "%d", &p.list.Sequence) // 0 is refused at the end
	case "SchemeTerritory":
		p.list.Territory = s[:min(len(s), 8)]
	case "ListIssueDateTime":
		p.list.Issued = dateTime(s)
	}
}

func dateTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// endService keeps the certificates of a service that counts. One that cannot
// be read is left out and counted: a list has thousands of them, not all right.
func (p *listParser) endService() error {
	if !p.options.wants(p.service.kind) || !granted(p.service.status) {
		return nil
	}
	for _, text := range p.service.certificates {
		der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if err != nil {
			p.list.Skipped++
			continue
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			p.list.Skipped++
			continue
		}
		if p.out = append(p.out, c); len(p.out) > maxAuthorities {
			return fmt.Errorf("more than %d authorities in the trusted list", maxAuthorities)
		}
	}
	return nil
}
