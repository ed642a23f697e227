// SPDX-License-Identifier: EUPL-1.2

package gate

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"martinella/internal/access"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/web"
)

func (g *Gate) serve(w http.ResponseWriter, r *http.Request, rule Rule, h Handler, o options) {
	if lang := r.URL.Query().Get("lang"); lang != "" && r.Method == http.MethodGet {
		g.switchLanguage(w, r, lang)
		return
	}
	req := &Request{W: w, R: r, gate: g, opts: o, L: g.localizer(r, Person{}, Organisation{})}
	defer req.close()
	err := g.enter(req, rule)
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
	if err != nil {
		return err
	}
	if session != nil {
		req.session, req.Person = session, session.Person
		req.L = g.localizer(req.R, req.Person, Organisation{})
		if session.Pending != "" && !req.opts.allowPending {
			return redirectTo(session.Pending)
		}
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
	req.L = g.localizer(req.R, req.Person, org)
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
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		g.cfg.Log.Error("request failed", "request", web.RequestID(req.Context()), "route", req.R.Pattern, "error", err)
	} else {
		g.cfg.Log.Info("request refused", "request", web.RequestID(req.Context()), "route", req.R.Pattern, "error", err)
	}
	switch {
	case wantsJSON(req.R):
		err = web.Problem(req.W, req.R, f, req.say)
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
	g.serve(w, r, Public(), func(req *Request) error {
		if g.methods(r) != "" {
			w.Header().Set("Allow", g.methods(r))
			w.WriteHeader(http.StatusMethodNotAllowed)
			return nil
		}
		return fault.New(fault.NotFound, "access.page")
	}, options{maxBody: web.DefaultMaxBody})
}

// methods gives the methods under which the path is a route.
func (g *Gate) methods(r *http.Request) string {
	var allowed []string
	for _, m := range []string{http.MethodGet, http.MethodPost} {
		probe := &http.Request{Method: m, URL: r.URL, Host: r.Host}
		if _, pattern := g.mux.Handler(probe); pattern != "/" && pattern != "" {
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

// localizer chooses the language: what the reader switched to, the person's
// own, what the browser asks for, the instance's.
func (g *Gate) localizer(r *http.Request, p Person, org Organisation) *i18n.Localizer {
	lang := p.Language
	if c, err := r.Cookie(languageCookie); err == nil && i18n.Known(c.Value) {
		lang = c.Value
	}
	if lang == "" {
		lang = g.browserLanguage(r)
	}
	zone := org.Zone
	if zone == nil {
		zone = g.cfg.Zone
	}
	return g.cfg.Bundle.Localizer(lang, zone)
}

func (g *Gate) browserLanguage(r *http.Request) string {
	if accept := r.Header.Get("Accept-Language"); accept != "" {
		return i18n.MatchLanguage(accept)
	}
	return g.cfg.Language
}
