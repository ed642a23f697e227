// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"strings"
	"time"

	"martinella/internal/inventory/names"
)

// State says how sure it is what product an item is.
type State string

// The states.
const (
	Resolved State = "resolved"
	Guessed  State = "guessed"
	Unknown  State = "unknown"
)

// Exposure says from where an item can be reached.
type Exposure string

// The exposures.
const (
	Internet        Exposure = "internet"
	Internal        Exposure = "internal"
	Isolated        Exposure = "isolated" // on no network that others are on
	ExposureUnknown Exposure = "unknown"
)

// Criticality says how much depends on an item.
type Criticality string

// The criticalities.
const (
	Low      Criticality = "low"
	Medium   Criticality = "medium"
	High     Criticality = "high"
	Critical Criticality = "critical"
)

// Source says how an item came in.
type Source string

// The sources.
const (
	Manual      Source = "manual"
	FromPaste   Source = "paste"
	FromCSV     Source = "csv"
	FromXLSX    Source = "xlsx"
	FromSBOM    Source = "cyclonedx"
	FromSPDX    Source = "spdx"
	FromGLPI    Source = "glpi"
	FromWazuh   Source = "wazuh"
	FromOpenVAS Source = "openvas"
	FromNmap    Source = "nmap"
	FromZip     Source = "zip"  // several of these in one archive
	Auto        Source = "auto" // not known yet: its content will tell
)

// Why an item is identified as it is.
const (
	reasonGive = "given"    // a CPE name was given
	reasonPURL = "purl"     // a package URL was given and no product of the corpus fits
	reasonPick = "chosen"   // a person chose the product for this item
	reasonName = "name"     // a person of the organisation confirmed the name
	reasonAll  = "everyone" // the CSIRT confirmed the name for everyone
	reasonPeer = "peers"    // other organisations confirmed the name
	// reasonAccessory: it comes along with a product and is none.
	reasonAccessory = "accessory"
	reasonNone      = ""
)

// Exposures, Criticalities and States list the values in the order pages show them.
func Exposures() []Exposure { return []Exposure{Internet, Internal, Isolated, ExposureUnknown} }

// Criticalities lists the values from low to critical.
func Criticalities() []Criticality { return []Criticality{Low, Medium, High, Critical} }

// States lists the values from certain to unknown.
func States() []State { return []State{Resolved, Guessed, Unknown} }

// Item is a product an organisation runs.
type Item struct {
	ID           int64
	Organisation int64
	Content
	CreatedAt time.Time
	UpdatedAt time.Time
	UpdatedBy string // "person:12"
	Revision  int64  // counts its changes, from 1; 0 of what it was once
}

// Content is all of an item that has a history.
type Content struct {
	Asset     string // system or host; "" for the organisation as a whole
	Label     string // what people typed
	Publisher string
	NameKey   string
	Identity
	Quantity    int
	Owner       string
	Exposure    Exposure
	Criticality Criticality
	Notes       string
	Source      Source
	SourceRef   string
	// OwnExposure and OwnCriticality say that the item's values were said of the
	// item; otherwise they are its asset's.
	OwnExposure    bool
	OwnCriticality bool
}

// Identity is what an item was identified as. Part, Vendor and Product are as
// CPE 2.3 writes them; Version, Update, Edition and TargetSW are plain text.
type Identity struct {
	Part, Vendor, Product              string
	Version, Update, Edition, TargetSW string
	CPE                                string // formatted string, "" while unknown
	PURL                               string
	State                              State
	Confidence                         int    // 0-100
	Reason                             string // "given", "chosen", "exact", "alias", …
	Settled                            bool   // a person said that no known product is meant
}

// ProductText is the identified product as people read it; "" while unknown.
func (i Identity) ProductText() string {
	if i.Product == "" {
		return ""
	}
	return names.Product{Vendor: i.Vendor, Product: i.Product}.Label()
}

// Ref is the identified product as pages carry it; "" while unknown.
func (i Identity) Ref() string {
	if i.Product == "" {
		return ""
	}
	return names.Product{Part: i.Part, Vendor: i.Vendor, Product: i.Product}.Ref()
}

// key is what an import recognises the item by.
func (c Content) key() string { return strings.ToLower(c.Asset) + "\n" + c.NameKey }

// searchText is what the list's search looks through.
func (c Content) searchText() string {
	words := names.Words(strings.Join([]string{c.Label, c.Publisher, names.Text(c.Vendor), names.Text(c.Product)}, " "))
	more := names.Words(c.Asset + " " + c.Owner + " " + c.Version)
	return " " + strings.Join(append(words, more...), " ") + " "
}

// Title is the item's name with its version, when the name does not have it.
func (c Content) Title() string {
	if c.Version == "" || strings.Contains(c.Label, c.Version) {
		return c.Label
	}
	return c.Label + " " + c.Version
}

// certain says whether the identity came from the item itself, so that a
// confirmation of its name elsewhere must not change it.
func (i Identity) certain() bool { return i.Reason == reasonGive || i.Reason == reasonPick }

// told says that people of the organisation said what it is, and may take it back.
func (i Identity) told() bool { return i.Reason == reasonPick || i.Reason == reasonName }
