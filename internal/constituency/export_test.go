// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"

	"martinella/internal/access"
)

// Sweep looks, as the schedule does, whose time has come to be asked for a confirmation.
func (m *Module) Sweep(ctx context.Context) error {
	return m.askDue(ctx, access.System("test"))
}
