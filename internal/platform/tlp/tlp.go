// SPDX-License-Identifier: EUPL-1.2

// Package tlp is the Traffic Light Protocol, version 2.0 (FIRST, 2022): who a
// piece of information may be passed on to.
package tlp

import "slices"

// Label is a marking. Its zero value is none.
type Label string

// The labels, from the most to the least restricted.
const (
	Red         Label = "TLP:RED"          // the named people only
	AmberStrict Label = "TLP:AMBER+STRICT" // the organisation only
	Amber       Label = "TLP:AMBER"        // the organisation and its clients, as they need to know
	Green       Label = "TLP:GREEN"        // the community
	Clear       Label = "TLP:CLEAR"        // everybody
)

// Labels lists them, the most restricted first.
func Labels() []Label { return []Label{Red, AmberStrict, Amber, Green, Clear} }

// Known says whether l is one of the five.
func (l Label) Known() bool { return slices.Contains(Labels(), l) }

// Within says whether l is no more restricted than limit. What is no label is
// more restricted than any.
func (l Label) Within(limit Label) bool {
	return l.Known() && slices.Index(Labels(), l) >= slices.Index(Labels(), limit)
}
