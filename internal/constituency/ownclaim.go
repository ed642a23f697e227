// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/constituency/claim"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// ClaimState is how far a claim is believed.
type ClaimState string

// The states of a claim.
const (
	Claimed       ClaimState = "claimed"  // said by the member
	ClaimVerified ClaimState = "verified" // proved, or decided by an operator
	ClaimRefused  ClaimState = "refused"  // by an operator
	ClaimExpired  ClaimState = "expired"  // its proof has been gone for two weeks
)

// ClaimMethod is how a claim was verified.
type ClaimMethod string

// The methods.
const (
	ByDNS      ClaimMethod = "dns"      // a TXT record
	ByFile     ClaimMethod = "file"     // a file on the domain's own site
	ByOperator ClaimMethod = "operator" // somebody of the CSIRT decided
)

// Claim is a domain, network or autonomous system that a member says is its own.
type Claim struct {
	claim.Value
	ID           int64
	Organisation int64
	Note         string // what it is for
	State        ClaimState
	StateSince   time.Time
	Token        string
	Method       ClaimMethod
	ProvedAt     time.Time // when the proof was last found; zero: never
	CheckedAt    time.Time // when it was last looked for; zero: never
	NextCheck    time.Time
	Failures     int // days in a row on which it was not found
	DecidedBy    string
	Reason       string // what the operator told the member
	CreatedAt    time.Time
	CreatedBy    string
	Disputed     bool // it overlaps with another member's, and nobody has decided yet
}

// Record is the name of the TXT record that proves a domain, and File the address of the file.
func (c Claim) Record() string { return "_martinella-challenge." + c.Text }

// File is the address of the file that proves a domain.
func (c Claim) File() string { return "https://" + c.Text + "/.well-known/martinella-challenge.txt" }

// Proof is what the record or the file must hold.
func (c Claim) Proof() string { return "martinella-verify=" + c.Token }

// maxClaims bounds a body's claims.
const maxClaims = claim.MaxLines

// AddClaims records what the scope's organisation says is its own: those of
// the lines that can be claimed, all or, on an error, none. What it has already is
// passed over. Overlaps with other members wait for an operator; the member is
// never told whose they are. It gives how many were added.
func (m *Module) AddClaims(ctx context.Context, s access.Scope, lines []claim.Line, by string) (added int, err error) {
	org, err := s.Organisation()
	if err != nil {
		return 0, err
	}
	if err := s.Require(access.NetworkEdit); err != nil {
		return 0, err
	}
	err = m.db.Tx(ctx, func(tx *db.Tx) error {
		if err := m.claimTurn(ctx, tx); err != nil {
			return err
		}
		have, err := claimCount(ctx, tx, org)
		if err != nil {
			return err
		}
		for _, l := range lines {
			if l.Err != nil {
				continue
			}
			ok, err := m.addClaim(ctx, tx, s, org, l, by)
			if err != nil {
				return err
			}
			if ok {
				added++
			}
		}
		if have+added > maxClaims {
			return fault.New(fault.Invalid, "constituency.claims_full", fault.P{"n": maxClaims})
		}
		if added == 0 {
			return nil
		}
		return m.deps.Audit.Append(ctx, tx, s.Actor(), org, "claim.added", fmt.Sprintf("organisation:%d", org), map[string]any{"count": added})
	})
	return added, err
}

// claimTurn lets one change of claims at a time through, so that two that overlap see each other.
func (m *Module) claimTurn(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, "UPDATE registration_turn SET turn = turn + 1 WHERE one = 1"); err != nil {
		return fmt.Errorf("waiting for one's turn: %w", err)
	}
	return nil
}

// addClaim stores one claim with its overlaps; false when the body has it already.
func (m *Module) addClaim(ctx context.Context, tx *db.Tx, s access.Scope, org int64, l claim.Line, by string) (bool, error) {
	c := Claim{Value: l.Value, Organisation: org, Note: l.Note, State: Claimed, StateSince: m.now(), Token: rand.Text(), CreatedAt: m.now(), CreatedBy: by}
	ok, err := insertClaim(ctx, tx, &c)
	if err != nil || !ok || c.Internal {
		return ok, err
	}
	others, err := overlapping(ctx, tx, c.Value, org)
	if err != nil {
		return false, err
	}
	for _, o := range others {
		if err := insertOverlap(ctx, tx, c, o, m.now()); err != nil {
			return false, err
		}
		if err := m.auditClaim(ctx, tx, s, "claim.overlaps", c, nil); err != nil {
			return false, err
		}
	}
	return true, nil
}

