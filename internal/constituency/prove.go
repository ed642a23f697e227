// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/constituency/claim"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

// Prover looks at the outside world for proofs. What it says is believed only
// as far as the Internet can be: a member's DNS and its own site.
type Prover interface {
	TXT(ctx context.Context, name string) ([]string, error)
	File(ctx context.Context, address string) (string, error) // the beginning of it
	Names(ctx context.Context, a netip.Addr) ([]string, error)
}

// JobClaims looks for the proofs again. It may run at any time, and twice.
const JobClaims = "constituency.claims"

// How often a proof is looked for, and how long it may be gone.
const (
	proofLife  = 30 * 24 * time.Hour
	retryEvery = 24 * time.Hour
	maxMissing = 14 // days in a row
	proofWait  = 12 * time.Second
)

func (m *Module) registerClaimJobs(q *jobs.Queue) error {
	q.Handle(JobClaims, func(ctx context.Context, _ jobs.Run) error { return m.ProveAgain(ctx, access.System("claims")) })
	zone, err := time.LoadLocation(m.deps.Instance.Zone)
	if err != nil {
		return fmt.Errorf("time zone of the instance: %w", err)
	}
	return q.Schedule(JobClaims, "50 4 * * *", zone, JobClaims)
}

// Prove looks for the proof of a claimed domain now: the record first, then
// the file. It gives the claim as it then stands; an Unavailable fault says
// that neither was found.
func (m *Module) Prove(ctx context.Context, s access.Scope, id int64) (Claim, error) {
	if err := s.Require(access.NetworkEdit); err != nil {
		return Claim{}, err
	}
	c, err := m.Claim(ctx, s, id)
	switch {
	case err != nil:
		return c, err
	case c.Kind != claim.Domain:
		return c, fault.New(fault.Invalid, "constituency.claim_operator")
	case c.State == ClaimRefused:
		return c, fault.New(fault.Conflict, "constituency.claim_refused")
	}
	if err := slow(m.deps.LinkLimit, fmt.Sprintf("claim:%d", c.Organisation)); err != nil {
		return c, err
	}
	method, found := m.look(ctx, c)
	c, err = m.proved(ctx, s, id, method, found)
	if err == nil && !found {
		err = fault.New(fault.Invalid, "constituency.claim_unproved", fault.P{"record": c.Record(), "file": c.File()})
	}
	return c, err
}

// look asks the outside world; nothing is locked meanwhile.
func (m *Module) look(ctx context.Context, c Claim) (ClaimMethod, bool) {
	if m.deps.Prover == nil {
		return "", false
	}
	ctx, cancel := context.WithTimeout(ctx, proofWait)
	defer cancel()
	if records, err := m.deps.Prover.TXT(ctx, c.Record()); err == nil && slices.ContainsFunc(records, func(r string) bool { return strings.TrimSpace(r) == c.Proof() }) {
		return ByDNS, true
	}
	text, err := m.deps.Prover.File(ctx, c.File())
	if err == nil && slices.Contains(strings.Fields(text), c.Proof()) {
		return ByFile, true
	}
	return "", false
}

// proved records what was found, on the claim as it is by now.
func (m *Module) proved(ctx context.Context, s access.Scope, id int64, method ClaimMethod, found bool) (out Claim, err error) {
	err = m.changeClaim(ctx, s, id, func(tx *db.Tx, c Claim) error {
		before := c.State
		c = c.after(method, found, m.now())
		out = c
		if err := storeState(ctx, tx, c); err != nil {
			return err
		}
		if err := m.warnClaim(ctx, tx, s, c); err != nil {
			return err
		}
		if c.State == before {
			return nil
		}
		return m.auditClaim(ctx, tx, s, "claim."+string(c.State), c, map[string]any{"method": c.Method})
	})
	return out, err
}

// after is the claim once its proof was looked for.
func (c Claim) after(method ClaimMethod, found bool, now time.Time) Claim {
	was := c.State
	c.CheckedAt = now
	switch {
	case found:
		c.Method, c.ProvedAt, c.Failures, c.NextCheck = method, now, 0, now.Add(proofLife)
		if !c.Disputed && c.State != ClaimRefused {
			c.State = ClaimVerified
		}
	case c.Method == ByOperator || c.ProvedAt.IsZero(): // an operator's word does not depend on it
	default:
		c.Failures++
		c.NextCheck = now.Add(retryEvery)
		if c.Failures >= maxMissing && c.State != ClaimRefused {
			c.State, c.ProvedAt, c.NextCheck = ClaimExpired, time.Time{}, time.Time{}
		}
	}
	if c.State != was {
		c.StateSince = now
	}
	return c
}

// ProveAgain looks for the proofs that are due.
func (m *Module) ProveAgain(ctx context.Context, s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	now := m.now()
	for {
		due, err := collectClaims(m.db.Query(ctx, "SELECT "+claimColumns+" FROM claim c WHERE c.next_check_at <= $1 AND "+ofLiving+" ORDER BY c.next_check_at, c.id LIMIT 50", db.Ms(now)))
		if err != nil {
			return fmt.Errorf("claims to prove again: %w", err)
		}
		for _, c := range due {
			own, err := s.For(c.Organisation)
			if err != nil {
				return err
			}
			method, found := m.look(ctx, c)
			if err := ctx.Err(); err != nil {
				return err // interrupted: nothing was looked for
			}
			if _, err := m.proved(ctx, own, c.ID, method, found); err != nil && fault.KindOf(err) != fault.NotFound {
				return err
			}
		}
		if len(due) < 50 {
			return nil
		}
	}
}
