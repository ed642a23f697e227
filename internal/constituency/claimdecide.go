// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"database/sql"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/constituency/claim"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Overlap is two claims of different members that an operator has to decide on.
type Overlap struct {
	ID        int64
	Claim     int64 // the later one
	Other     int64 // the earlier one
	Relation  claim.Relation
	State     OverlapState
	OpenedAt  time.Time
	DecidedAt time.Time
	DecidedBy string
	Reason    string
	// The claim on the other side of the one that was asked about, and whose it is.
	Facing                 Claim
	FacingName, FacingCode string
}

// OverlapState is what was decided.
type OverlapState string

// The decisions on an overlap.
const (
	OverlapOpen        OverlapState = "open"
	OverlapShared      OverlapState = "shared"      // both have it: a consortium that hosts, two bodies in one network
	OverlapTransferred OverlapState = "transferred" // it is the later one's now
	OverlapRefused     OverlapState = "refused"     // it stays the earlier one's
	OverlapVoid        OverlapState = "void"        // one of the two was refused for another reason
)

// WaitingClaim is a claim in the operators' list, with whose it is.
type WaitingClaim struct {
	Claim
	OrganisationName, OrganisationCode string
}

// waits says which claims wait for an operator: those that overlap, and networks and
// autonomous systems, which nobody can prove by himself.
const waits = `(EXISTS (SELECT 1 FROM claim_overlap v WHERE v.state = 'open' AND (v.claim_id = c.id OR v.other_id = c.id))
	OR c.state = 'claimed' AND c.kind <> 'domain' AND NOT c.internal)`

// ClaimsWaiting counts the claims that wait for an operator, and since when the oldest does.
func (m *Module) ClaimsWaiting(ctx context.Context, s access.Scope) (n int, oldest time.Time, err error) {
	if err := s.Territory(); err != nil {
		return 0, oldest, err
	}
	err = m.db.QueryRow(ctx, "SELECT count(*), min(c.created_at) FROM claim c WHERE "+waits+" AND "+ofLiving).Scan(&n, db.Time(&oldest))
	if err != nil {
		return 0, oldest, fmt.Errorf("counting claims: %w", err)
	}
	return n, oldest, nil
}

// AllClaims gives a page of all members' claims, or of those that wait, after claim after, the oldest first.
func (m *Module) AllClaims(ctx context.Context, s access.Scope, waiting bool, text string, after int64, limit int) ([]WaitingClaim, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	if err := s.Require(access.NetworkRead); err != nil {
		return nil, err
	}
	where, args := "c.id > $1", []any{after, limit}
	if waiting {
		where += " AND " + waits + " AND " + ofLiving
	}
	if text = strings.ToLower(strings.TrimSpace(text)); text != "" {
		where += ` AND (LOWER(c.value) LIKE $3 ESCAPE '\' OR o.name_fold LIKE $3 ESCAPE '\')`
		args = append(args, "%"+db.Like(text)+"%")
	}
	rows, err := m.db.Query(ctx, "SELECT "+claimColumns+", o.name, o.code FROM claim c JOIN organisation o ON o.id = c.organisation_id WHERE "+where+" ORDER BY c.id LIMIT $2", args...)
	out, err := db.Collect(rows, err, func(r *sql.Rows) (w WaitingClaim, err error) {
		w.Claim, err = scanClaim(r, &w.OrganisationName, &w.OrganisationCode)
		return w, err
	})
	if err != nil {
		return nil, fmt.Errorf("listing claims: %w", err)
	}
	return out, nil
}

// ClaimOf gives a claim of whatever member. Territory only.
func (m *Module) ClaimOf(ctx context.Context, s access.Scope, id int64) (WaitingClaim, error) {
	if err := s.Territory(); err != nil {
		return WaitingClaim{}, err
	}
	if err := s.Require(access.NetworkRead); err != nil {
		return WaitingClaim{}, err
	}
	return claimAnywhere(ctx, m.db, id)
}

func claimAnywhere(ctx context.Context, q db.Querier, id int64) (w WaitingClaim, err error) {
	w.Claim, err = scanClaim(q.QueryRow(ctx, "SELECT "+claimColumns+", o.name, o.code FROM claim c JOIN organisation o ON o.id = c.organisation_id WHERE c.id = $1", id),
		&w.OrganisationName, &w.OrganisationCode)
	if db.NotFound(err) {
		return w, claimUnknown()
	}
	return w, err
}

