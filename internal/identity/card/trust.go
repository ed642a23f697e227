// SPDX-License-Identifier: EUPL-1.2

package card

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"time"
)

// Trust is a set of authorities. The zero value trusts nobody. It does not
// change once made.
type Trust struct {
	Authorities []*x509.Certificate
	Lists       []List // the trusted lists they come from
	pool        *x509.CertPool
}

// List is a trusted list that was read.
type List struct {
	Territory  string
	Sequence   int64
	Issued     time.Time
	NextUpdate time.Time // zero: the list is closed
	Signed     bool      // the signature was verified with the configured certificate
	Skipped    int       // certificates in it that cannot be read
}

// maxAuthorities bounds the trust: Italy's list of CNS authorities has some 60,
// all qualified ones of a country some hundreds.
const maxAuthorities = 5000

// NewTrust joins authorities and the lists some of them come from; one that is
// there twice counts once.
func NewTrust(authorities []*x509.Certificate, lists ...List) (*Trust, error) {
	t := &Trust{pool: x509.NewCertPool(), Lists: lists}
	seen := map[[sha256.Size]byte]bool{}
	for _, c := range authorities {
		sum := sha256.Sum256(c.Raw)
		if seen[sum] {
			continue
		}
		if seen[sum] = true; len(seen) > maxAuthorities {
			return nil, fmt.Errorf("more than %d authorities", maxAuthorities)
		}
		t.Authorities = append(t.Authorities, c)
		t.pool.AddCert(c)
	}
	return t, nil
}

// Pool gives the authorities, for a TLS server to tell browsers whose
// certificates it asks for.
func (t *Trust) Pool() *x509.CertPool {
	if t == nil || t.pool == nil {
		return x509.NewCertPool()
	}
	return t.pool
}

// Empty says whether it trusts nobody.
func (t *Trust) Empty() bool { return t == nil || len(t.Authorities) == 0 }

// Valid counts the authorities whose own time is not over.
func (t *Trust) Valid(now time.Time) (n int) {
	for _, c := range t.Authorities {
		if now.After(c.NotBefore) && now.Before(c.NotAfter) {
			n++
		}
	}
	return n
}

// maxTrustFile bounds a file of authorities. Italy's trusted list has 5 MB.
const maxTrustFile = 32 << 20

// ErrNoAuthority means that a file holds no authority.
var ErrNoAuthority = errors.New("no certificate of an authority in it")

// Read reads authorities from a PEM file or a trusted list, whichever it is.
func Read(r io.Reader, o ListOptions) ([]*x509.Certificate, *List, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxTrustFile+1))
	if err != nil {
		return nil, nil, err
	}
	if len(raw) > maxTrustFile {
		return nil, nil, fmt.Errorf("larger than %d bytes", maxTrustFile)
	}
	if trimmed := bytes.TrimLeft(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")), " \t\r\n"); bytes.HasPrefix(trimmed, []byte("<")) {
		return readList(raw, o)
	}
	all, err := readPEM(raw)
	return all, nil, err
}

// readPEM reads every certificate of a PEM file. One that cannot be read is an
// error: an administrator wrote the file and wants to know.
func readPEM(raw []byte) (out []*x509.Certificate, err error) {
	for {
		var block *pem.Block
		if block, raw = pem.Decode(raw); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d: %w", len(out)+1, err)
		}
		if out = append(out, c); len(out) > maxAuthorities {
			return nil, fmt.Errorf("more than %d certificates", maxAuthorities)
		}
	}
	if len(out) == 0 {
		return nil, ErrNoAuthority
	}
	return out, nil
}
