// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"

	"martinella/internal/access"
	"martinella/internal/operations"
)

// waitingRegistrations tells the control room of the bodies, and of what of theirs, waits for a decision.
func (a *App) waitingRegistrations(ctx context.Context, s access.Scope) ([]operations.Waiting, error) {
	w, err := a.rooms.constituency.Waiting(ctx, s)
	if err != nil {
		return nil, err
	}
	out := []operations.Waiting{
		{Key: "operations.waiting.registrations", Count: w.Registrations, Oldest: w.Oldest, Href: "/ops/registrations", Permission: access.RegistrationRead},
		{Key: "constituency.waiting.changes", Count: w.Changes, Oldest: w.ChangesOldest, Href: "/ops/changes", Permission: access.RegistrationRead},
	}
	out = append(out, operations.Waiting{Key: "constituency.waiting.silent", Count: w.Silent, Oldest: w.SilentOldest,
		Href: "/ops/members?record=silent", Permission: access.TerritoryRead})
	if w.Seconds > 0 || a.Config.FourEyes {
		out = append(out, operations.Waiting{Key: "constituency.waiting.seconds", Count: w.Seconds, Oldest: w.SecondsOldest,
			Href: "/ops/decisions", Permission: access.RegistrationRead})
	}
	return out, nil
}

// waitingNames tells the control room of the names nobody has resolved.
func (a *App) waitingNames(ctx context.Context, s access.Scope) ([]operations.Waiting, error) {
	if !s.Can(access.NameConfirm) {
		return nil, nil
	}
	n, err := a.rooms.inventory.NamesWaiting(ctx, s)
	return []operations.Waiting{{Key: "operations.waiting.names", Count: n, Href: "/ops/names", Permission: access.NameConfirm}}, err
}

// waitingKeys tells the control room of the contacts whose keys have ended, end soon or cannot be used.
func (a *App) waitingKeys(ctx context.Context, s access.Scope) ([]operations.Waiting, error) {
	n, err := a.rooms.constituency.WaitingKeys(ctx, s)
	return []operations.Waiting{{Key: "constituency.waiting.keys", Count: n, Href: "/ops/keys", Permission: access.ContactRead}}, err
}

// waitingClaims tells the control room of the domains and networks on which somebody must decide.
func (a *App) waitingClaims(ctx context.Context, s access.Scope) ([]operations.Waiting, error) {
	n, oldest, err := a.rooms.constituency.ClaimsWaiting(ctx, s)
	return []operations.Waiting{{Key: "constituency.waiting.claims", Count: n, Oldest: oldest, Href: "/ops/networks", Permission: access.NetworkRead}}, err
}
