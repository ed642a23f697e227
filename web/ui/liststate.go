// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

// ListState is the state of a list as its address holds it: filters, order and
// place. Because it is all in the address, a list can be sent to a colleague,
// kept as a bookmark, and survives the back button.
//
//	/o/x/stack?exposure=internet&sort=-open&after=eyJ…
type ListState struct {
	// Path is the list's address without a query.
	Path   string
	values url.Values
}

// The parameters every list has; all others are filters.
const (
	paramSort   = "sort"
	paramAfter  = "after"
	paramBefore = "before"
	paramFormat = "format"
	paramLang   = "lang"
)

// ParseList reads a list's state from a request's address.
func ParseList(u *url.URL) ListState {
	return ListState{Path: u.Path, values: u.Query()}
}

// Get returns a filter's value.
func (s ListState) Get(name string) string { return s.values.Get(name) }

// All returns the values of a filter that may repeat.
func (s ListState) All(name string) []string { return slices.Clone(s.values[name]) }

// Sort returns the column the reader ordered by, "" when none. The caller must
// check it against the columns it knows.
func (s ListState) Sort() (column string, descending bool) {
	column, descending = strings.CutPrefix(s.values.Get(paramSort), "-")
	return column, descending
}

// After returns the cursor the page begins after.
func (s ListState) After() string { return s.values.Get(paramAfter) }

// Before returns the cursor the page ends before.
func (s ListState) Before() string { return s.values.Get(paramBefore) }

// CSV reports whether the list is wanted as a CSV file.
func (s ListState) CSV() bool { return s.values.Get(paramFormat) == "csv" }

// Filtered reports whether any filter is set.
func (s ListState) Filtered() bool {
	for name, values := range s.values {
		if !reserved(name) && slices.ContainsFunc(values, func(v string) bool { return v != "" }) {
			return true
		}
	}
	return false
}

// With returns the list's address with a filter changed and the place reset; an
// empty value removes the filter.
func (s ListState) With(name, value string) string {
	return s.url(func(q url.Values) { q.Set(name, value) })
}

// Cleared returns the address without filters, in the same order.
func (s ListState) Cleared() string {
	return s.url(func(q url.Values) {
		maps.DeleteFunc(q, func(name string, _ []string) bool { return !reserved(name) })
	})
}

// sorted returns the address ordered by a column, the other way round when it
// already is.
func (s ListState) sorted(column string) string {
	now, descending := s.Sort()
	if now == column && !descending {
		column = "-" + column
	}
	return s.With(paramSort, column)
}

func (s ListState) csvURL() string { return s.With(paramFormat, "csv") }
func (s ListState) at(param, cursor string) string {
	return s.url(func(q url.Values) { q.Set(param, cursor) })
}

// url changes a copy of the state, drops what is empty or belongs to another
// page, and writes it as an address.
func (s ListState) url(change func(url.Values)) string {
	q := maps.Clone(s.values)
	if q == nil {
		q = url.Values{}
	}
	for _, name := range []string{paramAfter, paramBefore, paramFormat, paramLang} {
		q.Del(name)
	}
	change(q)
	for name, values := range q {
		if values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" }); len(values) == 0 {
			q.Del(name)
		} else {
			q[name] = values
		}
	}
	if len(q) == 0 {
		return s.Path
	}
	return s.Path + "?" + q.Encode()
}

func reserved(name string) bool {
	switch name {
	case paramSort, paramAfter, paramBefore, paramFormat, paramLang:
		return true
	}
	return false
}
