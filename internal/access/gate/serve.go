// SPDX-License-Identifier: EUPL-1.2

package gate

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/web"
)

func (g *Gate) serve(w http.ResponseWriter, r *http.Request, rule Rule, h Handler, o options) {
	if lang := r.URL.Query().Get("lang"); lang != "" && r.Method == http.MethodGet && !o.machine {
		g.switchLanguage(w, r, lang)
		return
	}
	req := &Request{W: w, R: r, gate: g, opts: o}
	req.localize()
	defer req.close()
	err := g.enter(req, rule)
	if err == nil && req.session != nil {
		var done context.CancelFunc
		req.R, done = web.Patient(w, req.R, o.maxBody, o.answer)
		defer done()
	}
	switch {
	case err != nil:
	case req.recently():
		err = h(req)
	default:
		err = g.confirmFirst(req)
	}
	if err != nil {
		g.fail(req, err)
	}
}

// enter finds out who asks and for what, and asks the rule.
func (g *Gate) enter(req *Request, rule Rule) error {
	session, err := g.cfg.Auth.Authenticate(req.R)
	if err == nil && session != nil {
		req.session, req.Person = session, session.Person
		req.localize()
	}
	if err := req.guarded(err); err != nil {
		return err
	}
	if session != nil && session.Pending != "" && !req.opts.allowPending {
		return req.unfinished()
	}
	org, err := g.organisation(req, rule)
	if err != nil {
		return err
	}
	scope, err := rule.Admits(session, org)
	if err != nil {
		return err
	}
	req.Scope, req.Org = scope, org
	req.localize()
	return nil
}

// organisation reads the one in the path. Nobody learns whether it exists
// before he has signed in.
func (g *Gate) organisation(req *Request, rule Rule) (Organisation, error) {
	if !rule.IsMember() || req.session == nil {
		return Organisation{}, nil
	}
	return g.cfg.Directory.OrganisationByCode(req.Context(), access.System("gate"), req.R.PathValue("org"))
}

// redirectTo is a way out that is no fault.
type redirectTo string

// Error implements error.
func (r redirectTo) Error() string { return "see " + string(r) }

// fail turns what a handler returned into an answer.
func (g *Gate) fail(req *Request, err error) {
	var to redirectTo
	if errors.As(err, &to) {
		req.see(string(to))
		return
	}
	f := fault.Of(err)
	if f.Kind == fault.Internal && db.Unreachable(err) {
		f = fault.New(fault.Unavailable, "access.database").Because(err)
	}
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		g.cfg.Log.Error("request failed", "request", web.RequestID(req.Context()), "route", req.R.Pattern, "error", err)
	} else {
		g.cfg.Log.Info("request refused", "request", web.RequestID(req.Context()), "route", req.R.Pattern, "error", err)
	}
	switch {
	case req.opts.machine || wantsJSON(req.R):
		err = req.problem(f)
	case f.Kind == fault.Unauthenticated:
		req.see(signInAddress(req.R))
		return
	default:
		err = req.errorPage(f)
	}
	if err != nil {
		g.cfg.Log.Error("answering with an error", "request", web.RequestID(req.Context()), "error", err)
	}
}

// signInAddress leads back to where the visitor wanted to go, when that was a page.
func signInAddress(r *http.Request) string {
	if r.Method != http.MethodGet {
		return signInPath
	}
	return signInPath + "?" + url.Values{"next": {r.URL.RequestURI()}}.Encode()
}

func wantsJSON(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "json") && !strings.Contains(accept, "text/html")
}

func (g *Gate) noRoute(w http.ResponseWriter, r *http.Request) {
	g.serve(w, r, Public(), g.nowhere, options{maxBody: web.DefaultMaxBody})
}

// nowhere answers where there is no route.
func (g *Gate) nowhere(req *Request) error {
	allowed := g.methods(req.R)
	if allowed == "" {
		return fault.New(fault.NotFound, "access.page")
	}
	req.W.Header().Set("Allow", allowed)
	if req.opts.machine {
		return fault.New(fault.BadMethod, "access.method", fault.P{"allowed": allowed})
	}
	req.W.WriteHeader(http.StatusMethodNotAllowed)
	return nil
}

// methods gives the methods under which the path is a route.
func (g *Gate) methods(r *http.Request) string {
	var allowed []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		probe := &http.Request{Method: m, URL: r.URL, Host: r.Host}
		if _, pattern := g.mux.Handler(probe); strings.HasPrefix(pattern, m+" ") {
			allowed = append(allowed, m)
		}
	}
	return strings.Join(allowed, ", ")
}

const languageCookie = "martinella_lang"

func (g *Gate) switchLanguage(w http.ResponseWriter, r *http.Request, lang string) {
	if i18n.Known(lang) {
		http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 3600,
			HttpOnly: true, Secure: g.cfg.Secure(), SameSite: http.SameSiteLaxMode})
	}
	q := r.URL.Query()
	q.Del("lang")
	to := url.URL{Path: r.URL.Path, RawQuery: q.Encode()}
	http.Redirect(w, r, localPath(to.String()), http.StatusSeeOther)
}

// localPath keeps a redirect on this site: "//evil.example" is another host.
func localPath(to string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`) {
		return "/"
	}
	return to
}

// localize chooses the language of a page: what its address says, what the reader switched to, the person's
// own, what the browser asks for, the instance's.
func (r *Request) localize() {
	zone := r.Org.Zone
	if zone == nil {
		zone = r.gate.cfg.Zone
	}
	lang := r.pinned()
	switch {
	case lang != "":
	case r.opts.machine:
		lang = r.gate.asked(r.R, r.Person)
	default:
		lang = r.gate.chosen(r.R, r.Person)
	}
	r.L = r.gate.cfg.Bundle.Localizer(lang, zone)
}

func (g *Gate) chosen(r *http.Request, p Person) string {
	if c, err := r.Cookie(languageCookie); err == nil && i18n.Known(c.Value) {
		return c.Value
	}
	if p.Language != "" {
		return p.Language
	}
	return g.browserLanguage(r)
}

func (g *Gate) browserLanguage(r *http.Request) string {
	if accept := r.Header.Get("Accept-Language"); accept != "" {
		return i18n.MatchLanguage(accept)
	}
	return g.cfg.Language
}
