// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"martinella/internal/platform/db"
)

// verdict is what people said a name means for one organisation; without
// product: that no known product is meant.
type verdict struct {
	part, vendor, product string
	reason                string // reasonName, reasonAll, reasonPeer
}

// alias is a row of name_alias.
type alias struct {
	organisation          int64
	key                   string
	part, vendor, product string
}

// verdicts looks up what people said of names: the organisation itself, then
// the CSIRT for everyone, then what most other organisations said.
func (m *Module) verdicts(ctx context.Context, q db.Querier, org int64, keys []string) (map[string]verdict, error) {
	byKey := map[string][]alias{}
	for chunk := range slices.Chunk(keys, 400) {
		rows, err := q.Query(ctx, `SELECT organisation_id, name_key, part, vendor, product FROM name_alias
			WHERE name_key IN `+db.In(1, len(chunk)), db.Args(chunk)...)
		list, err := db.Collect(rows, err, func(r *sql.Rows) (a alias, err error) {
			return a, r.Scan(&a.organisation, &a.key, &a.part, &a.vendor, &a.product)
		})
		if err != nil {
			return nil, fmt.Errorf("looking names up: %w", err)
		}
		for _, a := range list {
			byKey[a.key] = append(byKey[a.key], a)
		}
	}
	out := make(map[string]verdict, len(byKey))
	for key, list := range byKey {
		if v, ok := decide(org, list); ok {
			out[key] = v
		}
	}
	return out, nil
}

// decide weighs what was said of one name.
func decide(org int64, said []alias) (verdict, bool) {
	votes := map[verdict]int{}
	var all *alias
	for i, a := range said {
		switch a.organisation {
		case org:
			return verdict{a.part, a.vendor, a.product, reasonName}, true
		case 0:
			all = &said[i]
		default:
			if a.product != "" { // that it is nothing known may hold for one alone
				votes[verdict{a.part, a.vendor, a.product, reasonPeer}]++
			}
		}
	}
	if all != nil {
		return verdict{all.part, all.vendor, all.product, reasonAll}, true
	}
	return mostVoted(votes)
}

// mostVoted gives what most said; when as many said something else, nothing.
func mostVoted(votes map[verdict]int) (verdict, bool) {
	var best, second int
	var winner verdict
	for v, n := range votes {
		switch {
		case n > best:
			best, second, winner = n, best, v
		case n > second:
			second = n
		}
	}
	return winner, best > second
}
