// SPDX-License-Identifier: EUPL-1.2

package gate

import (
	"net/http"

	"martinella/internal/platform/fault"
	"martinella/web/ui"
)

// Freshness says how long ago the asker must have shown a second factor, beyond
// being signed in.
type Freshness uint8

// How fresh the second factor of a route's asker must be.
const (
	Anytime     Freshness = iota // signed in is enough
	Fresh                        // shown in the last minutes (--step-up)
	FreshExport                  // so only when the list is asked for as a file (?format=csv)
)

// String describes it as the matrix prints it.
func (f Freshness) String() string {
	switch f {
	case Fresh:
		return "recent second factor"
	case FreshExport:
		return "recent second factor to export"
	}
	return ""
}

// Recent asks for a second factor shown in the last minutes (--step-up, 15 when
// nothing else is said): a session left open, or stolen, must not be enough for
// what the route does. Name it on the route that does it, and on the route that
// shows its form, so that the question comes before anything is typed:
//
//	g.Handle("GET /o/{org}/contacts/{id}/keys/new", rule, m.keyForm, gate.Recent())
//	g.Handle("POST /o/{org}/contacts/{id}/keys/new", rule, m.addKey, gate.Recent(), gate.MaxBody(1<<20))
//
// The rule is asked first. Who may enter but has shown nothing lately is led to
// the page "confirm it is you" and back. A form that was sent too late is kept
// and sent again after the confirmation; one with files must be filled in
// again, which the page says. The handler needs to do nothing.
func Recent() Option { return func(o *options) { o.fresh = Fresh } }

// RecentExport is [Recent] for lists that are also given as files: only
// ?format=csv (ui.ListState.CSV) needs the second factor, looking does not.
func RecentExport() Option { return func(o *options) { o.fresh = FreshExport } }

// wants says whether a request needs a recent second factor.
func (f Freshness) wants(r *http.Request) bool {
	switch f {
	case Fresh:
		return true
	case FreshExport:
		return ui.ParseList(r.URL).CSV()
	}
	return false
}

// Confirmation answers instead of a route that wants a recent second factor:
// with the page that asks for it, or on the way there. Identity's is set at
// registration; without one such routes stay closed.
func (g *Gate) Confirmation(h Handler) { g.confirm = h }

// recently asks whether the second factor is fresh enough for the route.
func (r *Request) recently() bool {
	return !r.opts.fresh.wants(r.R) || r.session != nil && r.session.Recent
}

// confirmFirst is what a route answers whose asker must confirm it is him.
func (g *Gate) confirmFirst(req *Request) error {
	if req.session != nil && req.session.Token != 0 {
		return fault.New(fault.Forbidden, "access.token_recent")
	}
	if g.confirm == nil || req.opts.machine || wantsJSON(req.R) {
		return fault.New(fault.Forbidden, "access.recent")
	}
	return g.confirm(req)
}

// Repeat has the browser send the form it has just sent to another page of this
// site: 307 keeps method and body.
func (r *Request) Repeat(to string) error {
	http.Redirect(r.W, r.R, localPath(to), http.StatusTemporaryRedirect)
	return nil
}