// Overlaps gives the overlaps of a claim, the open ones first. Territory only: a member never learns whose the other is.
func (m *Module) Overlaps(ctx context.Context, s access.Scope, id int64) ([]Overlap, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	return overlapsOf(ctx, m.db, id)
}

func overlapsOf(ctx context.Context, q db.Querier, id int64) ([]Overlap, error) {
	rows, err := q.Query(ctx, "SELECT "+claimColumns+`, o.name, o.code, x.id, x.claim_id, x.other_id, x.relation, x.state, x.opened_at, x.decided_at, x.decided_by, x.reason
		FROM claim_overlap x JOIN claim c ON c.id = CASE WHEN x.claim_id = $1 THEN x.other_id ELSE x.claim_id END
		JOIN organisation o ON o.id = c.organisation_id
		WHERE x.claim_id = $1 OR x.other_id = $1 ORDER BY CASE x.state WHEN 'open' THEN 0 ELSE 1 END, x.id`, id)
	return db.Collect(rows, err, func(r *sql.Rows) (v Overlap, err error) {
		v.Facing, err = scanClaim(r, &v.FacingName, &v.FacingCode, &v.ID, &v.Claim, &v.Other, &v.Relation, &v.State, db.Time(&v.OpenedAt), db.Time(&v.DecidedAt), &v.DecidedBy, &v.Reason)
		return v, err
	})
}

// ClaimDecision is what an operator decides on a claim or on one of its overlaps.
type ClaimDecision struct {
	Overlap int64  // 0: on the claim itself
	Action  string // verify, refuse; of an overlap: shared, transferred, refused
	Reason  string // told to the member; needed for whatever takes something away
	By      string
}

// DecideClaim lets an operator decide. The state, the overlaps and the log change together.
func (m *Module) DecideClaim(ctx context.Context, s access.Scope, id int64, d ClaimDecision) error {
	if err := s.Territory(); err != nil {
		return err
	}
	if err := s.Require(access.AccreditationEdit); err != nil {
		return err
	}
	d.Reason = strings.TrimSpace(d.Reason)
	if len(d.Reason) > 2000 {
		return fault.New(fault.Invalid, "constituency.claim_decision").Field("reason", "constituency.too_long", fault.P{"limit": 2000})
	}
	if d.Reason == "" && d.Action != string(OverlapShared) {
		return fault.New(fault.Invalid, "constituency.claim_decision").Field("reason", "constituency.claim_reason")
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		if err := m.claimTurn(ctx, tx); err != nil {
			return err
		}
		c, err := claimAnywhere(ctx, tx, id)
		if err != nil {
			return err
		}
		if d.Overlap != 0 {
			return m.decideOverlap(ctx, tx, s, c.Claim, d)
		}
		return m.decideAlone(ctx, tx, s, c.Claim, d)
	})
}

func (m *Module) decideAlone(ctx context.Context, tx *db.Tx, s access.Scope, c Claim, d ClaimDecision) error {
	switch {
	case d.Action == "refuse":
		return m.refuse(ctx, tx, s, c, d)
	case d.Action != "verify" || c.Internal:
		return fault.New(fault.Invalid, "constituency.claim_decision").Field("action", "constituency.claim_action")
	case c.Disputed:
		return fault.New(fault.Conflict, "constituency.claim_disputed")
	}
	return m.verify(ctx, tx, s, c, d)
}

// verify believes a claim on an operator's word.
func (m *Module) verify(ctx context.Context, tx *db.Tx, s access.Scope, c Claim, d ClaimDecision) error {
	c.State, c.StateSince, c.Method, c.DecidedBy, c.Reason, c.NextCheck = ClaimVerified, m.now(), ByOperator, d.By, d.Reason, time.Time{}
	if err := storeState(ctx, tx, c); err != nil {
		return err
	}
	return m.auditClaim(ctx, tx, s, "claim.verified", c, map[string]any{"method": ByOperator, "reason": d.Reason})
}

