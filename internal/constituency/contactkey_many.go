// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
)

// KeysByAddress gives, for the contacts of some organisations, the key with which
// to encrypt to each of their addresses at a moment, by the address in small
// letters; who has no key at all is not in it.
func (m *Module) KeysByAddress(ctx context.Context, s access.Scope, ids []int64, at time.Time) (map[string]KeyAnswer, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	all := map[string][]ContactKey{}
	for some := range slices.Chunk(ids, 500) {
		rows, err := m.db.Query(ctx, "SELECT "+keyColumns+", c.email FROM contact_key k JOIN contact c ON c.id = k.contact_id WHERE k.organisation_id IN "+db.In(1, len(some))+
			" ORDER BY k.added_at DESC, k.id DESC", db.Args(some)...)
		_, err = db.Collect(rows, err, func(r *sql.Rows) (x struct{}, err error) {
			var address string
			k, err := scanKey(r, &address)
			address = strings.ToLower(strings.TrimSpace(address))
			all[address] = append(all[address], k)
			return x, err
		})
		if err != nil {
			return nil, fmt.Errorf("keys of %d organisations: %w", len(some), err)
		}
	}
	out := make(map[string]KeyAnswer, len(all))
	for address, list := range all {
		out[address] = bestKey(list, at)
	}
	return out, nil
}
