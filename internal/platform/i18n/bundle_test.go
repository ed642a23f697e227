// SPDX-License-Identifier: EUPL-1.2

package i18n

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// source makes a package's catalogues of three files.
func source(it, en, nb string) fs.FS {
	return fstest.MapFS{
		"locale/it.json": {Data: []byte(it)},
		"locale/en.json": {Data: []byte(en)},
		"locale/nb.json": {Data: []byte(nb)},
	}
}

func load(t *testing.T, sources ...fs.FS) *Bundle {
	t.Helper()
	b, err := Load(sources...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOwnCataloguesAreComplete(t *testing.T) {
	if err := load(t).Check(); err != nil {
		t.Error(err)
	}
}

func TestACatalogueMayBeSplitBySubject(t *testing.T) {
	files := source(`{"x.a": "a"}`, `{"x.a": "a"}`, `{"x.a": "a"}`).(fstest.MapFS)
	for _, lang := range Languages() {
		files["locale/key."+lang+".json"] = &fstest.MapFile{Data: []byte(`{"x.key": "` + lang + `"}`)}
	}
	b := load(t, files)
	for _, lang := range Languages() {
		if got := b.Localizer(lang, nil).T("x.key"); got != lang {
			t.Errorf("%s: %q", lang, got)
		}
	}
	files["locale/key.it.json"] = &fstest.MapFile{Data: []byte(`{"x.a": "again"}`)}
	if _, err := Load(files); err == nil || !strings.Contains(err.Error(), `locale/key.it.json: key "x.a" is already defined`) {
		t.Errorf("a key in two files of one source: %v", err)
	}
}

func TestLoadRefuses(t *testing.T) {
	good := `{"x.a": "a"}`
	tests := map[string]struct {
		sources []fs.FS
		want    string
	}{
		"a missing file": {[]fs.FS{fstest.MapFS{"locale/it.json": {Data: []byte(good)}}}, "locale/en.json"},
		"a key of two packages": {
			[]fs.FS{source(good, good, good), source(good, good, good)}, `"x.a" is already defined`},
		"a key twice in a file":     {[]fs.FS{source(`{"x.a":"1","x.a":"2"}`, good, good)}, `"x.a" appears twice`},
		"a key without a package":   {[]fs.FS{source(`{"a":"1"}`, good, good)}, "package's name"},
		"markup":                    {[]fs.FS{source(`{"x.a":"<b>1</b>"}`, good, good)}, "markup"},
		"an open brace":             {[]fs.FS{source(`{"x.a":"{n"}`, good, good)}, "brace"},
		"a stray brace":             {[]fs.FS{source(`{"x.a":"n}"}`, good, good)}, "brace"},
		"a strange placeholder":     {[]fs.FS{source(`{"x.a":"{N n}"}`, good, good)}, "brace"},
		"an empty sentence":         {[]fs.FS{source(`{"x.a":""}`, good, good)}, "empty"},
		"a number":                  {[]fs.FS{source(`{"x.a":1}`, good, good)}, "neither"},
		"a foreign plural category": {[]fs.FS{source(good, `{"x.a":{"many":"1","other":"2"}}`, good)}, "not a plural category"},
		"a plural without other":    {[]fs.FS{source(`{"x.a":{"one":"1"}}`, good, good)}, `without the form "other"`},
		"a form twice":              {[]fs.FS{source(`{"x.a":{"one":"1","one":"2","other":"3"}}`, good, good)}, "appears twice"},
		"something after the end":   {[]fs.FS{source(good+"{}", good, good)}, "follows"},
		"half a file":               {[]fs.FS{source(`{"x.a":"1"`, good, good)}, "it.json"},
		"a list":                    {[]fs.FS{source(`["x.a"]`, good, good)}, "expected"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Load(tt.sources...)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one about %q", err, tt.want)
			}
		})
	}
}

