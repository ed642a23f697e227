// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"context"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/tlp"
)

// Alert is one that has been sent, as this room needs it.
type Alert struct {
	ID         int64
	Version    int64
	Kind       string // alert, bulletin
	Reference  string
	Severity   string // critical, high, medium, low
	TLP        tlp.Label
	PAP        string          // "": it says none
	Texts      map[string]Text // by language
	Main       string          // the language for whoever reads none of the others
	CVEs       []string
	Links      []string
	Products   []Product
	Indicators []Indicator
	Source     string // whose it was; "": the CSIRT's own
	Sent       time.Time
	Changed    time.Time // when what leaves changed last
	Withdrawn  bool
	Why        string // it was withdrawn
}

// Text is an alert in one language.
type Text struct {
	Title string
	Body  string // Markdown
}

// Product is one that an alert calls affected.
type Product struct{ Text, Vendor, Product, Versions, CPE string }

// Indicator is something to look for or to block.
type Indicator struct {
	Type    string // ip, network, domain, url, email, md5, sha1, sha256, sha512
	Value   string
	Comment string
	Until   time.Time // the last day; zero: until it is taken out
}

// Over says whether its last day is over.
func (i Indicator) Over(now time.Time) bool {
	return !i.Until.IsZero() && !now.Before(i.Until.AddDate(0, 0, 1))
}

// In gives the text in the first of the wanted languages it has; else in the main one.
func (a Alert) In(languages ...string) (Text, string) {
	for _, lang := range append(languages, a.Main, "it", "en", "nb") {
		if t, ok := a.Texts[lang]; ok {
			return t, lang
		}
	}
	return Text{}, ""
}

// Question says which alerts are asked for.
type Question struct {
	Own       tlp.Label // of what was sent to the scope's organisation, up to this label; "": none of it
	Shared    tlp.Label // of what was sent to anybody, up to this label; "": none of it
	Withdrawn bool      // those too that were taken back
}

// Place is where one stands in the order of change.
type Place struct {
	At time.Time
	ID int64
}

// Stamp changes when the answer to a question does.
type Stamp struct {
	Count, Versions int64
	Last            time.Time
}

// Alerts are what has been sent. Advisory implements it.
type Alerts interface {
	Stamp(ctx context.Context, s access.Scope, q Question) (Stamp, error)
	// Since gives those changed after a place, the longest unchanged first.
	Since(ctx context.Context, s access.Scope, q Question, after Place, limit int) ([]Alert, error)
	// Newest gives the last ones sent, without indicators.
	Newest(ctx context.Context, s access.Scope, q Question, limit int) ([]Alert, error)
	// One gives one; a NotFound fault where the question has none such.
	One(ctx context.Context, s access.Scope, q Question, id int64) (Alert, error)
}
