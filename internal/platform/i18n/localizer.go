// SPDX-License-Identifier: EUPL-1.2

package i18n

import (
	"fmt"
	"strings"
	"time"
)

// Localizer speaks to one reader: one language, one time zone, and the present
// moment relative times are measured from. It is immutable and safe for
// concurrent use.
type Localizer struct {
	bundle *Bundle
	lang   string
	zone   *time.Location
	now    func() time.Time
}

// Lang returns the language's tag, for the lang attribute of HTML.
func (l *Localizer) Lang() string { return l.lang }

// Zone returns the reader's time zone.
func (l *Localizer) Zone() *time.Location { return l.zone }

// Now returns the present moment in the reader's zone.
func (l *Localizer) Now() time.Time { return l.now().In(l.zone) }

// Has reports whether any sentence, in this language or in the default one,
// stands behind key.
func (l *Localizer) Has(key string) bool {
	_, ok := l.find(key)
	return ok
}

// T returns the sentence behind key with its placeholders filled in from
// name, value pairs: l.T("inventory.added", "product", "FortiOS", "n", 3).
//
// Whole numbers and floats are written as [Localizer.Number] does, times as
// [Localizer.DateTime], []string as [Localizer.List]; a plural is chosen by the
// argument "n". A placeholder without a value stays visible as {name}; a key
// without a sentence is returned as it is. The result is plain text.
func (l *Localizer) T(key string, pairs ...any) string {
	m, ok := l.find(key)
	if !ok {
		return key
	}
	s := m.forms[Other]
	if m.plural {
		if form, ok := m.forms[l.category(pairs)]; ok {
			s = form
		}
	}
	if len(s) == 1 && s[0].arg == "" {
		return s[0].text
	}
	return l.fill(s, pairs)
}

// find looks in the reader's language, then in the default one.
func (l *Localizer) find(key string) (message, bool) {
	if m, ok := l.bundle.byLang[l.lang][key]; ok {
		return m, true
	}
	m, ok := l.bundle.byLang[Default][key]
	return m, ok
}

// category is the plural category of the argument "n"; a fraction, or no
// argument at all, is "other" in all our languages.
func (l *Localizer) category(pairs []any) Category {
	v, _ := argument(pairs, "n")
	if n, ok := whole(v); ok {
		return Plural(l.lang, n)
	}
	return Other
}

func (l *Localizer) fill(s sentence, pairs []any) string {
	var b strings.Builder
	for i, p := range s {
		switch v, ok := argument(pairs, p.arg); {
		case p.arg == "" && i+1 < len(s) && l.lang == Italian && strings.HasSuffix(p.text, "l "):
			v, _ := argument(pairs, s[i+1].arg)
			b.WriteString(elide(p.text, l.value(v)))
		case p.arg == "":
			b.WriteString(p.text)
		case !ok:
			b.WriteString("{" + p.arg + "}")
		default:
			b.WriteString(l.value(v))
		}
	}
	return b.String()
}

// argument finds a value among name, value pairs.
func argument(pairs []any, name string) (any, bool) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == name {
			return pairs[i+1], true
		}
	}
	return nil, false
}

// value writes an argument the way the language writes its type.
func (l *Localizer) value(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case time.Time:
		return l.DateTime(v)
	case time.Duration:
		return l.Duration(v)
	case []string:
		return l.List(v)
	case fmt.Stringer:
		return v.String()
	}
	if n, ok := whole(v); ok {
		return l.Number(n)
	}
	switch v := v.(type) {
	case float64:
		return l.Decimal(v, -1)
	case float32:
		return l.Decimal(float64(v), -1)
	}
	return fmt.Sprint(v)
}

// whole widens the integer types templates pass.
func whole(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	case int32:
		return int64(v), true
	case uint32:
		return int64(v), true
	case int16:
		return int64(v), true
	case uint8:
		return int64(v), true
	}
	return 0, false
}