func TestCheckReports(t *testing.T) {
	plural := `{"x.a":{"one":"1","other":"2"}}`
	counted := `{"x.a":{"one":"{count} file","many":"{count} di file","other":"{count} file"}}`
	tests := map[string]struct{ it, en, nb, want string }{
		"a key missing in one language": {`{"x.a":"1"}`, `{"x.a":"1"}`, `{}`, `nb: "x.a" is missing`},
		"a key missing in the default":  {`{}`, `{"x.a":"1"}`, `{"x.a":"1"}`, `it: "x.a" is missing`},
		"other placeholders":            {`{"x.a":"{n}"}`, `{"x.a":"{m}"}`, `{"x.a":"{n}"}`, `en: "x.a" has placeholders`},
		"a plural form left out":        {plural, plural, plural, `it: "x.a" lacks the plural form "many"`},
		"a plural in one only":          {`{"x.a":"1"}`, plural, `{"x.a":"1"}`, "not in both"},
		"a plural of something else":    {counted, `{"x.a":{"one":"{count}","other":"{count}"}}`, `{"x.a":{"one":"{count}","other":"{count}"}}`, `it: "x.a" is a plural without {n}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := load(t, source(tt.it, tt.en, tt.nb)).Check()
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one about %q", err, tt.want)
			}
		})
	}
}

func TestT(t *testing.T) {
	b := load(t, source(
		`{"x.plain":"Dotazione","x.name":"Ciao {name}","x.only":"solo qui","x.day":"Il {date}, dal {date} (al {date}).",
		  "x.items":{"one":"{n} elemento","many":"{n} di elementi","other":"{n} elementi"}}`,
		`{"x.plain":"Stack","x.name":"Hello {name}","x.items":{"one":"{n} item","other":"{n} items"}}`,
		`{"x.plain":"Utstyr","x.name":"Hei {name}","x.items":{"one":"{n} ting","other":"{n} ting"}}`))
	tests := []struct {
		lang, key string
		pairs     []any
		want      string
	}{
		{Italian, "x.plain", nil, "Dotazione"},
		{"de", "x.plain", nil, "Dotazione"},
		{English, "x.only", nil, "solo qui"},
		{English, "x.nowhere", nil, "x.nowhere"},
		{Italian, "x.name", []any{"name", "<b>"}, "Ciao <b>"},
		{Italian, "x.day", []any{"date", "8 marzo 2027"}, "L'8 marzo 2027, dall'8 marzo 2027 (all'8 marzo 2027)."},
		{Italian, "x.day", []any{"date", "11 novembre 2026, ore 09:00"}, "L'11 novembre 2026, ore 09:00, dall'11 novembre 2026, ore 09:00 (all'11 novembre 2026, ore 09:00)."},
		{Italian, "x.day", []any{"date", "18 marzo 2027"}, "Il 18 marzo 2027, dal 18 marzo 2027 (al 18 marzo 2027)."},
		{Italian, "x.day", []any{"date", "8 enti"}, "Il 8 enti, dal 8 enti (al 8 enti)."},
		{Italian, "x.name", []any{"name", []string{"a", "b", "c"}}, "Ciao a, b e c"},
		{Norwegian, "x.name", []any{"name", time.Date(2026, 11, 22, 13, 20, 0, 0, time.UTC)}, "Hei 22. november 2026 kl. 13.20"},
		{Italian, "x.name", []any{"name", 1.5}, "Ciao 1,5"},
		{Italian, "x.name", []any{"name", 90 * time.Minute}, "Ciao 1\u00a0h 30\u00a0min"},
		{Italian, "x.name", nil, "Ciao {name}"},
		{Italian, "x.name", []any{"name"}, "Ciao {name}"},
		{Italian, "x.items", []any{"n", 1}, "1 elemento"},
		{Italian, "x.items", []any{"n", 0}, "0 elementi"},
		{Italian, "x.items", []any{"n", int64(2_000_000)}, "2.000.000 di elementi"},
		{Italian, "x.items", []any{"n", 1.5}, "1,5 elementi"},
		{English, "x.items", []any{"n", 1234}, "1,234 items"},
	}
	for _, tt := range tests {
		if got := b.Localizer(tt.lang, nil).T(tt.key, tt.pairs...); got != tt.want {
			t.Errorf("%s %s %v: %q, want %q", tt.lang, tt.key, tt.pairs, got, tt.want)
		}
	}
}

func TestHas(t *testing.T) {
	l := load(t, source(`{"x.a":"1"}`, `{}`, `{}`)).Localizer(English, nil)
	if !l.Has("x.a") || l.Has("x.b") {
		t.Error("Has does not follow the fallback to Italian")
	}
}

func FuzzParseCatalogue(f *testing.F) {
	f.Add(`{"x.a":"{n} b"}`)
	f.Add(`{"x.a":{"one":"{n}","many":"m","other":"o"}}`)
	f.Add(`{"x.a":{"other":`)
	f.Fuzz(func(t *testing.T, s string) {
		c, err := parseCatalogue(Italian, strings.NewReader(s))
		if err != nil {
			return
		}
		for key, m := range c {
			if len(m.forms[Other]) == 0 {
				t.Errorf("key %q was accepted without a sentence", key)
			}
		}
	})
}
