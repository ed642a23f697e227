// SPDX-License-Identifier: EUPL-1.2

package gate

import (
	"net/http"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/web"
)

// Guard sees a request as soon as it is known who sends it, and before anything
// is looked up for him: it may refuse who asks too often.
type Guard func(r *Request) error

// Machine makes a route answer programs: every error is a problem document (RFC
// 9457) in the language the request asks for, nobody is sent to another page,
// and the guard, if there is one, is asked first.
func Machine(guard Guard) Option {
	return func(o *options) { o.machine, o.guard = true, guard }
}

// Elsewhere answers every request beneath a path ("/api/") for which no route
// exists: 404, or 405 with the methods there are.
func (g *Gate) Elsewhere(path string, opts ...Option) {
	o := options{maxBody: web.DefaultMaxBody}
	for _, opt := range opts {
		opt(&o)
	}
	g.elsewhere[path] = o
	g.mux.Handle(path, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.serve(w, r, Public(), g.nowhere, o)
	}))
}

// Session tells of the asker's session; nil for visitors.
func (r *Request) Session() *Session { return r.session }

// Principal is who asks, with all he may do; zero for visitors.
func (r *Request) Principal() access.Principal {
	if r.session == nil {
		return access.Principal{}
	}
	return r.session.Principal
}

// guarded asks the route's guard, whatever became of the authentication: a
// program that guesses tokens is counted too.
func (r *Request) guarded(failed error) error {
	if r.opts.guard != nil {
		if err := r.opts.guard(r); err != nil {
			return err
		}
	}
	return failed
}

// unfinished is the answer to somebody whose sign-in is not complete.
func (r *Request) unfinished() error {
	if r.opts.machine {
		return fault.New(fault.Forbidden, "access.pending")
	}
	return redirectTo(r.session.Pending)
}

// problem answers a program with a problem document.
func (r *Request) problem(f *fault.Error) error {
	if f.Kind == fault.Unauthenticated && f.Code == "access.signin" {
		f = fault.New(f.Kind, "access.token").Because(f) // a program signs in nowhere
	}
	if !r.L.Has("fault." + f.Code) {
		f = fault.New(f.Kind, "internal").Because(f)
	}
	status, h := web.Status(f.Kind), r.W.Header()
	switch {
	case status == http.StatusUnauthorized && r.opts.machine:
		h.Set("WWW-Authenticate", `Bearer realm="martinella"`)
	case status == http.StatusServiceUnavailable && h.Get("Retry-After") == "":
		h.Set("Retry-After", "30")
	case status == http.StatusTooManyRequests && h.Get("Retry-After") == "":
		h.Set("Retry-After", wait(f))
	}
	h.Set("Vary", "Cookie, Authorization, Accept-Language")
	h.Set("Content-Language", r.L.Lang())
	return web.Problem(r.W, r.R, f, r.L.T("gate.problem."+strconv.Itoa(status)), r.say)
}

// wait is how many seconds a room asks to wait: its faults say so in "wait".
func wait(f *fault.Error) string {
	d, _ := f.Params["wait"].(time.Duration)
	return strconv.Itoa(int(max(d, time.Second).Seconds()))
}

// asked is the language a program asks for; what it does not say is the
// person's, then the instance's.
func (g *Gate) asked(r *http.Request, p Person) string {
	switch accept := r.Header.Get("Accept-Language"); {
	case accept != "" && accept != "*":
		return i18n.MatchLanguage(accept)
	case p.Language != "":
		return p.Language
	}
	return g.cfg.Language
}
