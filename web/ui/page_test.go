// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"martinella/internal/platform/i18n"
	"martinella/web/static"
)

func fullPage(t *testing.T) Page {
	return Page{
		Title: "Dotazione", L: bundle(t).Localizer(i18n.English, nil), Path: "/stack?q=a",
		Owner:  Link{Text: "Regione", Href: "https://example.org"},
		Nav:    []NavItem{{Text: "Stack", Href: "/stack", Current: true, Count: 3}, {Text: "More", Items: []NavItem{{Text: "Sub", Href: "/sub", Current: true}}}},
		Crumbs: []Link{{Text: "Home", Href: "/"}, {Text: "Stack"}},
		User:   &User{Name: "Ada", AccountURL: "/account", SignOutURL: "/signout", Menu: []Link{{Text: "Keys", Href: "/keys"}}},
		Orgs:   &OrgSwitch{Current: "Prato", Others: []Link{{Text: "Lucca", Href: "/o/lucca"}}},
		TLP:    TLPAmber, Demo: "demo", Flashes: []Flash{{Success, "saved"}},
	}
}

func TestLayout(t *testing.T) {
	got := html(t, Layout(fullPage(t), Possible()))
	contains(t, got,
		`<html lang="en">`, "<title>Dotazione – Martinella</title>", `href="#content"`, `<main id="content"`,
		"possible, to be verified", // the content speaks the page's language
		`aria-current="page"`, `class="is-current"`, ">3<", "/o/lucca", `action="/signout"`, "/keys", "TLP:AMBER", "demo", "saved",
		`href="/stack?lang=nb&amp;q=a"`, `href="/accessibility"`, "app.", "bell.")
	lacks(t, got, "<style", " style=", "<script>", " onclick")
}

func TestBareHasNoNavigation(t *testing.T) {
	page := fullPage(t)
	page.User, page.Orgs = nil, nil
	got := html(t, Bare(page, text("x")))
	contains(t, got, "<i>x</i>", `class="bare"`, `<main id="content"`)
	lacks(t, got, `id="nav"`, "signout")
}

func TestOneOrganisationIsNotASwitch(t *testing.T) {
	page := fullPage(t)
	page.Orgs = &OrgSwitch{Current: "Prato"}
	got := html(t, Layout(page, text("x")))
	contains(t, got, "Prato")
	lacks(t, got, "Switch to another")
}

func TestPageWithoutLocalizerIsItalian(t *testing.T) {
	contains(t, html(t, Layout(Page{Title: "x"}, text("y"))), `<html lang="it">`, "Vai al contenuto")
}

// A language link must never lead to another site.
func TestLanguageLinksStayHere(t *testing.T) {
	for _, path := range []string{"//evil.example/x", "::bad::", ""} {
		if got := (Page{Path: path}).languageURL("en"); !strings.HasPrefix(got, "/?lang") && !strings.HasPrefix(got, "?lang") {
			t.Errorf("%q gives %q", path, got)
		}
	}
	own := Page{LanguageURL: func(lang string) string { return "/language/" + lang }}
	if got := own.languageURL("nb"); got != "/language/nb" {
		t.Errorf("own language address: %q", got)
	}
}

// Every icon the code names is in the sprite, and nothing else is.
func TestSpriteHasTheIcons(t *testing.T) {
	source, err := os.ReadFile("icon.templ")
	if err != nil {
		t.Fatal(err)
	}
	h, err := Static()
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, static.Path("sprite.svg"), nil))
	sprite := answer.Body.String()
	names := regexp.MustCompile(`Icon = "([a-z-]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(names) == 0 || strings.Count(sprite, "<symbol") != len(names) {
		t.Errorf("%d icons in the code, %d in the sprite", len(names), strings.Count(sprite, "<symbol"))
	}
	for _, name := range names {
		if !strings.Contains(sprite, `id="`+name[1]+`"`) {
			t.Errorf("no %s in the sprite: run npm run build in web/", name[1])
		}
	}
}
