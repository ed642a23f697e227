// SPDX-License-Identifier: EUPL-1.2

package card

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/ocsp"
)

// MaxOCSP bounds an OCSP answer in bytes.
const MaxOCSP = 64 << 10

// askOCSP asks the issuer about a certificate (RFC 6960). An answer is kept for
// some minutes: a sign-in asks once.
func (r *Revocation) askOCSP(ctx context.Context, c, issuer *x509.Certificate, now time.Time) (status, error) {
	servers := addresses(c.OCSPServer)
	if len(servers) == 0 || r.fetch == nil {
		return statusDark, nil
	}
	sum := sha256.Sum256(c.Raw)
	key := hex.EncodeToString(sum[:])
	r.mu.Lock()
	a, known := r.answers[key]
	r.mu.Unlock()
	if known && now.Before(a.until) && a.until.Sub(now) <= keepAnswer {
		return a.status, statusError(a.status)
	}
	request, err := ocsp.CreateRequest(c, issuer, nil)
	if err != nil {
		return statusDark, fmt.Errorf("asking OCSP: %w", err)
	}
	var errs []error
	for _, server := range servers[:min(len(servers), 3)] {
		raw, err := r.fetch.Post(ctx, server, "application/ocsp-request", request)
		if err == nil {
			a, err = readOCSP(raw, c, issuer, now)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("OCSP at %s: %w", server, err))
			continue
		}
		r.remember(key, a)
		return a.status, statusError(a.status)
	}
	return statusDark, errors.Join(errs...)
}

func statusError(s status) error {
	if s == statusRevoked {
		return errors.New("OCSP says revoked")
	}
	return nil
}

func (r *Revocation) remember(key string, a answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.answers) >= maxAnswers {
		clear(r.answers)
	}
	r.answers[key] = a
}

// readOCSP judges an answer. The library has verified the signature, but not
// whether a responder's own certificate is one for that (RFC 6960, section
// 4.2.2.2) and still good, nor the times.
func readOCSP(raw []byte, c, issuer *x509.Certificate, now time.Time) (answer, error) {
	if len(raw) > MaxOCSP {
		return answer{}, fmt.Errorf("larger than %d bytes", MaxOCSP)
	}
	res, err := ocsp.ParseResponseForCert(raw, c, issuer)
	if err != nil {
		return answer{}, err
	}
	if d := res.Certificate; d != nil && !d.Equal(issuer) {
		if !slices.Contains(d.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning) || now.Before(d.NotBefore) || now.After(d.NotAfter) {
			return answer{}, errors.New("signed with a certificate that is not for that")
		}
	}
	next := res.NextUpdate
	if next.IsZero() {
		next = res.ThisUpdate.Add(undatedLife)
	}
	if now.After(next) || res.ThisUpdate.After(now.Add(clockSkew)) {
		return answer{}, errors.New("the answer is of another time")
	}
	until := now.Add(keepAnswer)
	if next.Before(until) {
		until = next
	}
	switch res.Status {
	case ocsp.Good:
		return answer{status: statusGood, until: until}, nil
	case ocsp.Revoked:
		return answer{status: statusRevoked, until: until}, nil
	}
	return answer{}, errors.New("the certificate is unknown there")
}
