// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"time"

	"martinella/internal/platform/tlp"
)

// Kind is what an advisory is: an alert asks for action, a bulletin informs.
type Kind string

// The kinds, as CSIRT Italia's references have them (AL, BL).
const (
	Alert    Kind = "alert"
	Bulletin Kind = "bulletin"
)

// Kinds lists them.
func Kinds() []Kind { return []Kind{Alert, Bulletin} }

// Severity is how grave it is for those it concerns.
type Severity string

// The severities, the gravest first.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

// Severities lists them.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low} }

// PAP is the Permissible Actions Protocol: what may be done with the
// information without the adversary noticing. Its zero value is none.
type PAP string

// PAPs lists the labels, the most restricted first.
func PAPs() []PAP { return []PAP{"PAP:RED", "PAP:AMBER", "PAP:GREEN", "PAP:CLEAR"} }

// State is how far an advisory is.
type State string

// The states.
const (
	Draft     State = "draft"
	Proposed  State = "proposed" // waits for a second person
	Sent      State = "sent"
	Withdrawn State = "withdrawn" // sent, and taken back
)

// Content is what an advisory says.
type Content struct {
	Texts map[string]Text `json:"texts"`          // by language; at least one
	Main  string          `json:"main,omitempty"` // the language of those whose own it is not written in
	CVEs  []string        `json:"cves,omitempty"`
	Links []string        `json:"links,omitempty"`
	// Products are those it calls affected, Indicators what to look for. Lists leave the latter out.
	Products   []Product   `json:"products,omitempty"`
	Indicators []Indicator `json:"-"`
	// Escalation is what is done about those who do not acknowledge; nil: what the house does for its severity.
	Escalation *Escalation `json:"escalation,omitempty"`
	Source     string      `json:"source,omitempty"` // whose alert it was; empty: the CSIRT's own
}

// Entry is what an analyst writes of an advisory.
type Entry struct {
	Kind      Kind
	Reference string // of the source: "AL11/260320/CSIRT-ITA"; empty: none
	Severity  Severity
	TLP       tlp.Label
	PAP       PAP
	Content
	Audience string
	Change   string // of a revision: what it changes, as its readers are told
	Renew    bool   // of a revision: it is to be acknowledged anew
	// AckWithin is how long its members have to acknowledge it; 0: they need not.
	AckWithin time.Duration
}

// Advisory is one, with its history.
type Advisory struct {
	ID      int64
	Version int64 // counts changes, so that two analysts do not overwrite each other
	Entry
	State State

	Created   Step
	Changed   time.Time
	ChangedBy int64
	Proposed  Step
	Sent      Step
	Withdrawn Step
	Why       string // it was withdrawn

	Revision int       // 1 as first sent
	Revised  Step      // when the revision that holds was sent; zero: the first
	Revises  int64     // a draft: the advisory whose next revision it is
	Asked    time.Time // since when it is to be acknowledged, where a revision asked anew

	Organisations int // it was sent to
	People        int // who are written to
	Told          int // of them, so far

	Files []Attachment // that it has now, where they are asked for with it
}

// Step is when something was done, and by whom.
type Step struct {
	At   time.Time // zero: it was not
	Name string
}

// Due is until when it is to be acknowledged; zero: it need not be.
func (a Advisory) Due() time.Time {
	if a.AckWithin == 0 || a.Sent.At.IsZero() {
		return time.Time{}
	}
	if !a.Asked.IsZero() {
		return a.Asked.Add(a.AckWithin)
	}
	return a.Sent.At.Add(a.AckWithin)
}
