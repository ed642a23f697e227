// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"martinella/internal/advisory/audience"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/tlp"
)

// The most an advisory holds.
const (
	maxTitle     = 200 // letters
	maxBody      = 50_000
	maxReference = 60
	maxCVEs      = 500
	maxLinks     = 100
	maxAck       = 30 * 24 * time.Hour
)

var cveID = regexp.MustCompile(`^CVE-\d{4}-\d{4,19}$`)

// tidy gives e with blanks trimmed, empty texts dropped, CVEs in capitals and once each.
func (e Entry) tidy() Entry {
	e.Reference = strings.ToUpper(strings.Join(strings.Fields(e.Reference), " "))
	e.tidyTexts()
	e.CVEs = distinct(e.CVEs, strings.ToUpper)
	e.Links = distinct(e.Links, func(s string) string { return s })
	e.Products, e.Indicators = tidyProducts(e.Products), tidyIndicators(e.Indicators)
	e.Change = strings.TrimSpace(strings.ReplaceAll(e.Change, "\r\n", "\n"))
	e.Source = strings.Join(strings.Fields(e.Source), " ")
	return e
}

func distinct(list []string, norm func(string) string) []string {
	var out []string
	for _, s := range list {
		if s = norm(strings.TrimSpace(s)); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// check says what is wrong with an entry, field by field. A draft may be
// unfinished, but what it has must be readable.
func (e Entry) check() error {
	f := fault.New(fault.Invalid, "advisory.entry")
	known := func(name string, ok bool) {
		if !ok {
			f.Field(name, "advisory.choice")
		}
	}
	known("kind", slices.Contains(Kinds(), e.Kind))
	known("severity", slices.Contains(Severities(), e.Severity))
	known("tlp", e.TLP.Known())
	known("pap", e.PAP == "" || slices.Contains(PAPs(), e.PAP))
	if utf8.RuneCountInString(e.Reference) > maxReference {
		f.Field("reference", "advisory.long", fault.P{"limit": maxReference})
	}
	if e.AckWithin < 0 || e.AckWithin > maxAck {
		f.Field("ack", "advisory.ack")
	}
	if utf8.RuneCountInString(e.Change) > maxNote {
		f.Field("change", "advisory.long", fault.P{"limit": maxNote})
	}
	if e.Escalation != nil {
		e.Escalation.check(f)
	}
	e.checkTexts(f)
	e.checkLists(f)
	e.checkFindings(f)
	if e.Audience != "" {
		if err := e.checkAudience(); err != nil {
			of := fault.Of(err)
			f.Field("audience", of.Code, of.Params)
		}
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func (e Entry) checkLists(f *fault.Error) {
	for _, id := range e.CVEs {
		if !cveID.MatchString(id) {
			f.Field("cves", "advisory.cve", fault.P{"text": clip(id)})
			break
		}
	}
	for _, link := range e.Links {
		if u, err := url.Parse(link); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			f.Field("links", "advisory.link", fault.P{"text": clip(link)})
			break
		}
	}
	if len(e.CVEs) > maxCVEs || len(e.Links) > maxLinks {
		f.Field("cves", "advisory.many", fault.P{"cves": maxCVEs, "links": maxLinks})
	}
}

func (e Entry) checkAudience() error {
	to, err := audience.Parse(e.Audience)
	if err != nil {
		return err
	}
	return Forbids(e.TLP, to)
}

// clip bounds what a sentence repeats of what was typed.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}

// Forbids says whether a label forbids an audience, and why: a Conflict fault.
// TLP:RED is for named people (FIRST, TLP 2.0): here, for those of organisations
// named one by one; what is chosen by a condition is a group nobody named.
func Forbids(label tlp.Label, to audience.Expr) error {
	if label == tlp.Red && slices.ContainsFunc(to.Terms(), func(t audience.Expr) bool { return t.Key != audience.Code }) {
		return fault.New(fault.Conflict, "advisory.red_audience")
	}
	if label == tlp.Red && hasNot(to) {
		return fault.New(fault.Conflict, "advisory.red_audience")
	}
	return nil
}

func hasNot(e audience.Expr) bool {
	return e.Op == audience.Not || slices.ContainsFunc(e.Parts, hasNot)
}

// Mailed says whether mail may carry the text under a label: mail passes
// through many hands, and is read on machines nobody knows.
func Mailed(label tlp.Label) bool { return label.Within(tlp.Amber) }
