// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"strconv"
	"unicode/utf8"

	"martinella/internal/inventory/intake"
	"martinella/internal/platform/fault"
)

// Entry is what a person says of an item.
type Entry struct {
	Asset       string
	Label       string
	Publisher   string
	Product     string // a product chosen from the dictionary (names.Product.Ref), "" for none
	Version     string
	Update      string
	Edition     string
	TargetSW    string
	CPE         string
	PURL        string
	Quantity    int // 0: one
	Owner       string
	Exposure    Exposure    // "" : its asset's
	Criticality Criticality // "" : its asset's
	Notes       string
}

// tidy cleans the fields and fills in what is usual.
func (e *Entry) tidy() {
	for _, s := range []*string{&e.Asset, &e.Label, &e.Publisher, &e.Version, &e.Update, &e.Edition, &e.TargetSW, &e.CPE, &e.PURL, &e.Owner} {
		*s = intake.Tidy(*s)
	}
	if e.Quantity == 0 {
		e.Quantity = 1
	}
}

// check says all that is wrong with an entry, field by field.
func (e Entry) check() error {
	f := fault.New(fault.Invalid, "inventory.entry")
	for _, c := range []struct {
		name  intake.Field
		value string
	}{
		{intake.Asset, e.Asset}, {intake.Label, e.Label}, {intake.Publisher, e.Publisher}, {intake.Version, e.Version},
		{intake.CPE, e.CPE}, {intake.PURL, e.PURL}, {intake.Owner, e.Owner}, {intake.Notes, e.Notes},
	} {
		tooLong(f, string(c.name), c.value, c.name.Limit())
	}
	for name, value := range map[string]string{"update": e.Update, "edition": e.Edition, "target_sw": e.TargetSW} {
		tooLong(f, name, value, intake.Version.Limit())
	}
	if e.Label == "" && e.CPE == "" && e.PURL == "" {
		f.Field("label", "inventory.label_missing")
	}
	if e.Quantity < 1 || e.Quantity > intake.MaxQuantity {
		f.Field("quantity", "inventory.quantity", fault.P{"max": intake.MaxQuantity})
	}
	if e.Exposure != "" && !known(Exposures(), e.Exposure) {
		f.Field("exposure", "inventory.exposure")
	}
	if e.Criticality != "" && !known(Criticalities(), e.Criticality) {
		f.Field("criticality", "inventory.criticality")
	}
	return f.OrNil()
}

func tooLong(f *fault.Error, name, value string, limit int) {
	if n := utf8.RuneCountInString(value); n > limit {
		f.Field(name, "inventory.field_long", fault.P{"limit": limit, "length": n})
	}
}

func known[T comparable](list []T, v T) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

// content is the entry with its identity still open.
func (e Entry) content() Content {
	c := Content{
		Asset: e.Asset, Label: e.Label, Publisher: e.Publisher, Quantity: e.Quantity, Owner: e.Owner,
		Exposure: ExposureUnknown, Criticality: Medium, Notes: e.Notes, Source: Manual,
		Identity: Identity{Version: e.Version, Update: e.Update, Edition: e.Edition, TargetSW: e.TargetSW, CPE: e.CPE, PURL: e.PURL},
	}
	c.exposed(e.Exposure)
	c.critical(e.Criticality)
	return c
}

// exposed says an exposure of the item itself; "" leaves it to the asset.
func (c *Content) exposed(e Exposure) {
	if c.OwnExposure = e != ""; c.OwnExposure {
		c.Exposure = e
	}
}

// critical says a criticality of the item itself; "" leaves it to the asset.
func (c *Content) critical(k Criticality) {
	if c.OwnCriticality = k != ""; c.OwnCriticality {
		c.Criticality = k
	}
}

// inherits takes what the item had of its asset, as long as that is the same one.
func (c *Content) inherits(was Content) {
	if assetKey(c.Asset) != assetKey(was.Asset) {
		return
	}
	if !c.OwnExposure && !was.OwnExposure {
		c.Exposure = was.Exposure
	}
	if !c.OwnCriticality && !was.OwnCriticality {
		c.Criticality = was.Criticality
	}
}

// merge writes the fields a list's row has over c.
func merge(c Content, r intake.Row) Content {
	for f, v := range r.Values {
		switch f {
		case intake.Asset:
			c.Asset = v
		case intake.Label:
			c.Label = v
		case intake.Publisher:
			c.Publisher = v
		case intake.Version:
			c.Version = v
		case intake.CPE:
			c.CPE = v
		case intake.PURL:
			c.PURL = v
		case intake.Quantity:
			c.Quantity, _ = strconv.Atoi(v)
		case intake.Owner:
			c.Owner = v
		case intake.Exposure:
			c.exposed(Exposure(v))
		case intake.Criticality:
			c.critical(Criticality(v))
		case intake.Notes:
			c.Notes = v
		}
	}
	return c
}
