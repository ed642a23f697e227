// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"strings"
	"time"

	"martinella/internal/inventory/intake"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/fault"
)

// Asset is a host or system of an organisation: what items are on. Items
// without one are of the organisation as a whole.
type Asset struct {
	ID           int64
	Organisation int64
	AssetFacts
	Source    Source    // what last spoke of it
	LastSeen  time.Time // by a source; zero: never
	RetiredAt time.Time // zero: in service
	CreatedAt time.Time
	UpdatedAt time.Time
	UpdatedBy string
	Items     int // how many are on it; filled in by lists
}

// AssetFacts is what is said of an asset.
type AssetFacts struct {
	Name        string
	Kind        intake.Kind
	Owner       string // the unit that answers for it
	Exposure    Exposure
	Criticality Criticality
	Location    string
	Supplier    string
	Model       string
	OS          string
	Addresses   string // separated by blanks
	Hostnames   string
	Serial      string
	Notes       string
}

// Retired says whether the asset is out of service.
func (a Asset) Retired() bool { return !a.RetiredAt.IsZero() }

// assetKey is what an asset's name is compared by.
func assetKey(name string) string { return strings.ToLower(name) }

// searchText is what the list's search looks through.
func (f AssetFacts) searchText() string {
	return " " + strings.Join(names.Words(strings.Join([]string{f.Name, f.Owner, f.Location, f.Supplier, f.Model, f.OS, f.Addresses, f.Hostnames, f.Serial}, " ")), " ") + " "
}

// texts are the fields a person types, with their limits.
func (f *AssetFacts) texts() []assetText {
	return []assetText{
		{"name", &f.Name, intake.Asset.Limit()}, {"owner", &f.Owner, 200}, {"location", &f.Location, 200}, {"supplier", &f.Supplier, 200},
		{"model", &f.Model, 200}, {"os", &f.OS, 200}, {"addresses", &f.Addresses, 1000}, {"hostnames", &f.Hostnames, 1000}, {"serial", &f.Serial, 200}, {"notes", &f.Notes, 2000},
	}
}

type assetText struct {
	name  string
	value *string
	limit int
}

func (f *AssetFacts) tidy() {
	for _, t := range f.texts() {
		if t.name != "notes" {
			*t.value = intake.Tidy(*t.value)
		}
	}
	if f.Exposure == "" {
		f.Exposure = ExposureUnknown
	}
	if f.Criticality == "" {
		f.Criticality = Medium
	}
}

// check says all that is wrong with an asset, field by field.
func (f AssetFacts) check() error {
	e := fault.New(fault.Invalid, "inventory.asset")
	for _, t := range f.texts() {
		tooLong(e, t.name, *t.value, t.limit)
	}
	if f.Name == "" {
		e.Field("name", "inventory.asset.nameless")
	}
	if !known(intake.Kinds(), f.Kind) {
		e.Field("kind", "inventory.asset.kind")
	}
	if !known(Exposures(), f.Exposure) {
		e.Field("exposure", "inventory.exposure")
	}
	if !known(Criticalities(), f.Criticality) {
		e.Field("criticality", "inventory.criticality")
	}
	return e.OrNil()
}

// AssetDiff is a field of an asset that changed.
type AssetDiff struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// diff gives the fields in which two descriptions differ.
func (f AssetFacts) diff(g AssetFacts) (out []AssetDiff) {
	a, b := f.texts(), g.texts()
	for i := range a {
		if *a[i].value != *b[i].value {
			out = append(out, AssetDiff{a[i].name, *a[i].value, *b[i].value})
		}
	}
	for _, d := range []AssetDiff{{"kind", string(f.Kind), string(g.Kind)}, {"exposure", string(f.Exposure), string(g.Exposure)},
		{"criticality", string(f.Criticality), string(g.Criticality)}} {
		if d.From != d.To {
			out = append(out, d)
		}
	}
	return out
}

// learn takes over what a source says of the asset. What people typed stays;
// what only machines know is the source's.
func (f *AssetFacts) learn(h intake.Host) {
	for _, p := range []struct {
		to    *string
		from  string
		keeps bool // what is there stays
	}{
		{&f.OS, h.OS, false}, {&f.Model, h.Model, false}, {&f.Serial, h.Serial, false}, {&f.Location, h.Location, true},
		{&f.Owner, h.Owner, true}, {&f.Supplier, h.Supplier, true},
	} {
		if p.from != "" && (*p.to == "" || !p.keeps) {
			*p.to = p.from
		}
	}
	if f.Kind == intake.KindUnknown {
		f.Kind = h.Kind
	}
	if len(h.Addresses) > 0 {
		f.Addresses = strings.Join(h.Addresses, " ")
	}
	if len(h.Hostnames) > 0 {
		f.Hostnames = strings.Join(h.Hostnames, " ")
	}
}
