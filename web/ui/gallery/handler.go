// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"martinella/internal/platform/i18n"
	"martinella/web/static"
	"martinella/web/ui"
)

// policy is the one of the program: what the pages need here they may have
// there, and nothing else.
const policy = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"

// now is the moment every page of the gallery is seen at.
func now() time.Time { return time.Date(2026, time.November, 22, 11, 20, 0, 0, time.UTC) }

// view is what a gallery page knows about its request.
type view struct {
	l   *i18n.Localizer
	url *url.URL
}

// pages lists the gallery's pages by address.
func pages() map[string]func(view) templ.Component {
	return map[string]func(view) templ.Component{
		"/":       homePage,
		"/stack":  stackPage,
		"/empty":  emptyPage,
		"/cve":    cvePage,
		"/form":   formPage,
		"/errors": faultyFormPage,
		"/parts":  partsPage,
	}
}

// barePages are those without navigation.
func barePages() map[string]func(view) templ.Component {
	return map[string]func(view) templ.Component{
		"/signin":  signInPage,
		"/confirm": confirmPage,
		"/404":     notFoundPage,
	}
}

// newHandler serves the gallery with the program's own policy.
func newHandler() (http.Handler, error) {
	assets, err := ui.Static()
	if err != nil {
		return nil, err
	}
	bundle, err := i18n.Load(ui.Locale)
	if err != nil {
		return nil, err
	}
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		return nil, err
	}
	bundle = bundle.WithNow(now)
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, assets)
	mux.HandleFunc("GET /suggest", suggest)
	mux.HandleFunc("GET /progress", progress)
	mux.HandleFunc("GET /broken", http.NotFound)
	serve := func(path string, layout func(view) templ.Component) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			lang := i18n.MatchLanguage(r.Header.Get("Accept-Language"), r.URL.Query().Get("lang"))
			v := view{l: bundle.Localizer(lang, rome), url: r.URL}
			w.Header().Set("Content-Security-Policy", policy)
			templ.Handler(layout(v)).ServeHTTP(w, r)
		})
	}
	for path, content := range pages() {
		pattern := path
		if path == "/" {
			pattern = "/{$}"
		}
		serve(pattern, func(v view) templ.Component { return ui.Layout(framed(v, path), content(v)) })
	}
	for path, content := range barePages() {
		serve(path, func(v view) templ.Component { return ui.Bare(bare(v), content(v)) })
	}
	return mux, nil
}

// suggest answers the type-ahead of the form.
func suggest(w http.ResponseWriter, r *http.Request) {
	q := strings.ToLower(r.URL.Query().Get("q"))
	var found ui.Suggestions
	for _, p := range []ui.Suggestion{
		{Value: "cpe:2.3:o:fortinet:fortios", Text: "Fortinet FortiOS", Hint: "sistema operativo · 412 CVE"},
		{Value: "cpe:2.3:a:fortinet:fortimanager", Text: "Fortinet FortiManager", Hint: "applicazione · 96 CVE"},
		{Value: "cpe:2.3:a:fortinet:forticlient", Text: "Fortinet FortiClient", Hint: "applicazione · 71 CVE"},
	} {
		if strings.Contains(strings.ToLower(p.Text), q) {
			found = append(found, p)
		}
	}
	templ.Handler(found).ServeHTTP(w, r)
}

// progress answers the poll of the progress bar: done.
func progress(w http.ResponseWriter, r *http.Request) {
	templ.Handler(ui.Progress{ID: "import", Label: "Importazione completata", Done: 61708, Total: 61708}).ServeHTTP(w, r)
}
