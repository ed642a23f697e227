// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"strings"

	"martinella/internal/inventory/names"
)

// CPEName is a CPE 2.3 name: its eleven attributes in the order of the
// formatted string, in canonical bound form; "*" is ANY, "-" is NA.
type CPEName [11]string

// The places of the attributes that are used here.
const (
	cpePart = iota
	cpeVendor
	cpeProduct
	cpeVersion
	cpeUpdate
	cpeEdition
	cpeLanguage
	cpeSWEdition
	cpeTargetSW
)

// String writes the formatted string (NISTIR 7695, 6.2).
func (n CPEName) String() string { return "cpe:2.3:" + strings.Join(n[:], ":") }

// CPE reads and writes CPE names. The vulnerability room has the one that is handed in.
type CPE interface {
	// Parse reads a formatted string or a 2.2 URI.
	Parse(text string) (CPEName, error)
	// Quote makes an attribute's value of plain text; "" becomes "*".
	Quote(text string) (string, error)
}

// plainValue gives an attribute as people write it; "" for ANY and NA.
func plainValue(v string) string {
	if v == "*" || v == "-" {
		return ""
	}
	return strings.NewReplacer(`\\`, `\`, `\`, "").Replace(v)
}

// compose writes the name of an identified item. Attributes the item says
// nothing about keep what base says.
func (m *Module) compose(id Identity, base CPEName) (string, error) {
	n := base
	for i := range n {
		if n[i] == "" {
			n[i] = "*"
		}
	}
	n[cpePart], n[cpeVendor], n[cpeProduct] = id.Part, id.Vendor, id.Product
	for at, text := range map[int]string{cpeVersion: id.Version, cpeUpdate: id.Update, cpeEdition: id.Edition, cpeTargetSW: id.TargetSW} {
		if text == "" && n[at] == "-" {
			continue // NA was said and nothing contradicts it
		}
		if at == cpeVersion {
			text = names.Upstream(text)
		}
		v, err := m.deps.CPE.Quote(text)
		if err != nil {
			return "", err
		}
		n[at] = v
	}
	return n.String(), nil
}
