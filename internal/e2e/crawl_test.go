// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"martinella/internal/e2e/browser"
)

// crawler goes through the pages somebody can reach by following links, and
// looks at some of each kind.
type crawler struct {
	t       *testing.T
	p       *browser.Page
	base    string
	who     string // for the pictures' names
	perKind int    // how many pages of a kind are opened
	axe     bool
	also    func(path string) // what else is looked at; nil: nothing
	seen    map[string]bool
	kinds   map[string]int
	queue   []string
}

// from follows links, beginning at some addresses.
func (c *crawler) from(starts ...string) {
	c.t.Helper()
	c.queue = append(c.queue, starts...)
	for len(c.queue) > 0 {
		next := c.queue[0]
		c.queue = c.queue[1:]
		kind := kindOf(next)
		if c.seen[next] || c.kinds[kind] >= c.perKind || !isPage(next) {
			continue
		}
		c.seen[next] = true
		c.kinds[kind]++
		c.visit(next, kind)
	}
}

func (c *crawler) visit(path, kind string) {
	c.t.Helper()
	if status := c.p.Open(c.base + path); status != http.StatusOK {
		c.t.Errorf("%s: GET %s: %d", c.who, path, status)
		return
	}
	for _, href := range c.p.Links() {
		if rest, ok := strings.CutPrefix(href, c.base); ok {
			rest, _, _ = strings.Cut(rest, "#")
			c.queue = append(c.queue, rest)
		}
	}
	c.check(path)
	look(c.p, c.pictureName(kind))
	for _, fault := range c.p.Faults() {
		c.t.Errorf("%s: %s: %s", c.who, path, fault)
	}
}

// key is what a sentence looks like that no catalogue has.
var key = regexp.MustCompile(`(?i)\b(ui|gate|web|mailer|feed|corpus|fetch|digest|identity|constituency|inventory|vulnerability|operations|fault)\.[a-z]+[a-z_.]*`)

// check holds a page to what every page must be.
func (c *crawler) check(path string) {
	c.t.Helper()
	text := c.p.Text(browser.CSS("body"))
	if found := key.FindAllString(text, 3); found != nil && !technical(path) {
		c.t.Errorf("%s: %s shows what is no sentence: %q", c.who, path, found)
	}
	if c.p.Title() == "" || !c.p.Has(browser.CSS("h1")) {
		c.t.Errorf("%s: %s has no title or no heading", c.who, path)
	}
	if twice := c.p.RepeatedIDs(); len(twice) > 0 {
		c.t.Errorf("%s: %s has several elements with the id %q", c.who, path, twice)
	}
	if wide := c.p.Wider(phone); wide != "" {
		c.t.Errorf("%s: %s is wider than %d pixels: %s", c.who, path, phone, wide)
	}
	if c.also != nil {
		c.also(path)
	}
	if !c.axe || c.kinds[kindOf(path)] > 1 {
		return
	}
	for _, width := range []int{phone, desk} {
		c.p.Width(width)
		for _, v := range c.p.Axe() {
			c.t.Errorf("%s: %s, %d pixels wide: %v", c.who, path, width, v)
		}
	}
}

// technical are the pages that show the program's own names on purpose: kinds
// of mails, jobs and audit entries, permissions of tokens and of the API, events of webhooks.
func technical(path string) bool {
	return slices.ContainsFunc([]string{"/ops/mail", "/ops/jobs", "/ops/audit", "/api/"}, func(p string) bool { return strings.HasPrefix(path, p) }) ||
		strings.Contains(path, "/tokens") || strings.Contains(path, "/hooks")
}

// isPage leaves out files and what changes the language.
func isPage(path string) bool {
	u, err := url.Parse(path)
	if err != nil {
		return false
	}
	q := u.Query()
	file := download.MatchString(u.Path) || strings.HasSuffix(u.Path, "/eml") || strings.HasSuffix(u.Path, "/html") || strings.HasPrefix(u.Path, "/static/") || q.Get("format") != ""
	return !file && !q.Has("lang")
}

// download are the addresses whose answer is saved, the API's documents, and what is made for programs.
var download = regexp.MustCompile(`/(keys|files|signed)/[0-9]+$|/agreements/[0-9]+/[a-z]+$|/vex/export$|/items/[0-9]+/mail$|^/api/v1/openapi|^/\.well-known/|\.(atom|txt|asc|pdf)$`)

var (
	number = regexp.MustCompile(`^[0-9]+$`)
	cveID  = regexp.MustCompile(`^CVE-[0-9-]+$`)
	token  = regexp.MustCompile(`^[A-Z0-9]{20,}$`)
)

// kindOf says of what kind a page is: its address without what names one thing,
// and without how a list is filtered, sorted and paged.
func kindOf(path string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	parts := strings.Split(u.Path, "/")
	for i, part := range parts {
		switch {
		case i == 2 && parts[1] == "o", i == 3 && parts[2] == "members":
			parts[i] = "ORG"
		case number.MatchString(part):
			parts[i] = "N"
		case cveID.MatchString(part):
			parts[i] = "CVE"
		case token.MatchString(part):
			parts[i] = "TOKEN"
		}
	}
	kind := strings.Join(parts, "/")
	for _, name := range []string{"view", "kind", "name"} { // these make another page
		if v := u.Query().Get(name); v != "" {
			kind += "&" + name
		}
	}
	return kind
}

func (c *crawler) pictureName(kind string) string {
	name := c.who + strings.NewReplacer("/", "_", "&", "-").Replace(kind)
	if c.kinds[kind] > 1 {
		name += "-2"
	}
	return name
}
