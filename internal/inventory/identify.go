// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"strings"

	"martinella/internal/inventory/names"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// guessPackage is the confidence a package's name must reach to be taken as a
// guess: its package URL is certain already, and short names are many.
const guessPackage = 60

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
		return m.follow(c, v)
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
	if c.Version == "" {
		c.Version = names.Version(c.Label)
	}
	return m.settle(c, part, vendor, product, Resolved, 100, reason)
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
func (m *Module) follow(c Content, v verdict) (Content, error) {
	if c.Version == "" {
		c.Version = names.Version(c.Label)
	}
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
	q := names.Query{Label: c.Label, Publisher: c.Publisher, Version: c.Version}
	from := names.GuessFrom
	if c.PURL != "" {
		q.Label, from = c.PURL, guessPackage
	}
	best := x.Suggest(q, 1)
	if len(best) == 0 || best[0].Confidence < from {
		return unresolved(c), nil
	}
	b := best[0]
	if c.Version == "" {
		c.Version = b.Version
	}
	if c.Update == "" && b.Update != "" {
		c.Version, c.Update = b.Version, b.Update
	}
	state := Guessed
	if b.Reason == names.Exact {
		state = Resolved
	}
	return m.settle(c, b.Part, b.Vendor, b.Product.Product, state, b.Confidence, string(b.Reason))
}

// unresolved is what remains of a name no product fits: a package is known by its URL.
func unresolved(c Content) Content {
	if c.Version == "" {
		c.Version = names.Version(c.Label)
	}
	c.CPE = ""
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