// refuse takes a claim out of the question; its overlaps have nothing left to decide.
func (m *Module) refuse(ctx context.Context, tx *db.Tx, s access.Scope, c Claim, d ClaimDecision) error {
	c.State, c.StateSince, c.DecidedBy, c.Reason, c.NextCheck = ClaimRefused, m.now(), d.By, d.Reason, time.Time{}
	if err := storeState(ctx, tx, c); err != nil {
		return err
	}
	all, err := overlapsOf(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, v := range all {
		if v.State == OverlapOpen {
			if err := m.close(ctx, tx, v, OverlapVoid, d); err != nil {
				return err
			}
			if err := m.settle(ctx, tx, s, v.Facing.ID); err != nil {
				return err
			}
		}
	}
	return m.auditClaim(ctx, tx, s, "claim.refused", c, map[string]any{"reason": d.Reason})
}

func (m *Module) decideOverlap(ctx context.Context, tx *db.Tx, s access.Scope, c Claim, d ClaimDecision) error {
	all, err := overlapsOf(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(v Overlap) bool { return v.ID == d.Overlap })
	if i < 0 {
		return claimUnknown()
	}
	v := all[i]
	if v.State != OverlapOpen {
		return fault.New(fault.Conflict, "constituency.claim_decided")
	}
	later, earlier := c, v.Facing
	if v.Other == c.ID {
		later, earlier = v.Facing, c
	}
	state := OverlapState(d.Action)
	if state != OverlapShared && state != OverlapTransferred && state != OverlapRefused {
		return fault.New(fault.Invalid, "constituency.claim_decision").Field("action", "constituency.claim_action")
	}
	if err := m.close(ctx, tx, v, state, d); err != nil {
		return err
	}
	if err := m.auditClaim(ctx, tx, s, "claim.overlap_"+d.Action, later, map[string]any{"other": earlier.Organisation, "reason": d.Reason}); err != nil {
		return err
	}
	switch state {
	case OverlapTransferred:
		err = m.transfer(ctx, tx, s, earlier, later, d)
	case OverlapRefused:
		err = m.refuse(ctx, tx, s, later, d)
	}
	if err != nil {
		return err
	}
	for _, id := range []int64{later.ID, earlier.ID} {
		if err := m.settle(ctx, tx, s, id); err != nil {
			return err
		}
	}
	return nil
}

// transfer takes a claim from one member and believes the other's, unless a third one disputes it.
func (m *Module) transfer(ctx context.Context, tx *db.Tx, s access.Scope, from, to Claim, d ClaimDecision) error {
	if err := m.refuse(ctx, tx, s, from, d); err != nil {
		return err
	}
	now, err := claimAnywhere(ctx, tx, to.ID)
	if err != nil || now.Disputed {
		return err
	}
	return m.verify(ctx, tx, s, now.Claim, d)
}

func (m *Module) close(ctx context.Context, tx *db.Tx, v Overlap, state OverlapState, d ClaimDecision) error {
	_, err := tx.Exec(ctx, "UPDATE claim_overlap SET state = $1, decided_at = $2, decided_by = $3, reason = $4 WHERE id = $5", state, db.Ms(m.now()), d.By, d.Reason, v.ID)
	if err != nil {
		return fmt.Errorf("deciding overlap %d: %w", v.ID, err)
	}
	return nil
}

// settle verifies a claim whose proof was found while an overlap stood in its way.
func (m *Module) settle(ctx context.Context, tx *db.Tx, s access.Scope, id int64) error {
	c, err := claimAnywhere(ctx, tx, id)
	if err != nil || c.Disputed || c.State != Claimed || c.ProvedAt.IsZero() {
		return err
	}
	c.State, c.StateSince = ClaimVerified, m.now()
	if err := storeState(ctx, tx, c.Claim); err != nil {
		return err
	}
	return m.auditClaim(ctx, tx, s, "claim.verified", c.Claim, map[string]any{"method": c.Method})
}

// ReverseNames gives the names that the first address of a network has in the
// DNS, as a help to whoever decides; none when nobody answers in time.
func (m *Module) ReverseNames(ctx context.Context, s access.Scope, c Claim) ([]string, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	if m.deps.Prover == nil || c.Kind != claim.Network || c.Internal {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	var out []string
	for _, a := range []netip.Addr{c.Prefix.Addr(), c.Prefix.Addr().Next()} {
		names, err := m.deps.Prover.Names(ctx, a)
		if err != nil {
			continue
		}
		for _, n := range names[:min(len(names), 5)] {
			out = append(out, a.String()+" "+strings.TrimSuffix(n, "."))
		}
	}
	return out, nil
}
