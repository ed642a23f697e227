// SPDX-License-Identifier: EUPL-1.2

// Package onboarding is the checklist a new member goes through with its CSIRT: in Italy the
// accreditation data of AgID's guideline for regional CERTs, and what Kommune-CSIRT asks its
// municipalities; in Norway the latter.
//
// The lists are data (data/onboarding, one file for each country and version). The package is
// pure: it reads the lists, checks answers, and says what is answered.
package onboarding

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"martinella/internal/constituency/word"
	"martinella/internal/platform/fault"
)

// Kind is how an item is answered.
type Kind string

// The kinds.
const (
	YesNo    Kind = "yes_no"   // with Dated: since when, or when last revised
	Date     Kind = "date"     // a day
	Text     Kind = "text"     // in words
	Computed Kind = "computed" // the portal knows: a fact that is counted
)

// MaxText bounds an answer in words, in characters.
const MaxText = 4000

// Item is one question.
type Item struct {
	ID       string    `json:"id"`
	Kind     Kind      `json:"kind"`
	Dated    bool      `json:"dated"`
	Fact     string    `json:"fact"` // of a computed one
	Href     string    `json:"href"` // the part of the portal that answers it
	Question word.Text `json:"question"`
	Help     word.Text `json:"help"`
}

// Section is a group of questions.
type Section struct {
	ID    string    `json:"id"`
	Title word.Text `json:"title"`
	Lead  word.Text `json:"lead"`
	Items []Item    `json:"items"`
}

// List is a version of a country's checklist.
type List struct {
	Version  string    `json:"version"`
	Country  string    `json:"country"`
	Source   string    `json:"source"`
	Sections []Section `json:"sections"`
}

// Lists are the newest of each country.
type Lists map[string]List

// Load reads the lists from the files of package data.
func Load(files fs.FS) (Lists, error) {
	names, err := fs.Glob(files, "onboarding/*.json") // a later version sorts after an earlier one
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("onboarding: no list (%w)", err)
	}
	out := Lists{}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("onboarding: %w", err)
		}
		var l List
		if err := json.Unmarshal(text, &l); err != nil {
			return nil, fmt.Errorf("onboarding %s: %w", name, err)
		}
		if err := l.check(); err != nil {
			return nil, fmt.Errorf("onboarding %s: %w", name, err)
		}
		out[l.Country] = l
	}
	return out, nil
}

func (l List) check() error {
	seen := map[string]bool{}
	for _, i := range l.Items() {
		known := slices.Contains([]Kind{YesNo, Date, Text, Computed}, i.Kind)
		if i.ID == "" || seen[i.ID] || !known || i.Question.In("it") == "" || (i.Kind == Computed) != (i.Fact != "") {
			return fmt.Errorf("item %q is not whole, or there twice", i.ID)
		}
		seen[i.ID] = true
	}
	return nil
}

// Of gives a country's list; one without a list has an empty one.
func (l Lists) Of(country string) List { return l[country] }

// Items lists every question.
func (l List) Items() []Item {
	var out []Item
	for _, s := range l.Sections {
		out = append(out, s.Items...)
	}
	return out
}

// Section gives a section by its id.
func (l List) Section(id string) (Section, bool) {
	i := slices.IndexFunc(l.Sections, func(s Section) bool { return s.ID == id })
	if i < 0 {
		return Section{}, false
	}
	return l.Sections[i], true
}

// Answer is what a member said to a question.
type Answer struct {
	Item  string
	Value string // "yes" or "no", a day (2006-01-02), or words; of yes or no, Note has the words
	Day   string // of a dated yes: 2006-01-02
	Note  string
	By    string // the person's name
	At    time.Time
}

// Same says whether two answers say the same, whoever gave them.
func (a Answer) Same(b Answer) bool { return a.Value == b.Value && a.Day == b.Day && a.Note == b.Note }

// Answered says whether an item is answered: by the member, or by what the portal knows.
func (i Item) Answered(a Answer, facts map[string]int) bool {
	if i.Kind == Computed {
		return facts[i.Fact] > 0
	}
	return a.Value != ""
}

// Progress counts a list's answered items.
func (l List) Progress(answers map[string]Answer, facts map[string]int) (answered, all int) {
	for _, i := range l.Items() {
		all++
		if i.Answered(answers[i.ID], facts) {
			answered++
		}
	}
	return answered, all
}

// Read takes the answers to a section from what was typed: field gives the value of a form's
// field, named after the item, with "_day" and "_note" for what belongs to it. Answers left
// empty are empty. An Invalid fault names the fields to mend.
func (s Section) Read(field func(name string) string) (map[string]Answer, error) {
	problems := fault.New(fault.Invalid, "constituency.onboarding")
	out := map[string]Answer{}
	for _, i := range s.Items {
		if i.Kind == Computed {
			continue
		}
		out[i.ID] = i.read(problems, field)
	}
	return out, problems.OrNil()
}

func (i Item) read(problems *fault.Error, field func(string) string) Answer {
	a := Answer{Item: i.ID, Value: strings.TrimSpace(field(i.ID))}
	switch i.Kind {
	case YesNo:
		if a.Value != "" && a.Value != "yes" && a.Value != "no" {
			problems.Field(i.ID, "constituency.onboarding_yes_no")
		}
		a.Note = words(problems, i.ID+"_note", field)
		if i.Dated && a.Value == "yes" {
			a.Day = day(problems, i.ID+"_day", field(i.ID+"_day"))
		}
	case Date:
		a.Value = day(problems, i.ID, a.Value)
	case Text:
		a.Value = words(problems, i.ID, field)
	}
	return a
}

func words(problems *fault.Error, name string, field func(string) string) string {
	text := strings.TrimSpace(field(name))
	if utf8.RuneCountInString(text) > MaxText {
		problems.Field(name, "constituency.too_long", fault.P{"limit": MaxText})
	}
	return text
}

func day(problems *fault.Error, name, typed string) string {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return ""
	}
	d, err := time.Parse(time.DateOnly, typed)
	if err != nil || d.Year() < 1990 || d.Year() > 2200 {
		problems.Field(name, "web.date")
		return typed
	}
	return d.Format(time.DateOnly)
}
