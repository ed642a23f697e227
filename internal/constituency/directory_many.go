// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/platform/db"
)

// Organisations gives those of ids that exist and that the scope may see, whole, in no order.
func (m *Module) Organisations(ctx context.Context, s access.Scope, ids []int64) ([]Organisation, error) {
	if err := s.Require(access.OrganisationRead); err != nil {
		return nil, err
	}
	var visible []int64
	for _, id := range ids {
		if _, err := s.For(id); err == nil {
			visible = append(visible, id)
		}
	}
	var out []Organisation
	for len(visible) > 0 {
		some := visible[:min(activeBatch, len(visible))]
		visible = visible[len(some):]
		rows, err := m.db.Query(ctx, "SELECT "+organisationColumns+" FROM organisation WHERE id IN "+db.In(1, len(some)), db.Args(some)...)
		found, err := db.Collect(rows, err, scanOrganisations)
		if err != nil {
			return nil, fmt.Errorf("reading organisations: %w", err)
		}
		out = append(out, found...)
	}
	return out, nil
}
