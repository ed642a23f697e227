// SPDX-License-Identifier: EUPL-1.2

package csaf

import (
	"regexp"
	"strings"
	"time"
)

// Alert is what a document is made of.
type Alert struct {
	ID        string // the tracking id, 4.1 and 3.2.1.12.4: unique for the publisher, for ever
	Reference string // of another authority; "" none
	Source    string // whose alert it was; "" the publisher's own
	Lang      string // "it"
	Title     string
	Summary   string // "" none
	Body      string // Markdown
	CVEs      []string
	Scores    []Score // of its CVEs, the best first
	Links     []string
	Products  []Product
	Files     []File
	Revisions []Revision // the first one first; at least one
	Withdrawn Withdrawal
	Page      string // where people read it
}

// Product is something an alert is about, as far as it is known.
type Product struct {
	Text     string // as it was written: "FortiOS 7.2.0 - 7.2.7"
	Vendor   string
	Product  string
	Versions string // "7.2.5", "< 7.2.8"; "" all or unknown
	CPE      string
}

// File is one that comes with an alert.
type File struct{ Name, URL string }

// Revision is one sending of an alert.
type Revision struct {
	At   time.Time
	Note string // what changed; "" for the first
}

// Withdrawal is that an alert was taken back.
type Withdrawal struct {
	At  time.Time // zero: it was not
	Why string
}

// Publisher is who says it.
type Publisher struct {
	Name      string
	Namespace string // "https://csirt.example.it"
	Contact   string
	Authority string
}

// Words are the sentences a document has of its own, in its language.
type Words struct {
	First      string // the summary of the first revision
	Revised    string // of a later one that has no note
	Withdrawn  string // the title of the note that says why
	TakenBack  string // the summary of the revision that takes back; the reason follows
	Named      string // about a CVE the alert says nothing more of
	Unassigned string // the alert does not say which product a CVE touches
	Document   string // the self reference
	Page       string // the reference to the page for people
	Severity   string // in a word: "critica"
	Source     string // what the source of an alert did
	Details    string // the title of the note with the text
}

var invalidRune = regexp.MustCompile(`[^+\-a-z0-9]+`)

// FileName is the name a document with a tracking id must have (5.1).
func FileName(id string) string {
	return invalidRune.ReplaceAllString(strings.ToLower(id), "_") + ".json"
}

// Released is when it was first published, and Changed when it last changed.
func (a Alert) Released() time.Time { return a.Revisions[0].At.UTC() }

// Changed implements the current release date (3.2.1.12.2).
func (a Alert) Changed() time.Time {
	last := a.Revisions[len(a.Revisions)-1].At
	if a.Withdrawn.At.After(last) {
		last = a.Withdrawn.At
	}
	return last.UTC()
}

// Folder is the year of a document's folder (7.1.11): of its first release, in UTC.
func (a Alert) Folder() string { return a.Released().Format("2006") }
