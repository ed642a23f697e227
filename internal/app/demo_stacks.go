// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/app/demo"
	"martinella/internal/inventory"
)

// stack declares what a body runs: one item after the other, then whole lists.
func (st *stage) stack(ctx context.Context, o demo.Organisation) error {
	s, err := st.member(keeper(o), o.Code)
	if err != nil {
		return err
	}
	for _, i := range o.Items {
		if _, err := st.rooms.inventory.Add(ctx, s, entry(i)); err != nil {
			return fmt.Errorf("%s: %w", i.Label, err)
		}
		st.clock.Advance(time.Minute)
	}
	for _, i := range o.Imports {
		if err := st.importList(ctx, s, i); err != nil {
			return fmt.Errorf("%s: %w", i.File, err)
		}
		st.clock.Advance(time.Minute)
	}
	return nil
}

// keeper is who looks after a body's stack: its technician, else who is there.
func keeper(o demo.Organisation) string {
	for _, role := range []access.Role{access.OrgTechnician, access.OrgSecurity} {
		for _, p := range o.People {
			if p.Role == string(role) {
				return p.Email
			}
		}
	}
	return o.People[0].Email
}

func entry(i demo.Item) inventory.Entry {
	return inventory.Entry{
		Asset: i.Asset, Label: i.Label, Product: i.Product, Version: i.Version, Quantity: i.Quantity, Owner: i.Owner,
		Exposure: inventory.Exposure(i.Exposure), Criticality: inventory.Criticality(i.Criticality), Notes: i.Notes,
	}
}

// importList hands a list over and applies it.
func (st *stage) importList(ctx context.Context, s access.Scope, i demo.Import) error {
	f, err := demo.OpenImport(i.File)
	if err != nil {
		return err
	}
	defer f.Close()
	imp, err := st.rooms.inventory.Upload(ctx, s, inventory.Source(i.Kind), i.File, i.Asset, f)
	if err != nil {
		return err
	}
	if imp.State != inventory.Ready {
		return fmt.Errorf("the list is %s: %w", imp.State, imp.Fault)
	}
	imp, err = st.rooms.inventory.Apply(ctx, s, imp.ID, false)
	if err == nil && imp.State != inventory.Done {
		err = fmt.Errorf("the list is %s", imp.State)
	}
	return err
}

// update puts an item on another version.
func (st *stage) update(ctx context.Context, u demo.Update) error {
	s, err := st.member(u.By, u.Organisation)
	if err != nil {
		return err
	}
	page, err := st.rooms.inventory.List(ctx, s, inventory.Filter{Text: u.Label, Limit: 1})
	if err != nil || len(page.Items) == 0 {
		return fmt.Errorf("%s is not in the stack: %w", u.Label, err)
	}
	i := page.Items[0]
	_, err = st.rooms.inventory.Edit(ctx, s, i.ID, inventory.Entry{
		Asset: i.Asset, Label: i.Label, Publisher: i.Publisher, Product: i.Ref(), Version: u.Version, Update: i.Update, Edition: i.Edition,
		TargetSW: i.TargetSW, Quantity: i.Quantity, Owner: i.Owner, Exposure: i.Exposure, Criticality: i.Criticality, Notes: i.Notes,
	}, i.Revision)
	return err
}
