// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"martinella/internal/access"
	"martinella/internal/constituency/claim"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

const claimColumns = `c.id, c.organisation_id, c.kind, c.value, c.subdomains, c.note, c.state, c.state_since, c.token, c.method, c.proved_at, c.checked_at,
	c.next_check_at, c.failures, c.decided_by, c.reason, c.created_at, c.created_by,
	EXISTS (SELECT 1 FROM claim_overlap v WHERE v.state = 'open' AND (v.claim_id = c.id OR v.other_id = c.id))`

func scanClaim(r row, more ...any) (c Claim, err error) {
	var kind claim.Kind
	var text string
	var subdomains bool
	err = r.Scan(append([]any{&c.ID, &c.Organisation, &kind, &text, &subdomains, &c.Note, &c.State, db.Time(&c.StateSince), &c.Token, &c.Method, db.Time(&c.ProvedAt),
		db.Time(&c.CheckedAt), db.Time(&c.NextCheck), &c.Failures, &c.DecidedBy, &c.Reason, db.Time(&c.CreatedAt), &c.CreatedBy, &c.Disputed}, more...)...)
	if err != nil {
		return c, err
	}
	if c.Value, err = claim.Parse(text); err != nil {
		// The list of public suffixes changes: what was a domain is shown as it was.
		c.Value, err = claim.Value{Kind: kind, Text: text}, nil
	}
	c.Subdomains = subdomains
	return c, err
}

func collectClaims(rows *sql.Rows, err error) ([]Claim, error) {
	return db.Collect(rows, err, func(r *sql.Rows) (Claim, error) { return scanClaim(r) })
}

func claimByID(ctx context.Context, q db.Querier, s access.Scope, id int64) (Claim, error) {
	org, err := s.Organisation()
	if err != nil {
		return Claim{}, err
	}
	c, err := scanClaim(q.QueryRow(ctx, "SELECT "+claimColumns+" FROM claim c WHERE c.id = $1 AND c.organisation_id = $2", id, org))
	if db.NotFound(err) {
		return c, claimUnknown()
	}
	return c, err
}

func claimsOf(ctx context.Context, q db.Querier, s access.Scope, before int64, limit int) ([]Claim, error) {
	org, err := s.Organisation()
	if err != nil {
		return nil, err
	}
	out, err := collectClaims(q.Query(ctx, "SELECT "+claimColumns+" FROM claim c WHERE c.organisation_id = $1 AND ($2 = 0 OR c.id < $2) ORDER BY c.id DESC LIMIT $3", org, before, limit))
	if err != nil {
		return nil, fmt.Errorf("claims of organisation %d: %w", org, err)
	}
	return out, nil
}

func claimCount(ctx context.Context, q db.Querier, org int64) (n int, err error) {
	if err = q.QueryRow(ctx, "SELECT count(*) FROM claim WHERE organisation_id = $1", org).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting claims: %w", err)
	}
	return n, nil
}

// insertClaim stores a claim; false when the body has it already.
func insertClaim(ctx context.Context, tx *db.Tx, c *Claim) (bool, error) {
	low, _ := c.Span()
	err := tx.QueryRow(ctx, `INSERT INTO claim (organisation_id, kind, value, low, subdomains, internal, note, state, state_since, token, created_at, created_by)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12) ON CONFLICT (organisation_id, kind, value) DO NOTHING RETURNING id`,
		c.Organisation, c.Kind, c.Text, low, c.Subdomains, c.Internal, c.Note, c.State, db.Ms(c.StateSince), c.Token, db.Ms(c.CreatedAt), c.CreatedBy).Scan(&c.ID)
	if db.NotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("storing a claim: %w", err)
	}
	return true, nil
}

// ofLiving leaves out the claims of bodies that never came in or have gone.
const ofLiving = "EXISTS (SELECT 1 FROM organisation l WHERE l.id = c.organisation_id AND l.state NOT IN ('unconfirmed','rejected','withdrawn'))"

// maxOverlaps bounds what one claim brings before an operator: a network that
// holds more of other members' is refused at once.
const maxOverlaps = 100

