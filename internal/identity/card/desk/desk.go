// SPDX-License-Identifier: EUPL-1.2

// Package desk is where cards are shown: it keeps what a card is judged by
// current, while the program runs. Authorities and revocation lists are read
// from files, again when these change; a trusted list is fetched daily, and the
// last good copy kept in a file for the next start.
package desk

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"martinella/internal/identity/card"
	"martinella/internal/platform/clock"
)

// Config says where things are.
type Config struct {
	Files    []string // of authorities: PEM or trusted lists
	ListURL  string   // of a trusted list; "" for none
	ListCopy string   // file of the last good copy of it
	Signers  string   // PEM file of who may have signed trusted lists; "": not verified
	Services []string // types of services to take from lists
	CRL      string   // file or folder of revocation lists; "" for none
	Policy   card.Policy
}

// Desk judges cards. It is safe for concurrent use.
type Desk struct {
	config   Config
	fetch    card.Fetcher
	clock    clock.Clock
	log      *slog.Logger
	verifier card.Verifier

	mu      sync.Mutex
	trust   *card.Trust
	err     error // why the last reading failed, in part or as a whole
	stamp   string
	fetched time.Time // when the list was last fetched, or tried to be
}

// New makes a desk that trusts nobody until Refresh. Without a fetcher nothing
// is fetched: neither lists nor OCSP.
func New(c Config, f card.Fetcher, clk clock.Clock, log *slog.Logger) *Desk {
	return &Desk{config: c, fetch: f, clock: clk, log: log, verifier: card.Verifier{Policy: c.Policy, Revocation: card.NewRevocation(f)}}
}

// Verify judges a certificate now. Every refusal is a *card.Refusal.
func (d *Desk) Verify(ctx context.Context, leaf *x509.Certificate, chain []*x509.Certificate) (card.Card, error) {
	return d.verifier.Verify(ctx, d.Trust(), leaf, chain, d.clock.Now())
}

// Trust gives the authorities as they are now.
func (d *Desk) Trust() *card.Trust {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.trust
}

// Times of the upkeep.
const (
	lookEvery  = time.Minute // at the files
	fetchEvery = 24 * time.Hour
	fetchAgain = time.Hour // after a failure
)

// Keep refreshes until ctx ends. What fails is logged, and what was good serves on.
func (d *Desk) Keep(ctx context.Context) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		if err := d.Refresh(ctx); err != nil && ctx.Err() == nil {
			d.log.Error("authorities of cards", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Refresh fetches the trusted list when a day is over, and reads the files when
// they changed. It returns what went wrong; the rest holds.
func (d *Desk) Refresh(ctx context.Context) error {
	fetchErr := d.fetchList(ctx)
	stamp := d.stampOf()
	d.mu.Lock()
	same := stamp == d.stamp
	d.mu.Unlock()
	if same {
		return fetchErr
	}
	return errors.Join(fetchErr, d.read(stamp))
}

// read reads everything anew. When no authority is left the former ones stay.
func (d *Desk) read(stamp string) error {
	all, lists, err := d.readTrust()
	trust, trustErr := card.NewTrust(all, lists...)
	err = errors.Join(err, trustErr)
	d.mu.Lock()
	d.stamp = stamp
	if trustErr == nil && len(all) > 0 {
		d.trust = trust
	}
	trust = d.trust
	d.mu.Unlock()
	if !trust.Empty() {
		err = errors.Join(err, d.readCRLs(trust))
	}
	d.mu.Lock()
	d.err = err
	d.mu.Unlock()
	return err
}

func (d *Desk) readTrust() (all []*x509.Certificate, lists []card.List, err error) {
	options, err := d.options()
	if err != nil {
		return nil, nil, err
	}
	var errs []error
	for _, name := range d.files() {
		some, list, err := readFile(name, options)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		all = append(all, some...)
		if list != nil {
			lists = append(lists, *list)
		}
	}
	return all, lists, errors.Join(errs...)
}

func (d *Desk) options() (card.ListOptions, error) {
	o := card.ListOptions{Services: d.config.Services, Now: d.clock.Now()}
	if d.config.Signers == "" {
		return o, nil
	}
	var err error
	if o.Signers, _, err = readFile(d.config.Signers, card.ListOptions{}); err != nil {
		return o, fmt.Errorf("the signers of trusted lists: %w", err)
	}
	return o, nil
}

// State is how the desk stands, for the administrator.
type State struct {
	Authorities int // all
	Valid       int // whose own time is not over
	Lists       []card.List
	CRLs        []card.ListState
	Verified    bool // the signatures of trusted lists are verified
	Soft        bool
	Err         error // of the last reading or fetching
}

// State tells how things stand.
func (d *Desk) State() State {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := State{CRLs: d.verifier.Revocation.Lists(), Verified: d.config.Signers != "", Soft: d.config.Policy.Soft, Err: d.err}
	if d.trust != nil {
		s.Authorities, s.Valid, s.Lists = len(d.trust.Authorities), d.trust.Valid(d.clock.Now()), d.trust.Lists
	}
	return s
}
