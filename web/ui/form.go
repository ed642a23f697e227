// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"net/url"
	"strings"
)

// FormState is what a form remembers between two attempts: what was typed and
// what is wrong with it. The zero value is a form nobody has filled in yet.
type FormState struct {
	// Values is what was typed; nil shows each field's own Value.
	Values url.Values
	// Errors are shown beside their fields and summed up on top.
	Errors []FieldError
}

// FieldError is what is wrong with one field, as a sentence that says how to
// put it right. An empty Field concerns the form as a whole.
type FieldError struct {
	Field   string
	Message string
}

// error returns the message for a field, or "".
func (s FormState) error(field string) string {
	for _, e := range s.Errors {
		if e.Field == field {
			return e.Message
		}
	}
	return ""
}

// value returns what was typed into a field, or its first value.
func (s FormState) value(field, first string) string {
	if s.Values == nil {
		return first
	}
	return s.Values.Get(field)
}

// values returns every choice of a field with several.
func (s FormState) values(field string, first []string) []string {
	if s.Values == nil {
		return first
	}
	return s.Values[field]
}

type formKey struct{}

func withForm(ctx context.Context, s FormState) context.Context {
	return context.WithValue(ctx, formKey{}, s)
}

// formFrom returns the state of the form a field stands in.
func formFrom(ctx context.Context) FormState {
	s, _ := ctx.Value(formKey{}).(FormState)
	return s
}

// fieldID is the id of a field's control; the error summary links to it.
func fieldID(name string) string {
	return "f-" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-':
			return r
		}
		return '-'
	}, name)
}

// describedBy lists the ids of a field's help and error, for aria-describedby.
func describedBy(name, help, problem string) string {
	id := fieldID(name)
	switch {
	case help != "" && problem != "":
		return id + "-error " + id + "-help"
	case problem != "":
		return id + "-error"
	case help != "":
		return id + "-help"
	}
	return ""
}
