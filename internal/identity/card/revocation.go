// SPDX-License-Identifier: EUPL-1.2

package card

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Fetcher reads addresses that stand in certificates. The program's bounds the
// size and the time, and refuses addresses inside its own network.
type Fetcher interface {
	// Get reads an address.
	Get(ctx context.Context, url string) ([]byte, error)
	// Post sends a body of a media type.
	Post(ctx context.Context, url, mediaType string, body []byte) ([]byte, error)
}

// Revocation knows which certificates were taken back. It keeps the lists it
// has read in memory, as 16 bytes for each entry, and is safe for concurrent use.
type Revocation struct {
	fetch Fetcher // nil: nothing is fetched

	mu      sync.Mutex
	local   []*crl          // from files
	fetched map[string]*crl // by address
	tried   map[string]time.Time
	answers map[string]answer // of OCSP, by certificate
}

type status uint8

const (
	statusDark status = iota // cannot be known
	statusGood
	statusRevoked
)

// answer is what OCSP said of a certificate.
type answer struct {
	status status
	until  time.Time
}

// NewRevocation makes one without lists. Without a fetcher it knows only what
// SetLists tells.
func NewRevocation(f Fetcher) *Revocation {
	return &Revocation{fetch: f, fetched: map[string]*crl{}, tried: map[string]time.Time{}, answers: map[string]answer{}}
}

// Bounds of what is kept and of how long a question may take.
const (
	maxLists    = 200
	maxAnswers  = 10000
	askTime     = 8 * time.Second
	refetch     = time.Hour        // a list at hand is fetched again after so long, though it be good for longer
	retryAfter  = time.Minute      // an address that did not answer is left alone for so long
	keepAnswer  = 10 * time.Minute // an OCSP answer, at most
	clockSkew   = 5 * time.Minute
	undatedLife = 24 * time.Hour // of an answer that does not say how long it is good
)

// status looks a certificate up. A list at hand that has it ends the matter;
// then the issuer is asked (OCSP); then a list that covers it, fetched if need be.
func (r *Revocation) status(ctx context.Context, c, issuer *x509.Certificate, now time.Time) (status, error) {
	if r == nil {
		return statusDark, errors.New("no revocation data")
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	atHand := r.atHand(c, issuer, now)
	if atHand == statusRevoked {
		return statusRevoked, errors.New("in a revocation list")
	}
	s, ocspErr := r.askOCSP(ctx, c, issuer, now)
	if s != statusDark {
		return s, ocspErr
	}
	s, listErr := r.askLists(ctx, c, issuer, now)
	if s == statusDark {
		s = atHand // still good, though it could not be renewed
	}
	if s != statusDark {
		return s, listErr
	}
	return statusDark, errors.Join(ocspErr, listErr, errors.New("no answer of OCSP and no current revocation list"))
}

// atHand asks the lists in memory.
func (r *Revocation) atHand(c, issuer *x509.Certificate, now time.Time) (s status) {
	r.mu.Lock()
	lists := append([]*crl{}, r.local...)
	for _, address := range addresses(c.CRLDistributionPoints) {
		if l := r.fetched[address]; l != nil {
			lists = append(lists, l)
		}
	}
	r.mu.Unlock()
	for _, l := range lists {
		if !l.covers(c, issuer) {
			continue
		}
		if l.has(c) { // also in a list that is no longer current: what was revoked stays so
			return statusRevoked
		}
		if l.current(now) {
			s = statusGood
		}
	}
	return s
}

// askLists fetches the lists the certificate names, when they are not fresh.
func (r *Revocation) askLists(ctx context.Context, c, issuer *x509.Certificate, now time.Time) (status, error) {
	var errs []error
	for _, address := range addresses(c.CRLDistributionPoints) {
		if err := r.refresh(ctx, address, issuer, now); err != nil {
			errs = append(errs, err)
		}
	}
	s := r.atHand(c, issuer, now)
	if s == statusRevoked {
		return s, errors.New("in a revocation list")
	}
	return s, errors.Join(errs...)
}

func (r *Revocation) refresh(ctx context.Context, address string, issuer *x509.Certificate, now time.Time) error {
	r.mu.Lock()
	l, tried := r.fetched[address], r.tried[address]
	fresh := l != nil && l.current(now) && now.Sub(l.at) < refetch
	wait := now.Sub(tried) < retryAfter && !tried.After(now)
	if !fresh && !wait {
		r.tried[address] = now
	}
	r.mu.Unlock()
	switch {
	case fresh:
		return nil
	case r.fetch == nil:
		return errors.New("nothing is fetched here")
	case wait:
		return fmt.Errorf("%s did not answer a moment ago", address)
	}
	raw, err := r.fetch.Get(ctx, address)
	if err != nil {
		return fmt.Errorf("fetching %s: %w", address, err)
	}
	l, err = readCRL(raw, issuer, now)
	if err != nil {
		return fmt.Errorf("reading %s: %w", address, err)
	}
	r.keep(address, l)
	return nil
}

// keep remembers a list; when there are too many, any other goes.
func (r *Revocation) keep(address string, l *crl) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for other := range r.fetched {
		if len(r.fetched) < maxLists {
			break
		}
		delete(r.fetched, other)
	}
	if len(r.tried) > maxAnswers {
		clear(r.tried)
	}
	r.fetched[address] = l
	delete(r.tried, address)
}

// addresses are those that can be fetched: authorities also name LDAP directories.
func addresses(all []string) (out []string) {
	for _, a := range all {
		if strings.HasPrefix(a, "http://") || strings.HasPrefix(a, "https://") {
			out = append(out, a)
		}
	}
	return out
}

// ListState is a revocation list at hand.
type ListState struct {
	Issuer     string
	Entries    int
	Issued     time.Time
	NextUpdate time.Time
}

// Lists tells which lists were read from files.
func (r *Revocation) Lists() (out []ListState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range r.local {
		out = append(out, ListState{Issuer: l.issuer, Entries: len(l.serials), Issued: l.issued, NextUpdate: l.next})
	}
	return out
}

// SetLists replaces the lists from files. Each must be signed by one of the
// issuers; the error names those that are not, and the others hold.
func (r *Revocation) SetLists(raw map[string][]byte, issuers []*x509.Certificate, now time.Time) error {
	var lists []*crl
	var errs []error
	for name, text := range raw {
		l, err := readAnyCRL(text, issuers, now)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			continue
		}
		lists = append(lists, l)
	}
	r.mu.Lock()
	r.local = lists
	r.mu.Unlock()
	return errors.Join(errs...)
}
