// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"

	"martinella/internal/access"
	"martinella/internal/operations"
)

// waitingRegistrations tells the control room of the bodies that wait.
func (a *App) waitingRegistrations(ctx context.Context, s access.Scope) ([]operations.Waiting, error) {
	w, err := a.rooms.constituency.Waiting(ctx, s)
	return []operations.Waiting{{Key: "operations.waiting.registrations", Count: w.Registrations, Oldest: w.Oldest,
		Href: "/ops/registrations", Permission: access.RegistrationRead}}, err
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
