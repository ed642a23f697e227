// SPDX-License-Identifier: EUPL-1.2

package gate

import (
	"net/http"
	"net/url"

	"martinella/internal/platform/i18n"
	"martinella/web/ui"
)

// pinQuery is the part of an address that says in which language a page is to be,
// whoever asks and with no cookie: that is what search engines list.
const pinQuery = "hl"

// pinned gives the language the address names; "" where it names none.
func (r *Request) pinned() string {
	if lang := r.R.URL.Query().Get(pinQuery); r.opts.translated && i18n.Known(lang) {
		return lang
	}
	return ""
}

// unpinned is the page's path and query without its language: who chooses another one gets it.
func (r *Request) unpinned() string {
	if r.pinned() == "" {
		return r.R.URL.RequestURI()
	}
	u, q := *r.R.URL, r.R.URL.Query()
	q.Del(pinQuery)
	u.RawQuery = q.Encode()
	return u.RequestURI()
}

// alternates gives the page's own address and where it is in each language and in
// the reader's own choice ("x-default"). A page of a list, or a form that was sent, has none.
func (r *Request) alternates() (canonical string, all []ui.Link) {
	q := r.R.URL.Query()
	q.Del(pinQuery)
	if !r.opts.translated || len(q) > 0 || r.R.Method != http.MethodGet && r.R.Method != http.MethodHead {
		return "", nil
	}
	plain := r.gate.cfg.BaseURL + r.R.URL.EscapedPath()
	in := func(lang string) string { return plain + "?" + url.Values{pinQuery: {lang}}.Encode() }
	for _, lang := range i18n.Languages() {
		all = append(all, ui.Link{Href: in(lang), Lang: lang})
	}
	all = append(all, ui.Link{Href: plain, Lang: "x-default"})
	if lang := r.pinned(); lang != "" {
		return in(lang), all
	}
	return plain, all
}