// overlapping finds the living claims of other bodies that overlap with a value: those
// that begin inside of it, and those that are one of its possible containers.
// Both are looked up in indexes.
func overlapping(ctx context.Context, q db.Querier, v claim.Value, org int64) ([]Claim, error) {
	low, high := v.Span()
	const living = " FROM claim c WHERE c.kind = $1 AND c.organisation_id <> $2 AND NOT c.internal AND c.state <> 'refused' AND " + ofLiving
	out, err := collectClaims(q.Query(ctx, "SELECT "+claimColumns+living+" AND c.low >= $3 AND c.low <= $4 ORDER BY c.id LIMIT $5", v.Kind, org, low, high, maxOverlaps+1))
	if err != nil {
		return nil, fmt.Errorf("looking for overlaps: %w", err)
	}
	if above := v.Above(); len(above) > 0 {
		args := append([]any{v.Kind, org, low, high}, db.Args(above)...)
		holding, err := collectClaims(q.Query(ctx, "SELECT "+claimColumns+living+" AND (c.low < $3 OR c.low > $4) AND c.value IN "+db.In(5, len(above))+" ORDER BY c.id", args...))
		if err != nil {
			return nil, fmt.Errorf("looking for overlaps: %w", err)
		}
		out = append(out, holding...)
	}
	if len(out) > maxOverlaps {
		return nil, fault.New(fault.Invalid, "constituency.claim_overlaps", fault.P{"value": v.Text})
	}
	return out, nil
}

func insertOverlap(ctx context.Context, tx *db.Tx, c, other Claim, at time.Time) error {
	_, err := tx.Exec(ctx, "INSERT INTO claim_overlap (claim_id, other_id, relation, state, opened_at) VALUES ($1,$2,$3,'open',$4)",
		c.ID, other.ID, claim.Relate(c.Value, other.Value), db.Ms(at))
	if err != nil {
		return fmt.Errorf("recording an overlap: %w", err)
	}
	return nil
}

// verifiedHolding gives the verified claims that hold a value, the most specific first.
func verifiedHolding(ctx context.Context, q db.Querier, v claim.Value) ([]Claim, error) {
	texts := append(v.Above(), v.Text)
	args := append([]any{v.Kind, v.Text}, db.Args(texts)...)
	out, err := collectClaims(q.Query(ctx, "SELECT "+claimColumns+` FROM claim c WHERE c.kind = $1 AND c.state = 'verified' AND NOT c.internal AND `+ofLiving+`
		AND (c.kind <> 'domain' OR c.subdomains OR c.value = $2) AND c.value IN `+db.In(3, len(texts))+" ORDER BY c.id", args...))
	if err != nil {
		return nil, fmt.Errorf("looking for an owner: %w", err)
	}
	slices.SortStableFunc(out, func(a, b Claim) int {
		return cmp.Or(cmp.Compare(b.Prefix.Bits(), a.Prefix.Bits()), cmp.Compare(len(b.Text), len(a.Text)))
	})
	return out, nil
}

// Verified gives the domains and networks of living bodies that are known to be
// theirs, without those for internal use. For the territory alone.
func (m *Module) Verified(ctx context.Context, s access.Scope) ([]claim.Value, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	if err := s.Require(access.NetworkRead); err != nil {
		return nil, err
	}
	rows, err := m.db.Query(ctx, "SELECT c.kind, c.value FROM claim c WHERE c.state = 'verified' AND NOT c.internal AND "+ofLiving)
	all, err := db.Collect(rows, err, func(r *sql.Rows) (v claim.Value, err error) { return v, r.Scan(&v.Kind, &v.Text) })
	if err != nil {
		return nil, fmt.Errorf("verified claims: %w", err)
	}
	return all, nil
}

// storeState stores what is believed of a claim, and how it was found out.
func storeState(ctx context.Context, tx *db.Tx, c Claim) error {
	_, err := tx.Exec(ctx, `UPDATE claim SET state = $1, state_since = $2, method = $3, proved_at = $4, checked_at = $5, next_check_at = $6, failures = $7,
			decided_by = $8, reason = $9 WHERE id = $10 AND organisation_id = $11`,
		c.State, db.Ms(c.StateSince), c.Method, db.Ms(c.ProvedAt), db.Ms(c.CheckedAt), db.Ms(c.NextCheck), c.Failures, c.DecidedBy, c.Reason, c.ID, c.Organisation)
	if err != nil {
		return fmt.Errorf("storing claim %d: %w", c.ID, err)
	}
	return nil
}
