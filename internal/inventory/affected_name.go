// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// AffectedName is a vendor and product as a CNA wrote them, that no CPE name is known for.
type AffectedName struct {
	Vendor, Product string
	CVEs            int
}

// Compare puts those in most CVEs first.
func (a AffectedName) Compare(b AffectedName) int {
	return cmp.Or(cmp.Compare(b.CVEs, a.CVEs), strings.Compare(a.Vendor, b.Vendor), strings.Compare(a.Product, b.Product))
}

// cursor is the name's place in the order, also when somebody has confirmed it meanwhile.
func (a AffectedName) cursor() string { return fmt.Sprintf("%d\n%s\n%s", a.CVEs, a.Vendor, a.Product) }

// parseAffected reads a cursor; nil for what is none.
func parseAffected(text string) *AffectedName {
	part := strings.SplitN(text, "\n", 3)
	if len(part) != 3 {
		return nil
	}
	n, err := strconv.Atoi(part[0])
	if err != nil {
		return nil
	}
	return &AffectedName{part[1], part[2], n}
}
