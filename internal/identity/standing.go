// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
)

// standing is what a person is, and what that asks of him when he comes in.
type standing struct {
	access.Principal
	entrances map[int64]entrance // of his organisations that ask for something
}

// standingColumns are a standing as three texts, for queries over person p:
// reading a session stays one query.
const standingColumns = `
	COALESCE((SELECT string_agg(r.role, ',') FROM person_role r WHERE r.person_id = p.id), ''),
	COALESCE((SELECT string_agg(CAST(m.organisation_id AS TEXT) || ':' || m.role, ',') FROM membership m WHERE m.person_id = p.id), ''), ` + entranceColumns

// standingWords are the texts of standingColumns.
type standingWords struct{ roles, memberships, entrances string }

func (w standingWords) standing(person int64) standing {
	return standing{
		Principal: access.Principal{Person: person, Staff: parseRoles(w.roles), Memberships: parseMemberships(w.memberships)},
		entrances: parseEntrances(w.entrances),
	}
}

func standingOf(ctx context.Context, q db.Querier, person int64) (standing, error) {
	var w standingWords
	err := q.QueryRow(ctx, "SELECT "+standingColumns+" FROM person p WHERE p.id = $1", person).Scan(&w.roles, &w.memberships, &w.entrances)
	if err != nil {
		return standing{}, fmt.Errorf("reading what a person is: %w", err)
	}
	return w.standing(person), nil
}

// mandatory says whether the person may not be without a second factor: the
// CSIRT's people, whoever administers an organisation, and everybody in an
// organisation that wants it so.
func (s standing) mandatory() bool {
	if s.IsStaff() {
		return true
	}
	for org, roles := range s.Memberships {
		if slices.Contains(roles, access.OrgAdmin) || s.entrances[org].SecondFactor {
			return true
		}
	}
	return false
}

// outside gives the organisations that do not admit their people from an address.
func outside(entrances map[int64]entrance, address netip.Addr, now time.Time) map[int64]bool {
	var out map[int64]bool
	for org, e := range entrances {
		if !e.admits(address, now) {
			if out == nil {
				out = map[int64]bool{}
			}
			out[org] = true
		}
	}
	return out
}

// shutOut says whether nothing of what the person belongs to admits him from an
// address: he may then not even sign in.
func (s standing) shutOut(address netip.Addr, now time.Time) bool {
	return !s.IsStaff() && len(s.Memberships) > 0 && len(outside(s.entrances, address, now)) == len(s.Memberships)
}

func parseRoles(text string) (out []access.Role) {
	for word := range strings.SplitSeq(text, ",") {
		if r := access.Role(word); r.Staff() {
			out = append(out, r)
		}
	}
	return out
}

func parseMemberships(text string) map[int64][]access.Role {
	out := map[int64][]access.Role{}
	for pair := range strings.SplitSeq(text, ",") {
		id, role, _ := strings.Cut(pair, ":")
		org, err := strconv.ParseInt(id, 10, 64)
		if r := access.Role(role); err == nil && r.Member() {
			out[org] = append(out[org], r)
		}
	}
	return out
}
