// SPDX-License-Identifier: EUPL-1.2

package publication

import (
	"maps"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
)

// How long what the CSIRT says of itself may be, in bytes.
const (
	maxFact        = 200
	maxAddress     = 600
	maxProfileText = 6000
)

var phoneShape = regexp.MustCompile(`^\+?[0-9][0-9 ()/.-]{1,38}$`)

// checkedProfile cleans what was written and says what is wrong with it, field by field.
func checkedProfile(p Profile) (Profile, error) {
	wrong := fault.New(fault.Invalid, "publication.profile")
	p.Facts = checkedFacts(p.Facts, wrong)
	texts := map[string]Texts{}
	for _, lang := range slices.Sorted(maps.Keys(p.Texts)) {
		if !slices.Contains(i18n.Languages(), lang) {
			wrong.Field(lang, "publication.profile_language", fault.P{"language": lang})
			continue
		}
		if t := checkedTexts(p.Texts[lang], wrong); len(t) > 0 {
			texts[lang] = t
		}
	}
	p.Texts = texts
	return p, wrong.OrNil()
}

func checkedFacts(f Facts, wrong *fault.Error) Facts {
	for _, line := range []struct {
		name  string
		value *string
	}{{"name", &f.Name}, {"zone", &f.Zone}, {"phone", &f.Phone}, {"fax", &f.Fax}, {"email", &f.Email}} {
		*line.value = strings.Join(strings.Fields(printable(*line.value)), " ") // one line: it stands in security.txt
		if len(*line.value) > maxFact {
			wrong.Field(line.name, "publication.profile_long", fault.P{"limit": maxFact})
		}
	}
	if f.Address = cleaned(f.Address); len(f.Address) > maxAddress {
		wrong.Field("address", "publication.profile_long", fault.P{"limit": maxAddress})
	}
	if f.Name == "" {
		wrong.Field("name", "publication.profile_name")
	}
	if _, err := time.LoadLocation(f.Zone); err != nil || f.Zone == "" || f.Zone == "Local" {
		wrong.Field("zone", "publication.profile_zone")
	}
	if f.Phone != "" && !phoneShape.MatchString(f.Phone) {
		wrong.Field("phone", "publication.profile_phone")
	}
	if f.Fax != "" && !phoneShape.MatchString(f.Fax) {
		wrong.Field("fax", "publication.profile_phone")
	}
	if a, err := mail.ParseAddress(f.Email); err != nil || a.Address != f.Email {
		wrong.Field("email", "publication.profile_email")
	}
	return f
}

func checkedTexts(all Texts, wrong *fault.Error) Texts {
	out := Texts{}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		switch text := cleaned(all[key]); {
		case !slices.Contains(textKeys(), key):
			wrong.Field(key, "publication.profile_text", fault.P{"key": key})
		case len(text) > maxProfileText:
			wrong.Field(key, "publication.profile_long", fault.P{"limit": maxProfileText})
		case text != "":
			out[key] = text
		}
	}
	return out
}

// cleaned is a text of several lines without what nobody sees: ends of lines as
// Unix has them, no blanks before them, no control characters.
func cleaned(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRightFunc(printable(line), unicode.IsSpace)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

func printable(line string) string {
	return strings.ToValidUTF8(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, line), "")
}
