// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"fmt"

	"martinella/internal/access"
)

// NameOf gives a person's name, for the history of what he did; "" when there
// is no such person any more. System only: pages ask through a part of the program.
func (m *Module) NameOf(ctx context.Context, s access.Scope, person int64) (string, error) {
	if err := s.Territory(); err != nil {
		return "", err
	}
	p, err := personByID(ctx, m.DB, person)
	if err != nil {
		return "", fmt.Errorf("name of person %d: %w", person, err)
	}
	return p.Name, nil
}
