// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"

	"martinella/internal/access"
	"martinella/internal/identity"
	"martinella/internal/inventory"
)

// memberFacts counts what inventory and identity know of a member, under the names
// data/completeness and data/onboarding use.
func (a *App) memberFacts(ctx context.Context, s access.Scope) (map[string]int, error) {
	stack, err := a.rooms.inventory.Counts(ctx, s)
	if err != nil {
		return nil, err
	}
	exposed, err := a.rooms.inventory.List(ctx, s, inventory.Filter{Exposure: inventory.Internet, Limit: 1})
	if err != nil {
		return nil, err
	}
	people, err := a.rooms.identity.People(ctx, s)
	if err != nil {
		return nil, err
	}
	active := 0
	for _, p := range people {
		if p.State() == identity.Active {
			active++
		}
	}
	return map[string]int{
		"stack_items": stack.Total, "stack_known": stack.Total - stack.Waiting(), "stack_internet": exposed.Total, "people": active,
	}, nil
}