// RemoveClaim withdraws a claim.
func (m *Module) RemoveClaim(ctx context.Context, s access.Scope, id int64) error {
	return m.changeClaim(ctx, s, id, func(tx *db.Tx, c Claim) error {
		if _, err := tx.Exec(ctx, "DELETE FROM claim WHERE id = $1 AND organisation_id = $2", id, c.Organisation); err != nil {
			return fmt.Errorf("removing claim %d: %w", id, err)
		}
		return m.auditClaim(ctx, tx, s, "claim.removed", c, nil)
	})
}

// changeClaim runs a change of one claim of the scope's organisation alone.
func (m *Module) changeClaim(ctx context.Context, s access.Scope, id int64, change func(*db.Tx, Claim) error) error {
	if err := s.Require(access.NetworkEdit); err != nil {
		return err
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		if err := m.claimTurn(ctx, tx); err != nil {
			return err
		}
		c, err := claimByID(ctx, tx, s, id)
		if err != nil {
			return err
		}
		return change(tx, c)
	})
}

// Claim gives one claim of the scope's organisation.
func (m *Module) Claim(ctx context.Context, s access.Scope, id int64) (Claim, error) {
	if err := s.Require(access.NetworkRead); err != nil {
		return Claim{}, err
	}
	return claimByID(ctx, m.db, s, id)
}

// Claims gives a page of the claims of the scope's organisation, the newest first, older than claim before (0: from the newest).
func (m *Module) Claims(ctx context.Context, s access.Scope, before int64, limit int) ([]Claim, error) {
	if err := s.Require(access.NetworkRead); err != nil {
		return nil, err
	}
	return claimsOf(ctx, m.db, s, before, limit)
}

func claimUnknown() error { return fault.New(fault.NotFound, "constituency.claim_unknown") }

// claimFault says in a sentence why a line is not taken.
func claimFault(err error) string {
	for known, code := range map[error]string{
		claim.ErrSuffix: "constituency.claim_suffix", claim.ErrHostBits: "constituency.claim_host_bits", claim.ErrWide: "constituency.claim_wide",
		claim.ErrSpecial: "constituency.claim_special", claim.ErrRepeated: "constituency.claim_repeated", claim.ErrTooMany: "constituency.claim_too_many",
	} {
		if errors.Is(err, known) {
			return code
		}
	}
	return "constituency.claim_shape"
}

// auditClaim logs what happened to a claim. What is claimed is said: it is no personal datum.
func (m *Module) auditClaim(ctx context.Context, tx *db.Tx, s access.Scope, action string, c Claim, more map[string]any) error {
	detail := map[string]any{"kind": c.Kind, "value": c.Text}
	for name, value := range more {
		detail[name] = value
	}
	return m.deps.Audit.Append(ctx, tx, s.Actor(), c.Organisation, action, fmt.Sprintf("claim:%d", c.ID), detail)
}

// Owner is whose a domain or an address is.
type Owner struct {
	Organisation int64
	Claim        Claim
}

// OwnerOf gives the members to whom a domain or an IP address belongs by a
// verified claim, by the most specific that holds it: one, several who share
// it, or nobody. A domain belongs to who claimed it, or a domain above with its
// subdomains. Addresses for internal use belong to nobody. Territory only.
func (m *Module) OwnerOf(ctx context.Context, s access.Scope, what string) ([]Owner, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	if a, err := netip.ParseAddr(strings.TrimSpace(what)); err == nil {
		what = a.Unmap().WithZone("").String()
	}
	v, err := claim.Parse(what)
	if err != nil || v.Internal {
		return nil, nil
	}
	found, err := verifiedHolding(ctx, m.db, v)
	if err != nil {
		return nil, err
	}
	var out []Owner
	for _, c := range found {
		if len(out) > 0 && len(c.Text) != len(out[0].Claim.Text) && c.Kind == claim.Domain || len(out) > 0 && c.Prefix.Bits() != out[0].Claim.Prefix.Bits() {
			break // less specific
		}
		out = append(out, Owner{c.Organisation, c})
	}
	return out, nil
}
