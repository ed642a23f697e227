// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"martinella/internal/e2e/browser"
)

// TestDarkAndOnPaper looks at the pages people use most, in the dark theme and
// printed.
func TestDarkAndOnPaper(t *testing.T) {
	i, b := demonstration(t), browser.Start(t)
	p := b.Visit(t, "it")
	signIn(t, p, i.base, "paolo.nencini@comune.castelvento.example")
	org := "/o/c_x001"
	p.Open(i.base + org + "/digests")
	var digests []string
	for _, href := range p.Links() {
		if kindOf(strings.TrimPrefix(href, i.base)) == "/o/ORG/digests/N" {
			digests = append(digests, strings.TrimPrefix(href, i.base))
		}
	}
	if len(digests) == 0 {
		t.Fatal("the demonstration has no digest")
	}
	for name, path := range map[string]string{"home": org, "stack": org + "/stack", "vulnerabilities": org + "/vulnerabilities",
		"digest": digests[0], "contacts": org + "/contacts", "chart": org + "/contacts/chart", "import": org + "/stack/import"} {
		p.Dark()
		p.Open(i.base + path)
		look(p, "dark-"+name)
		for _, v := range p.Axe() {
			t.Errorf("%s in the dark: %v", path, v)
		}
		p.Paper()
		look(p, "paper-"+name)
		if ground := p.Style(browser.CSS("body"), "background-color"); ground != "rgb(255, 255, 255)" {
			t.Errorf("%s is printed on %s", path, ground)
		}
		if p.Style(browser.CSS(".nav"), "display") != "none" {
			t.Errorf("%s: the navigation is printed", path)
		}
	}
}

// TestInOtherLanguages reads the pages in English and Norwegian: no sentence of
// the Italian catalogues may be among them.
func TestInOtherLanguages(t *testing.T) {
	i, b := demonstration(t), browser.Start(t)
	for _, lang := range []string{"en", "nb"} {
		foreign := onlyItalian(t, lang)
		for who, email := range map[string]string{"visitor": "", "org_security": "paolo.nencini@comune.castelvento.example", "analyst": "andrea.rossi@csirt.example"} {
			t.Run(lang+" "+who, func(t *testing.T) {
				p := b.Visit(t, lang)
				starts := []string{"/", "/services", "/register", "/signin", "/conditions"}
				if email != "" {
					signIn(t, p, i.base, email)
					starts = []string{"/home", "/account"}
				}
				p.Open(i.base + "/privacy?lang=" + lang)
				c := &crawler{t: t, p: p, base: i.base, who: lang + "-" + who, perKind: 1, seen: map[string]bool{}, kinds: map[string]int{}}
				c.also = func(path string) { wantLanguage(t, p, path, lang, foreign) }
				c.from(starts...)
			})
		}
	}
}

func wantLanguage(t *testing.T, p *browser.Page, path, lang string, foreign map[string]string) {
	t.Helper()
	if !p.Has(browser.CSS("html[lang=" + lang + "]")) {
		t.Errorf("%s is not said to be in %s", path, lang)
	}
	if strings.Contains(path, "/digests/") && !strings.HasSuffix(path, "/settings") || strings.HasPrefix(path, "/ops/mail") {
		return // a digest and a mail stay in the language they were written in
	}
	if strings.HasPrefix(path, "/avvisi/") || strings.HasPrefix(path, "/ops/round/") {
		return // an alert too; and what to say on the telephone is in the language of who answers
	}
	for _, line := range strings.Split(p.Text(browser.CSS("body")), "\n") {
		if key, ok := foreign[strings.TrimSpace(line)]; ok {
			t.Errorf("%s says %q (%s) in %s", path, line, key, lang)
		}
	}
}

// onlyItalian gives the Italian sentences that read otherwise in another
// language, with their keys.
func onlyItalian(t *testing.T, lang string) map[string]string {
	t.Helper()
	files := []string{"../../web/ui/locale/it.json"}
	for _, pattern := range []string{"../*/locale/*it.json", "../*/*/locale/*it.json"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no catalogues at %s (%v)", pattern, err)
		}
		files = append(files, found...)
	}
	out := map[string]string{}
	for _, file := range files {
		theirs := catalogue(t, strings.TrimSuffix(file, "it.json")+lang+".json")
		for key, text := range catalogue(t, file) {
			if theirs[key] != text && utf8.RuneCountInString(text) > 4 && !strings.Contains(text, "{") {
				out[text] = key
			}
		}
	}
	for _, text := range catalogueTexts(t, lang, files) {
		delete(out, text) // a word that another sentence uses in that language too
	}
	if out["Che cosa aggiornare"] == "" {
		t.Fatalf("%d sentences are only Italian, but not the right ones", len(out))
	}
	return out
}

func catalogueTexts(t *testing.T, lang string, files []string) (out []string) {
	t.Helper()
	for _, file := range files {
		for _, text := range catalogue(t, strings.TrimSuffix(file, "it.json")+lang+".json") {
			out = append(out, text)
		}
	}
	return out
}

// catalogue reads the sentences of a file that have one form.
func catalogue(t *testing.T, file string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for key, value := range all {
		if text, ok := value.(string); ok {
			out[key] = text
		}
	}
	return out
}
