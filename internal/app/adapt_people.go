// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/constituency"
	"martinella/internal/identity"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// directory is the constituency for rooms that are built before it.
type directory struct{ r *rooms }

// OrganisationByCode implements gate.Directory.
func (d directory) OrganisationByCode(ctx context.Context, s access.Scope, code string) (gate.Organisation, error) {
	return d.r.constituency.OrganisationByCode(ctx, s, code)
}

// OrganisationsByID implements gate.Directory.
func (d directory) OrganisationsByID(ctx context.Context, s access.Scope, ids []int64) ([]gate.Organisation, error) {
	return d.r.constituency.OrganisationsByID(ctx, s, ids)
}

// Organisations implements identity.Organisations. An organisation is committed
// long before anybody is invited into it, so q is not needed.
func (d directory) Organisations(ctx context.Context, _ db.Querier, s access.Scope, ids []int64) ([]identity.Organisation, error) {
	all, err := d.r.constituency.OrganisationsByID(ctx, s, ids)
	out := make([]identity.Organisation, 0, len(all))
	for _, o := range all {
		out = append(out, identity.Organisation{ID: o.ID, Code: o.Code, Name: o.Name})
	}
	return out, err
}

// people is identity for the constituency.
type people struct{ r *rooms }

// Invite implements constituency.People: who already belongs to the organisation stays as he is.
func (p people) Invite(ctx context.Context, tx *db.Tx, s access.Scope, i constituency.Invitation) error {
	_, err := p.r.identity.Invite(ctx, tx, s, identity.Invitation{
		Organisation: i.Organisation, Name: i.Name, Email: i.Email, Language: i.Language, Role: i.Role,
	})
	if fault.KindOf(err) == fault.Conflict {
		return nil
	}
	return err
}
