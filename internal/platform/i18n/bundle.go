// SPDX-License-Identifier: EUPL-1.2

package i18n

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"
)

//go:embed locale/*.json
var ownLocale embed.FS

// Bundle holds the catalogues of all packages in all languages. It does not
// change after [Load] and is safe for concurrent use.
type Bundle struct {
	byLang map[string]catalogue
	now    func() time.Time
}

// Load merges the catalogues of several packages. Each source must hold
// locale/it.json, locale/en.json and locale/nb.json, and may hold further ones
// by subject: locale/passkey.it.json and so on. It fails on a missing or
// malformed file and on a key that two files define.
func Load(sources ...fs.FS) (*Bundle, error) {
	b := &Bundle{byLang: map[string]catalogue{}, now: time.Now}
	for _, lang := range Languages() {
		b.byLang[lang] = catalogue{}
		for i, src := range append([]fs.FS{ownLocale}, sources...) {
			if err := b.addSource(lang, src); err != nil {
				return nil, fmt.Errorf("i18n: source %d: %w", i, err)
			}
		}
	}
	return b, nil
}

// addSource merges a source's files of one language.
func (b *Bundle) addSource(lang string, src fs.FS) error {
	subjects, err := fs.Glob(src, "locale/*."+lang+".json")
	if err != nil {
		return err
	}
	for _, name := range append([]string{"locale/" + lang + ".json"}, subjects...) {
		if err := b.add(lang, src, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// add merges one file.
func (b *Bundle) add(lang string, src fs.FS, name string) error {
	f, err := src.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	c, err := parseCatalogue(lang, f)
	if err != nil {
		return err
	}
	for key, m := range c {
		if _, twice := b.byLang[lang][key]; twice {
			return fmt.Errorf("key %q is already defined by another file", key)
		}
		b.byLang[lang][key] = m
	}
	return nil
}

// With returns the same bundle with further sentences, by language and key, that
// are data and no catalogue: names of things. They are taken as they are, without placeholders.
func (b *Bundle) With(words map[string]map[string]string) (*Bundle, error) {
	out := &Bundle{byLang: map[string]catalogue{}, now: b.now}
	for lang, c := range b.byLang {
		out.byLang[lang] = maps.Clone(c)
		for key, text := range words[lang] {
			if _, twice := c[key]; twice {
				return nil, fmt.Errorf("i18n: %s: key %q is already defined", lang, key)
			}
			out.byLang[lang][key] = message{forms: map[Category]sentence{Other: {{text: text}}}}
		}
	}
	return out, nil
}

// WithNow returns the same bundle with another source of the present moment,
// which relative times are measured from. Pass the clock's Now method.
func (b *Bundle) WithNow(now func() time.Time) *Bundle {
	return &Bundle{byLang: b.byLang, now: now}
}

// Localizer returns what is needed to speak to one reader. An unknown language
// becomes [Default]; a nil zone becomes UTC.
func (b *Bundle) Localizer(lang string, zone *time.Location) *Localizer {
	if !Known(lang) {
		lang = Default
	}
	if zone == nil {
		zone = time.UTC
	}
	return &Localizer{bundle: b, lang: lang, zone: zone, now: b.now}
}

// Keys returns every key of every language, sorted.
func (b *Bundle) Keys() []string {
	all := map[string]bool{}
	for _, c := range b.byLang {
		for key := range c {
			all[key] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// Check reports, joined, every way in which the languages disagree: a key one
// of them lacks, different placeholders, a plural in one and not in another, a
// plural category left out. nil means the catalogues are complete.
func (b *Bundle) Check() error {
	var errs []error
	for _, key := range b.Keys() {
		for _, lang := range Languages() {
			errs = append(errs, b.checkKey(lang, key))
		}
	}
	return errors.Join(errs...)
}

func (b *Bundle) checkKey(lang, key string) error {
	m, ok := b.byLang[lang][key]
	if !ok {
		return fmt.Errorf("%s: %q is missing", lang, key)
	}
	if m.plural && lang == Default && len(m.args()) > 0 && !slices.Contains(m.args(), "n") {
		return fmt.Errorf("%s: %q is a plural without {n}, by which its form is chosen", lang, key)
	}
	for _, c := range Categories(lang) {
		if _, ok := m.forms[c]; m.plural && !ok {
			return fmt.Errorf("%s: %q lacks the plural form %q", lang, key, c)
		}
	}
	ref, ok := b.byLang[Default][key]
	if !ok {
		return nil // reported once, by the default language itself
	}
	if m.plural != ref.plural {
		return fmt.Errorf("%s: %q is a plural here or in %s, but not in both", lang, key, Default)
	}
	if got, want := m.args(), ref.args(); !slices.Equal(got, want) {
		return fmt.Errorf("%s: %q has placeholders %v, %s has %v", lang, key, got, Default, want)
	}
	return nil
}
