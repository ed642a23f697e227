// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"martinella/internal/platform/fault"
)

// catch is where huma's own errors are taken from its hands and become faults.
func catch(ctx huma.Context, _ string, v any) (any, error) {
	if e, ok := v.(*huma.ErrorModel); ok {
		if c := callOf(ctx.Context()); c != nil && c.err == nil {
			c.err = translate(e, c.meta.op.MaxBody)
		}
	}
	return v, nil
}

// translate makes a fault of an error of huma.
func translate(e *huma.ErrorModel, limit int64) error {
	switch e.Status {
	case http.StatusRequestEntityTooLarge:
		return fault.New(fault.TooLarge, "api.too_large", fault.P{"limit": limit})
	case http.StatusBadRequest, http.StatusUnsupportedMediaType, http.StatusRequestTimeout:
		return fault.New(fault.Malformed, "api.body")
	case http.StatusUnprocessableEntity:
		return invalid(e.Errors)
	}
	if tooLarge(e) {
		return fault.New(fault.TooLarge, "api.too_large", fault.P{"limit": limit})
	}
	return fault.New(fault.Malformed, "api.body").Because(e)
}

// tooLarge finds http.MaxBytesReader's refusal among the details.
func tooLarge(e *huma.ErrorModel) bool {
	for _, d := range e.Errors {
		if d != nil && strings.Contains(d.Message, "request body too large") {
			return true
		}
	}
	return false
}

// maxErrors bounds how many fields one answer names.
const maxErrors = 50

func invalid(details []*huma.ErrorDetail) error {
	f := fault.New(fault.Invalid, "api.invalid")
	for _, d := range details {
		if d == nil {
			continue
		}
		place, name, _ := strings.Cut(d.Location, ".")
		if place == "path" {
			return fault.New(fault.NotFound, "access.page") // no such thing can be there
		}
		if name == "" && place != "body" {
			name = place
		}
		if len(f.Fields) < maxErrors {
			complain(f, name, d.Message)
		}
	}
	return f
}

// complaints are huma's messages, by how they begin, and the codes of our
// sentences; what follows in the message is the sentence's parameter "x".
var complaints = []struct{ begins, code string }{
	{"expected required property ", "api.field.required"},
	{"required ", "api.field.required"},
	{"unexpected property", "api.field.unknown"},
	{"unknown query parameter", "api.field.unknown"},
	{"expected value to be one of ", "api.field.one_of"},
	{"expected number >= ", "api.field.least"},
	{"expected number > ", "api.field.more"},
	{"expected number <= ", "api.field.most"},
	{"expected number < ", "api.field.less"},
	{"expected length >= ", "api.field.short"},
	{"expected length <= ", "api.field.long"},
	{"expected array length >= ", "api.field.few"},
	{"expected array length <= ", "api.field.many"},
	{"expected array items to be unique", "api.field.unique"},
	{"expected string to be RFC 3339 date-time", "api.field.time"},
	{"expected string to be RFC 3339 date", "api.field.date"},
	{"expected string to be RFC 3986 uri", "api.field.uri"},
	{"expected string to match pattern ", "api.field.pattern"},
	{"expected string to be base64", "api.field.base64"},
	{"expected string", "api.field.string"},
	{"expected integer", "api.field.integer"},
	{"expected number", "api.field.number"},
	{"expected boolean", "api.field.boolean"},
	{"expected array", "api.field.array"},
	{"expected object", "api.field.object"},
	{"invalid integer", "api.field.integer"},
	{"invalid boolean", "api.field.boolean"},
	{"invalid date/time", "api.field.time"},
}

// complain names a field and what is wrong with it. Of a missing property huma
// tells the object it is missing in.
func complain(f *fault.Error, name, message string) {
	code, params := complaint(message)
	if rest, ok := strings.CutPrefix(message, "expected required property "); ok {
		missing := strings.TrimSuffix(rest, " to be present")
		name = strings.TrimPrefix(name+"."+missing, ".")
	}
	f.Field(name, code, params)
}

func complaint(message string) (code string, params fault.P) {
	for _, c := range complaints {
		if rest, ok := strings.CutPrefix(message, c.begins); ok {
			return c.code, fault.P{"x": strings.Trim(rest, `"`)}
		}
	}
	return "api.field.wrong", nil
}
