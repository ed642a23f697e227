// SPDX-License-Identifier: EUPL-1.2

package card

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cryptobyte_asn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// crl is a revocation list, its signature verified.
type crl struct {
	issuer    string
	issuerRaw []byte
	key       []byte // of the issuer that signed it
	issued    time.Time
	next      time.Time
	at        time.Time // when it was read
	serials   []serial  // sorted
	points    []string  // the distribution points it is limited to; empty: all of the issuer's
}

// serial stands for a serial number: 16 bytes of its SHA-256.
type serial [16]byte

func serialOf(n *big.Int) serial {
	sum := sha256.Sum256(n.Bytes())
	return serial(sum[:16])
}

func compareSerials(a, b serial) int { return bytes.Compare(a[:], b[:]) }

// MaxCRL bounds a revocation list in bytes. The largest of CNS authorities have some 30 MB.
const MaxCRL = 64 << 20

var (
	oidDelta = asn1.ObjectIdentifier{2, 5, 29, 27}
	oidIDP   = asn1.ObjectIdentifier{2, 5, 29, 28} // issuing distribution point
)

// readAnyCRL reads a list that one of the issuers signed.
func readAnyCRL(raw []byte, issuers []*x509.Certificate, now time.Time) (*crl, error) {
	list, err := parseCRL(raw)
	if err != nil {
		return nil, err
	}
	for _, c := range issuers {
		if bytes.Equal(c.RawSubject, list.RawIssuer) && list.CheckSignatureFrom(c) == nil {
			return makeCRL(list, c, now)
		}
	}
	return nil, fmt.Errorf("no authority of the trust signed the revocation list of %q", list.Issuer.CommonName)
}

// readCRL reads a list that issuer signed.
func readCRL(raw []byte, issuer *x509.Certificate, now time.Time) (*crl, error) {
	return readAnyCRL(raw, []*x509.Certificate{issuer}, now)
}

func parseCRL(raw []byte) (*x509.RevocationList, error) {
	if len(raw) > MaxCRL {
		return nil, fmt.Errorf("larger than %d bytes", MaxCRL)
	}
	if block, _ := pem.Decode(raw); block != nil {
		raw = block.Bytes
	}
	return x509.ParseRevocationList(raw)
}

func makeCRL(list *x509.RevocationList, issuer *x509.Certificate, now time.Time) (*crl, error) {
	l := &crl{
		issuer: cleanName(issuer.Subject.CommonName), issuerRaw: list.RawIssuer, key: issuer.RawSubjectPublicKeyInfo,
		issued: list.ThisUpdate, next: list.NextUpdate, at: now, serials: make([]serial, 0, len(list.RevokedCertificateEntries)),
	}
	for _, x := range list.Extensions {
		switch {
		case x.Id.Equal(oidDelta):
			return nil, errors.New("a list of changes alone (delta CRL)")
		case x.Id.Equal(oidIDP):
			points, err := readIDP(x.Value)
			if err != nil {
				return nil, err
			}
			l.points = points
		case x.Critical:
			return nil, fmt.Errorf("critical extension %s is not understood", x.Id)
		}
	}
	for _, e := range list.RevokedCertificateEntries {
		l.serials = append(l.serials, serialOf(e.SerialNumber))
	}
	slices.SortFunc(l.serials, compareSerials)
	return l, nil
}

// readIDP reads an issuing distribution point (RFC 5280, section 5.2.5): the
// addresses the list is limited to. Lists that say nothing of people's
// certificates, or not all, are an error.
func readIDP(der []byte) (points []string, err error) {
	broken := errors.New("the issuing distribution point cannot be read")
	in, seq := cryptobyte.String(der), cryptobyte.String(nil)
	if !in.ReadASN1(&seq, cryptobyte_asn1.SEQUENCE) {
		return nil, broken
	}
	for !seq.Empty() {
		var field cryptobyte.String
		var tag cryptobyte_asn1.Tag
		if !seq.ReadAnyASN1(&field, &tag) {
			return nil, broken
		}
		switch tag {
		case cryptobyte_asn1.Tag(0).ContextSpecific().Constructed():
			if points, err = readPointName(field); err != nil {
				return nil, err
			}
		case cryptobyte_asn1.Tag(1).ContextSpecific(): // onlyContainsUserCerts: ours are
		default:
			return nil, errors.New("the list is not about all certificates of people")
		}
	}
	return points, nil
}

func readPointName(field cryptobyte.String) (points []string, err error) {
	var names cryptobyte.String
	if !field.ReadASN1(&names, cryptobyte_asn1.Tag(0).ContextSpecific().Constructed()) {
		return nil, errors.New("the issuing distribution point has no full name")
	}
	for !names.Empty() {
		var name cryptobyte.String
		var tag cryptobyte_asn1.Tag
		if !names.ReadAnyASN1(&name, &tag) {
			return nil, errors.New("the issuing distribution point cannot be read")
		}
		if tag == cryptobyte_asn1.Tag(6).ContextSpecific() {
			points = append(points, string(name))
		}
	}
	if len(points) == 0 {
		return nil, errors.New("the issuing distribution point has no address")
	}
	return points, nil
}

// covers says whether the list speaks of the certificate: its issuer signed it,
// and, where the issuer has several, it is the one the certificate names.
func (l *crl) covers(c, issuer *x509.Certificate) bool {
	if !bytes.Equal(l.issuerRaw, c.RawIssuer) || !bytes.Equal(l.key, issuer.RawSubjectPublicKeyInfo) {
		return false
	}
	return len(l.points) == 0 || slices.ContainsFunc(l.points, func(p string) bool { return slices.Contains(c.CRLDistributionPoints, p) })
}

func (l *crl) has(c *x509.Certificate) bool {
	_, found := slices.BinarySearchFunc(l.serials, serialOf(c.SerialNumber), compareSerials)
	return found
}

// current says whether the list may still be relied on. One that does not say
// until when is good for a day.
func (l *crl) current(now time.Time) bool {
	next := l.next
	if next.IsZero() {
		next = l.issued.Add(undatedLife)
	}
	return now.Before(next) && l.issued.Before(now.Add(clockSkew))
}
