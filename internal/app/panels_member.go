// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"

	"martinella/internal/access"
	"martinella/internal/constituency"
	"martinella/internal/inventory"
	"martinella/internal/operations"
	"martinella/internal/vulnerability"
)

// affectedNames lists CNAs' names for the operator's page. The corpus does not
// rank them yet.
func (a *App) affectedNames() func(context.Context, access.Scope, int) ([]inventory.AffectedName, error) {
	return nil
}

// openCounts counts an item's open vulnerabilities for the stack's list.
func (a *App) openCounts() func(context.Context, access.Scope, []int64) (map[int64]int, error) {
	return nil
}

func (a *App) memberPanels() []constituency.Panel { return nil }

// homePanels is what the other rooms say on a member's home page.
func (a *App) homePanels() []vulnerability.Panel {
	var out []vulnerability.Panel
	for _, p := range a.rooms.constituency.HomePanels() {
		out = append(out, vulnerability.Panel(p))
	}
	return out
}

func (a *App) roomPanels() []operations.Panel { return nil }
