// SPDX-License-Identifier: EUPL-1.2

package publication

import (
	"slices"
	"time"

	"martinella/internal/platform/i18n"
	"martinella/internal/publication/csaf"
)

// Text is an alert in one language; Body is Markdown.
type Text struct {
	Title   string `json:"title"`
	Summary string `json:"summary,omitempty"`
	Body    string `json:"body"`
}

// File is one that everybody may have with an alert.
type File struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Alert is one that everybody may read.
type Alert struct {
	ID        int64
	Version   int64  // counts its changes
	Kind      string // "alert", "bulletin"
	Reference string // of the source; "" none
	Severity  string
	Content
}

// Content is what an alert says.
type Content struct {
	Texts  map[string]Text `json:"texts"`          // by language; at least one
	Main   string          `json:"main,omitempty"` // the language for whoever reads none of the others
	Source string          `json:"source,omitempty"`
	CVEs   []string        `json:"cves,omitempty"`
	Scores []csaf.Score    `json:"scores,omitempty"` // of the CVEs, the best first
	// Indicators are there only where the alert's label allows that everybody sees them.
	Indicators []Indicator     `json:"indicators,omitempty"`
	Links      []string        `json:"links,omitempty"`
	Products   []csaf.Product  `json:"products,omitempty"`
	Files      []File          `json:"files,omitempty"`
	Revisions  []csaf.Revision `json:"revisions"` // the first one first; at least one
	Withdrawn  csaf.Withdrawal `json:"withdrawn"`
}

// Indicator is an indicator of compromise for who reads: programs have them from
// the exchange's doors.
type Indicator struct {
	Type    string    `json:"type"`  // "ip", "domain", …
	Value   string    `json:"value"` // defanged: no program makes a link of it
	Comment string    `json:"comment,omitempty"`
	Until   time.Time `json:"until,omitzero"` // the last day; zero: open
}

// score gives the best score of a CVE.
func (c Content) score(cve string) (csaf.Score, bool) {
	i := slices.IndexFunc(c.Scores, func(s csaf.Score) bool { return s.CVE == cve })
	if i < 0 {
		return csaf.Score{}, false
	}
	return c.Scores[i], true
}

// In gives the text in the first of the wanted languages it has, else in the main one, and which that is.
func (c Content) In(languages ...string) (string, Text) {
	for _, lang := range append(append(languages, c.Main), i18n.Languages()...) {
		if t, ok := c.Texts[lang]; ok {
			return lang, t
		}
	}
	return "", Text{}
}

// Languages are those it is written in, in the order the house has them.
func (c Content) Languages() (out []string) {
	for _, lang := range i18n.Languages() {
		if _, ok := c.Texts[lang]; ok {
			out = append(out, lang)
		}
	}
	return out
}

// Published is an alert as it was published.
type Published struct {
	Alert
	Tracking string // "CSIRT-2026-0001": its id among all that we publish
	Name     string // "csirt-2026-0001": in addresses
	Year     string // of the folder its document is in
	Released time.Time
	Changed  time.Time
}

// Path is where its document is, under the folder of what is TLP:WHITE.
func (p Published) Path() string { return p.Year + "/" + p.Name + ".json" }

// Document is a document as it is kept.
type Document struct {
	Changed        time.Time
	Body           []byte
	SHA256, SHA512 string
	Signature      string // armored; "" there is no key
	Fingerprint    string // of the key that made it
	madeFor        string // the key and the address it was made for
}
