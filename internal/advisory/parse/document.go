// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"time"

	"martinella/internal/platform/tlp"
)

// Format is the form an alert came in.
type Format string

// The forms that are read. Mail is what carried an alert: [Document.Mail].
const (
	FormatACN  Format = "acn_text" // an alert or bulletin of ACN/CSIRT Italia, as text
	FormatText Format = "text"
	FormatRSS  Format = "rss_item"
	FormatAtom Format = "atom_item"
	FormatCSAF Format = "csaf"
	FormatSTIX Format = "stix"
	FormatMISP Format = "misp"
)

// Kind is what the sender calls the document.
type Kind string

// The kinds. An ACN reference decides between the first two.
const (
	KindAlert        Kind = "alert"        // ACN "AL"
	KindBulletin     Kind = "bulletin"     // ACN "BL"
	KindAdvisory     Kind = "advisory"     // a producer's security advisory (CSAF)
	KindIntelligence Kind = "intelligence" // STIX, MISP
	KindUnknown      Kind = "unknown"
)

// Document is one alert.
type Document struct {
	Format     Format       `json:"format"`
	Kind       Kind         `json:"kind"`
	Reference  *Reference   `json:"reference,omitempty"` // ACN's: two documents with the same one are the same alert
	IDs        []Identifier `json:"ids,omitempty"`
	Related    []string     `json:"related,omitempty"` // ACN references of other alerts that the text names
	Update     bool         `json:"update"`            // the sender says that it revises an earlier one
	Revision   string       `json:"revision,omitempty"`
	Title      string       `json:"title"`
	Summary    string       `json:"summary,omitempty"`
	Language   string       `json:"language,omitempty"` // it, en, nb or what the document states
	Sections   []Section    `json:"sections,omitempty"`
	Products   []Product    `json:"products,omitempty"`
	CVEs       []string     `json:"cves,omitempty"`
	CVSS       []CVSS       `json:"cvss,omitempty"`
	Severity   Severity     `json:"severity,omitzero"`
	Indicators []Indicator  `json:"indicators,omitempty"`
	References []Link       `json:"references,omitempty"`
	TLP        tlp.Label    `json:"tlp,omitempty"` // version 2.0; empty when none is stated
	PAP        PAP          `json:"pap,omitempty"`
	// A day without an hour is its midnight in UTC.
	Published time.Time `json:"published,omitzero"`
	Updated   time.Time `json:"updated,omitzero"`
	Mail      *Mail     `json:"mail,omitempty"` // what carried it
	Unparsed  []string  `json:"unparsed,omitempty"`
	Warnings  []Warning `json:"warnings,omitempty"`
}

// Reference is the number ACN gives an alert: "AL11/260320/CSIRT-ITA".
type Reference struct {
	Value  string    `json:"value"` // in its usual form, in capitals
	Kind   Kind      `json:"kind"`
	Number int       `json:"number"` // of that day
	Date   time.Time `json:"date,omitzero"`
}

// Identifier is a number somebody else gave the document.
type Identifier struct {
	System string `json:"system"` // csaf, stix, misp, feed, or the publisher's name
	Value  string `json:"value"`
}

// SectionKind is what a part of the text is about.
type SectionKind string

// The kinds of sections.
const (
	SectionSummary    SectionKind = "summary"
	SectionDetails    SectionKind = "details"
	SectionImpact     SectionKind = "impact"
	SectionType       SectionKind = "type"
	SectionProducts   SectionKind = "products"
	SectionMitigation SectionKind = "mitigation"
	SectionReferences SectionKind = "references"
	SectionIndicators SectionKind = "indicators"
	SectionCVEs       SectionKind = "cves"
	SectionOther      SectionKind = "other"
)

// Section is a part of the text under its own heading.
type Section struct {
	Title string      `json:"title,omitempty"` // as written
	Kind  SectionKind `json:"kind"`
	Text  string      `json:"text"`
}

// Product is one that the alert calls affected. Text is the line as written; the
// other fields are filled when they are stated.
type Product struct {
	Text     string `json:"text"`
	Vendor   string `json:"vendor,omitempty"`
	Product  string `json:"product,omitempty"`
	Versions string `json:"versions,omitempty"`
	CPE      string `json:"cpe,omitempty"`
	PURL     string `json:"purl,omitempty"`
}

// CVSS is one score or vector. CVE is empty when it is said of the whole alert.
type CVSS struct {
	CVE     string  `json:"cve,omitempty"`
	Version string  `json:"version,omitempty"`
	Vector  string  `json:"vector,omitempty"`
	Score   float64 `json:"score,omitempty"`
}

// Level is a severity on the scale of CVSS.
type Level string

// The levels; the empty one means that none is stated.
const (
	LevelNone     Level = "none"
	LevelLow      Level = "low"
	LevelMedium   Level = "medium"
	LevelHigh     Level = "high"
	LevelCritical Level = "critical"
)

// Severity is what the sender says about it.
type Severity struct {
	Level   Level   `json:"level,omitempty"`
	Written string  `json:"written,omitempty"` // the words it was read from
	Colour  string  `json:"colour,omitempty"`  // of ACN's estimate of the impact, as written: ARANCIONE
	Impact  float64 `json:"impact,omitempty"`  // that estimate, of 100
}

// IndicatorType is what sort of thing to look for or to block.
type IndicatorType string

// The types of indicators.
const (
	TypeIP      IndicatorType = "ip"
	TypeNetwork IndicatorType = "network"
	TypeDomain  IndicatorType = "domain"
	TypeURL     IndicatorType = "url"
	TypeEmail   IndicatorType = "email"
	TypeMD5     IndicatorType = "md5"
	TypeSHA1    IndicatorType = "sha1"
	TypeSHA256  IndicatorType = "sha256"
	TypeSHA512  IndicatorType = "sha512"
)

// Indicator is an indicator of compromise.
type Indicator struct {
	Type    IndicatorType `json:"type"`
	Value   string        `json:"value"`   // refanged: never show it as a link
	Written string        `json:"written"` // as the alert has it
	Until   time.Time     `json:"until,omitzero"`
}

// Link is a reference to read.
type Link struct {
	URL  string `json:"url"`
	Text string `json:"text,omitempty"`
}

// PAP is a label of the Permissible Actions Protocol.
type PAP string

// The labels of PAP.
const (
	PAPRed   PAP = "PAP:RED"
	PAPAmber PAP = "PAP:AMBER"
	PAPGreen PAP = "PAP:GREEN"
	PAPClear PAP = "PAP:CLEAR"
)

// Warning is something a person should look at. Code is the key of its
// sentence in the catalogues, Detail what {detail} stands for there.
type Warning struct {
	Code   string `json:"code"`
	Detail string `json:"detail,omitempty"`
}
