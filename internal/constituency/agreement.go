// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// Conditions are the terms a body accepts, by version. Some come with the program
// (data/conditions), others were published on this instance.
type Conditions struct {
	Version         string              `json:"version"`
	Tier            Tier                `json:"tier"` // None: for every tier without its own
	From            string              `json:"from"` // the day they take effect: 2006-01-02
	Paragraphs      map[string][]string `json:"paragraphs"`
	Changed         Text                `json:"changed"`          // what changed since the version before
	NeedsAcceptance bool                `json:"needs_acceptance"` // who accepted an earlier version must accept this one
	GraceDays       int                 `json:"grace_days"`       // days after From until the reminder becomes a warning

	Effective   time.Time `json:"-"`
	PublishedAt time.Time `json:"-"` // zero: came with the program
	PublishedBy string    `json:"-"`
}

// Language gives the language in which somebody who reads lang sees the text.
func (c Conditions) Language(lang string) string {
	if _, ok := c.Paragraphs[lang]; ok {
		return lang
	}
	return "it"
}

// In gives the paragraphs in a language, else in Italian.
func (c Conditions) In(lang string) []string { return c.Paragraphs[c.Language(lang)] }

// Hash is the SHA-256 of the text that somebody who reads lang sees: its paragraphs with an
// empty line between them, in UTF-8; hexadecimal.
func (c Conditions) Hash(lang string) string {
	sum := sha256.Sum256([]byte(strings.Join(c.In(lang), "\n\n")))
	return hex.EncodeToString(sum[:])
}

// Acceptance is that a body accepted a version.
type Acceptance struct {
	Version  string
	Language string
	SHA256   string // of the text that was shown
	At       time.Time
	Actor    string
	Name     string
	How      string // registration, portal
}

// SignedFile is a signed copy a body handed over.
type SignedFile struct {
	ID       int64
	Version  string
	SHA256   string
	Size     int64
	Filename string
	At       time.Time
	Name     string

	blob string // in platform/blob; "": still in the database
}

// sortConditions orders versions by when they take effect.
func sortConditions(all []Conditions) {
	slices.SortStableFunc(all, func(a, b Conditions) int {
		return cmp.Or(a.Effective.Compare(b.Effective), a.PublishedAt.Compare(b.PublishedAt))
	})
}

// lineOf gives the versions that hold for a tier: its own if it has any in effect, else those
// for every tier; oldest first.
func lineOf(all []Conditions, tier Tier, now time.Time) []Conditions {
	own := slices.DeleteFunc(slices.Clone(all), func(c Conditions) bool { return tier == None || c.Tier != tier })
	if len(own) > 0 && !own[0].Effective.After(now) {
		return own
	}
	return slices.DeleteFunc(slices.Clone(all), func(c Conditions) bool { return c.Tier != None })
}

// Standing of a body towards the conditions.
type Standing struct {
	Current  Conditions
	Next     *Conditions // one that is published and takes effect later
	Accepted *Acceptance // the newest acceptance, of any version
	// Wanted is the version that must be accepted; nil when nothing is wanted.
	Wanted *Conditions
	// Until is the end of the grace period of what is wanted.
	Until time.Time
}

// Late says whether the grace period is over. Warnings go on whatever the answer.
func (s Standing) Late(now time.Time) bool { return s.Wanted != nil && now.After(s.Until) }

// standing compares what a body accepted, the newest first, with the versions there are.
func standing(all []Conditions, tier Tier, accepted []Acceptance, now time.Time) Standing {
	var s Standing
	if len(accepted) > 0 {
		s.Accepted = &accepted[0]
	}
	has := func(c Conditions) bool {
		return slices.ContainsFunc(accepted, func(a Acceptance) bool { return a.Version == c.Version })
	}
	line := lineOf(all, tier, now)
	for i, c := range line {
		if i > 0 && c.Effective.After(now) { // the first one always held
			s.Next = &line[i]
			break
		}
		s.Current = c
		switch {
		case has(c):
			s.Wanted = nil
		case c.NeedsAcceptance || i == 0 || s.Wanted != nil:
			if s.Wanted == nil {
				s.Until = c.Effective.AddDate(0, 0, c.GraceDays)
			}
			s.Wanted = &line[i] // the newest: what it says is what holds
		}
	}
	return s
}
