// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"net/url"
	"strings"

	"martinella/internal/platform/i18n"
)

// Page is what every page needs besides its content.
type Page struct {
	// Title is the page's name, without the site's.
	Title string
	// L speaks to the reader; nil means Italian.
	L *i18n.Localizer
	// Path is the request's path and query, for the language links.
	Path string
	// Home is where the name in the header leads; "/" when empty.
	Home string
	// Owner is the public body that runs the service, in the slim header.
	Owner Link
	// Nav is the main navigation.
	Nav []NavItem
	// Crumbs lead from the home page to here; the last one is this page.
	Crumbs []Link
	// User is who is signed in; nil when nobody is.
	User *User
	// SignIn leads visitors in; shown while User is nil, and only with a text.
	SignIn Link
	// Orgs is the organisation the pages are about and those to switch to.
	Orgs *OrgSwitch
	// Quick is a box that is at hand on every page; nil shows none.
	Quick *Quick
	// Flashes say what the last action did.
	Flashes []Flash
	// TLP is how far the page's content may travel; empty shows none.
	TLP TLP
	// Demo is the sentence of the demonstration banner; empty shows none.
	Demo string
	// LanguageURL returns the address that switches the language and comes
	// back here; nil means this page with ?lang=xx.
	LanguageURL func(lang string) string
	// Canonical is the address search engines list the page by; empty: none.
	Canonical string
	// Alternates are where the page is in each language, with its address whole.
	Alternates []Link
	// Wide gives the content the whole window: for the operator's tables.
	Wide bool
}

// NavItem is an entry of the main navigation; with Items it opens a list.
type NavItem struct {
	Text    string
	Href    string
	Current bool
	// Count is a number of things that wait there; zero shows nothing.
	Count int
	Items []NavItem
}

// current reports whether the reader is in this entry or inside it.
func (n NavItem) current() bool {
	for _, sub := range n.Items {
		if sub.current() {
			return true
		}
	}
	return n.Current
}

// User is the person signed in, as the header shows them.
type User struct {
	Name       string
	AccountURL string
	// SignOutURL takes a POST.
	SignOutURL string
	// Menu holds further links of the personal menu.
	Menu []Link
}

// OrgSwitch names the organisation in view and the others of this person.
type OrgSwitch struct {
	Current string // empty on pages that are about none
	Others  []Link
}

// Quick is a box for a few words in the header: they go to Action as ?q=.
type Quick struct {
	Label  string
	Action string
}

// Flash says what an action did, once, on top of the next page.
type Flash struct {
	Tone Tone
	Text string
}

// home is where the site's name leads.
func (p Page) home() string {
	if p.Home == "" {
		return "/"
	}
	return p.Home
}

// languages are the links of the language switch.
func (p Page) languages() []Link {
	links := make([]Link, 0, 3)
	for _, lang := range i18n.Languages() {
		links = append(links, Link{
			Text: i18n.Name(lang), Href: p.languageURL(lang), Lang: lang,
			Current: p.L != nil && p.L.Lang() == lang,
		})
	}
	return links
}

func (p Page) languageURL(lang string) string {
	if p.LanguageURL != nil {
		return p.LanguageURL(lang)
	}
	u, err := url.Parse(p.Path)
	if err != nil || strings.HasPrefix(p.Path, "//") {
		u = &url.URL{Path: "/"}
	}
	q := u.Query()
	q.Set("lang", lang)
	u.RawQuery = q.Encode()
	return u.String()
}

// withLocalizer fills in the Localizer a page came without.
func (p Page) withLocalizer() Page {
	if p.L == nil {
		p.L = alone()
	}
	return p
}
