// SPDX-License-Identifier: EUPL-1.2

package names

import (
	"strings"
)

// Product is one entry of the dictionary. Part, Vendor and Product are
// canonical CPE values; Title is what the dictionary calls it ("" for none);
// Count is how many CVEs name it, its popularity.
type Product struct {
	Part    string
	Vendor  string
	Product string
	Title   string
	Count   int
}

// Ref writes the product as "part:vendor:product", the form pages carry.
func (p Product) Ref() string { return p.Part + ":" + p.Vendor + ":" + p.Product }

// Label is the product as people read it: "Fortinet FortiOS", or the title.
func (p Product) Label() string {
	if p.Title != "" {
		return p.Title
	}
	return display(Text(p.Vendor), Text(p.Product))
}

// ParseRef reads what Ref wrote. False when it is not of that form.
func ParseRef(ref string) (part, vendor, product string, ok bool) {
	if len(ref) > MaxText {
		return "", "", "", false
	}
	fields := splitQuoted(ref)
	if len(fields) != 3 || fields[1] == "" || fields[2] == "" || !strings.Contains("aoh", fields[0]) || len(fields[0]) != 1 {
		return "", "", "", false
	}
	return fields[0], fields[1], fields[2], true
}

// splitQuoted splits at colons that no backslash quotes.
func splitQuoted(s string) []string {
	var out []string
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ':':
			out, start = append(out, s[start:i]), i+1
		}
	}
	return append(out, s[start:])
}

func join(ws []string) string { return strings.Join(ws, " ") }
