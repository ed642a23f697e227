// SPDX-License-Identifier: EUPL-1.2

package csaf

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// cpeText is how the standard's schema wants a CPE 2.3 (3.1.3.3.1); one it would
// refuse is left out, the name stays.
var cpeText = regexp.MustCompile(`^cpe:2\.3:[aho*\-](:(((\?*|\*?)([a-zA-Z0-9\-._]|(\\[\\*?!"#$%&'()+,/:;<=>@\[\]^` + "`" + `{|}~]))+(\?*|\*?))|[*\-])){5}(:(([a-zA-Z]{2,3}(-([a-zA-Z]{2}|[0-9]{3}))?)|[*\-]))(:(((\?*|\*?)([a-zA-Z0-9\-._]|(\\[\\*?!"#$%&'()+,/:;<=>@\[\]^` + "`" + `{|}~]))+(\?*|\*?))|[*\-])){4}$`)

// oneVersion is a version and surely no range (mandatory test 6.1.31).
var oneVersion = regexp.MustCompile(`^[vV]?[0-9]+(\.[0-9]+)*[a-z]?[0-9]*$`)

// named are the products that have a name, each once.
func named(all []Product) []Product {
	var out []Product
	for _, p := range all {
		p = p.tidy()
		if p.Text != "" && !slices.ContainsFunc(out, func(o Product) bool { return o.Text == p.Text && o.Versions == p.Versions }) {
			out = append(out, p)
		}
	}
	return out
}

// tidy gives p with blanks trimmed and a text made of its parts where it has none.
func (p Product) tidy() Product {
	for _, s := range []*string{&p.Text, &p.Vendor, &p.Product, &p.Versions, &p.CPE} {
		*s = strings.Join(strings.Fields(*s), " ")
	}
	p.Text = orElse(p.Text, strings.TrimSpace(strings.Join([]string{p.Vendor, p.Product, p.Versions}, " ")))
	return p
}

// tree puts products under their vendors (3.1.2); those without a vendor or
// version stand beside it by their full names. It gives their ids too.
func tree(all []Product) (*productTree, []string) {
	t := &productTree{}
	var ids []string
	for i, p := range named(all) {
		id := fmt.Sprintf("CSAFPID-%04d", i+1)
		ids = append(ids, id)
		leaf := product{Name: p.Text, ID: id}
		if cpeText.MatchString(p.CPE) {
			leaf.Helper = &helper{p.CPE}
		}
		if p.Vendor == "" || p.Product == "" || p.Versions == "" {
			t.Names = append(t.Names, leaf)
			continue
		}
		vendor := under(&t.Branches, "vendor", p.Vendor)
		name := under(&vendor.Branches, "product_name", p.Product)
		name.Branches = append(name.Branches, branch{Category: versionCategory(p.Versions), Name: p.Versions, Product: &leaf})
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return t, ids
}

// under gives the branch of a category and name, made where it is missing.
func under(branches *[]branch, category, name string) *branch {
	i := slices.IndexFunc(*branches, func(b branch) bool { return strings.EqualFold(b.Name, name) })
	if i < 0 {
		i = len(*branches)
		*branches = append(*branches, branch{Category: category, Name: name})
	}
	return &(*branches)[i]
}

func versionCategory(v string) string {
	if oneVersion.MatchString(v) {
		return "product_version"
	}
	return "product_version_range"
}
