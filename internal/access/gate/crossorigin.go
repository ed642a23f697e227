// SPDX-License-Identifier: EUPL-1.2

package gate

import (
	"net/http"
	"strings"

	"martinella/internal/platform/fault"
	"martinella/internal/platform/web"
)

// CrossOrigin answers a write that the browser sent from another site, which
// never reaches its route: a page to people, a problem document to programs. The
// asker's session is looked up only for the language to refuse him in.
func (g *Gate) CrossOrigin(w http.ResponseWriter, r *http.Request) {
	g.serve(w, r, Public(), func(*Request) error { return fault.New(fault.Forbidden, "access.cross_origin") }, g.optionsBeneath(r.URL.Path))
}

// optionsBeneath are those of what has no route of its own there.
func (g *Gate) optionsBeneath(path string) options {
	o := options{maxBody: web.DefaultMaxBody}
	for prefix, those := range g.elsewhere {
		if strings.HasPrefix(path, prefix) {
			o = those
		}
	}
	o.allowPending = true // whose sign-in is not complete is not sent to complete it first
	return o
}
