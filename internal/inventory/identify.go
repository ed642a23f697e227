// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"strings"

	"martinella/internal/inventory/names"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// identify says what product a content is. picked is a product a person chose
// ("" for none). It fills in label, key and version too.
func (m *Module) identify(x *names.Index, c Content, verdicts map[string]verdict, picked string) (Content, error) {
	if low := strings.ToLower(c.Label); c.CPE == "" && strings.HasPrefix(low, "cpe:") {
		c.CPE, c.Label = c.Label, ""
	} else if c.PURL == "" && strings.HasPrefix(low, "pkg:") {
		c.PURL, c.Label = c.Label, ""
	}
	c.State, c.Confidence, c.Reason, c.Settled = Unknown, 0, reasonNone, false
	if c.CPE != "" {
		return m.given(c)
	}
	if err := readPURL(&c); err != nil {
		return c, err
	}
	c.NameKey = c.nameKey()
	c.Part, c.Vendor, c.Product = "", "", ""
	if picked != "" {
		return m.choose(x, c, picked, reasonPick)
	}
	if v, ok := verdicts[c.NameKey]; ok && c.NameKey != "" {
		return m.follow(x, c, v)
	}
	return m.guess(x, c)
}

// nameKey is what the content's name is remembered by.
func (c Content) nameKey() string {
	if c.PURL != "" {
		return names.Key(c.PURL, "")
	}
	return names.Key(c.Label, c.Publisher)
}

// given takes the CPE name a person or a document gave.
func (m *Module) given(c Content) (Content, error) {
	n, err := m.deps.CPE.Parse(c.CPE)
	if err != nil {
		return c, fault.New(fault.Invalid, "inventory.entry").Because(err).Field("cpe", "inventory.cpe")
	}
	if plainValue(n[cpeVendor]) == "" || plainValue(n[cpeProduct]) == "" || plainValue(n[cpePart]) == "" {
		return c, fault.New(fault.Invalid, "inventory.entry").Field("cpe", "inventory.cpe_vague")
	}
	c.Part, c.Vendor, c.Product = n[cpePart], n[cpeVendor], n[cpeProduct]
	for at, field := range map[int]*string{cpeVersion: &c.Version, cpeUpdate: &c.Update, cpeEdition: &c.Edition, cpeTargetSW: &c.TargetSW} {
		if v := plainValue(n[at]); v != "" {
			*field = v
		}
	}
	if c.Label == "" {
		c.Label = c.ProductText()
	}
	if err := readPURL(&c); err != nil {
		return c, err
	}
	c.NameKey = c.nameKey()
	c.State, c.Confidence, c.Reason = Resolved, 100, reasonGive
	c.CPE, err = m.compose(c.Identity, n)
	return c, err
}

// readPURL checks the package URL and takes name and version from it where nothing else says them.
func readPURL(c *Content) error {
	if c.PURL == "" {
		return nil
	}
	p, ok := names.ParsePURL(c.PURL)
	if !ok {
		return fault.New(fault.Invalid, "inventory.entry").Field("purl", "inventory.purl")
	}
	if c.Label == "" {
		c.Label = p.Name
	}
	if c.Version == "" {
		c.Version = p.Version
	}
	return nil
}

// choose takes the product a person chose. It must be one the dictionary has.
func (m *Module) choose(x *names.Index, c Content, ref, reason string) (Content, error) {
	part, vendor, product, ok := names.ParseRef(ref)
	if !ok || !inDictionary(x, part, vendor, product) {
		return c, fault.New(fault.Invalid, "inventory.entry").Field("label", "inventory.product_unknown")
	}
	c.versionOf(x, vendor, product)
	return m.settle(c, part, vendor, product, Resolved, 100, reason)
}

// versionOf takes the version the name states for a product that a person chose.
func (c *Content) versionOf(x *names.Index, vendor, product string) {
	if b, ok := x.Resolve(c.query(), 1).Best(); ok && b.Vendor == vendor && b.Product.Product == product {
		c.takeVersion(b)
	}
	if c.Version == "" {
		c.Version = names.Version(c.Label)
	}
}

func inDictionary(x *names.Index, part, vendor, product string) bool {
	for _, p := range x.Known(vendor, product) {
		if p.Part == part {
			return true
		}
	}
	return false
}

// follow does what people said the name means.
func (m *Module) follow(x *names.Index, c Content, v verdict) (Content, error) {
	c.versionOf(x, v.vendor, v.product)
	if v.product == "" {
		c.CPE, c.Settled, c.Reason = "", true, v.reason
		return c, nil
	}
	if v.reason == reasonPeer {
		return m.settle(c, v.part, v.vendor, v.product, Guessed, 90, v.reason)
	}
	return m.settle(c, v.part, v.vendor, v.product, Resolved, 100, v.reason)
}

// guess asks the index.
func (m *Module) guess(x *names.Index, c Content) (Content, error) {
	a := x.Resolve(c.query(), 1)
	b, ok := a.Best()
	if !ok {
		return unresolved(c, a), nil
	}
	c.takeVersion(b)
	state := Guessed
	if a.Certain {
		state = Resolved
	}
	return m.settle(c, b.Part, b.Vendor, b.Product.Product, state, b.Confidence, string(b.Reason))
}

// query is what the index is asked about the content.
func (c Content) query() names.Query {
	q := names.Query{Label: c.Label, Publisher: c.Publisher, Version: c.Version}
	if c.PURL != "" {
		q.Label = c.PURL
	}
	return q
}

// takeVersion takes the version a name states where none is given, or where the
// maker's names say it as CVEs do: Java 8 Update 371 is 1.8.0 update371.
func (c *Content) takeVersion(b names.Candidate) {
	switch {
	case c.Update == "" && b.Update != "":
		c.Version, c.Update = b.Version, b.Update
	case c.Version == "" || b.Reason == names.System && b.Version != "":
		c.Version = b.Version
	}
}

// unresolved is what remains of a name no product fits: a package is known by its URL.
func unresolved(c Content, a names.Answer) Content {
	if c.Version == "" {
		c.Version = names.Version(c.Label)
	}
	c.CPE = ""
	if a.Accessory {
		c.Reason = reasonAccessory
	}
	if c.PURL != "" {
		c.State, c.Confidence, c.Reason = Resolved, 100, reasonPURL
	}
	return c
}

func (m *Module) settle(c Content, part, vendor, product string, state State, confidence int, reason string) (Content, error) {
	c.Part, c.Vendor, c.Product = part, vendor, product
	c.State, c.Confidence, c.Reason = state, confidence, reason
	var err error
	c.CPE, err = m.compose(c.Identity, CPEName{})
	return c, err
}

// identifyOne identifies a single content, looking up what people said of its name.
func (m *Module) identifyOne(ctx context.Context, q db.Querier, org int64, c Content, picked string) (Content, error) {
	x, err := m.index(ctx)
	if err != nil {
		return c, err
	}
	verdicts, err := m.verdicts(ctx, q, org, []string{c.nameKey()})
	if err != nil {
		return c, err
	}
	return m.identify(x, c, verdicts, picked)
}
