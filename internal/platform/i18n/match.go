// SPDX-License-Identifier: EUPL-1.2

package i18n

import (
	"strconv"
	"strings"
)

// maxAcceptLanguage bounds how much of a header is read: a browser sends some
// tens of bytes, and anything after a thousand is not a preference any more.
const maxAcceptLanguage = 1024

// MatchLanguage picks the language for a reader. The explicit choices (a link
// followed, a saved preference) come first and the first known one wins; after
// them the Accept-Language header by its quality values (RFC 9110, 12.5.4);
// after that [Default].
func MatchLanguage(acceptLanguage string, choices ...string) string {
	for _, c := range choices {
		if lang := canonical(c); lang != "" {
			return lang
		}
	}
	if len(acceptLanguage) > maxAcceptLanguage {
		acceptLanguage = acceptLanguage[:maxAcceptLanguage]
	}
	best, bestQ := Default, 0.0
	for part := range strings.SplitSeq(acceptLanguage, ",") {
		tag, q := acceptPart(part)
		if lang := canonical(tag); lang != "" && q > bestQ {
			best, bestQ = lang, q
		}
	}
	return best
}

// acceptPart splits "nb-NO;q=0.8". A quality that does not parse counts as
// zero: not understood is not wanted.
func acceptPart(part string) (tag string, q float64) {
	tag, params, found := strings.Cut(part, ";")
	tag = strings.TrimSpace(tag)
	if !found {
		return tag, 1
	}
	name, value, _ := strings.Cut(params, "=")
	if !strings.EqualFold(strings.TrimSpace(name), "q") {
		return tag, 1
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || !(q >= 0 && q <= 1) {
		return tag, 0
	}
	return tag, q
}

// canonical maps a tag to one of ours, or "". Every Norwegian tag, Nynorsk
// included, is served in Bokmål: its readers read it, and better than Italian.
func canonical(tag string) string {
	primary, _, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(tag), "_", "-"), "-")
	switch strings.ToLower(primary) {
	case "it":
		return Italian
	case "en":
		return English
	case "nb", "no", "nn":
		return Norwegian
	}
	return ""
}
