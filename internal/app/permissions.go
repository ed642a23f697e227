// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"martinella/internal/access"
	"martinella/internal/access/gate"
)

// PrintPermissions prints the matrix of roles and permissions and, for every
// route, who may enter: the same tables the program decides by.
func (a *App) PrintPermissions(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 4, 1, ' ', 0)
	roles := append(access.StaffRoles(), access.MemberRoles()...)
	fmt.Fprint(out, "PERMISSION")
	for _, r := range roles {
		fmt.Fprintf(out, "\t%s", r)
	}
	fmt.Fprintln(out)
	for _, p := range access.Permissions() {
		fmt.Fprint(out, p)
		for _, r := range roles {
			fmt.Fprintf(out, "\t%s", tick(access.Grants(r).Has(p)))
		}
		fmt.Fprintln(out)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	// The column's width is fixed: a long route does not move all the others.
	const line = "%-72s %s\n"
	fmt.Fprintf(w, "\n"+line, "ROUTE", "WHO")
	routes := slices.SortedStableFunc(slices.Values(a.Gate.Routes()), func(x, y gate.Route) int {
		return cmp.Compare(address(x), address(y))
	})
	for _, r := range routes {
		if _, err := fmt.Fprintf(w, line, r.Pattern, who(r)); err != nil {
			return err
		}
	}
	return nil
}

// who says who may enter a route, and under which further condition.
func who(r gate.Route) string {
	if r.Fresh == gate.Anytime {
		return r.Rule.String()
	}
	return r.Rule.String() + ", " + r.Fresh.String()
}

// address is a route's path, so that what is done in one place stands together.
func address(r gate.Route) string {
	_, path, _ := strings.Cut(r.Pattern, " ")
	return path
}

func tick(yes bool) string {
	if yes {
		return "yes"
	}
	return "-"
}
