// SPDX-License-Identifier: EUPL-1.2

// Package fault is the one vocabulary of errors a person may see.
//
// A fault has a kind (what the program does with it), a code (the sentence the
// user reads, in the catalogues under "fault.<code>"), parameters for that
// sentence, and a cause that only the log sees. Kinds are mapped to HTTP in one
// place, platform/web.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what sort of trouble it is.
type Kind uint8

// The kinds. Internal is the zero value: an error nobody classified is ours.
const (
	Internal        Kind = iota // a defect or a broken machine: 500
	Invalid                     // the input is wrong: 422
	NotFound                    // it does not exist, or not for this asker: 404
	Forbidden                   // known, but not allowed: 403
	Unauthenticated             // sign in first: 401
	Conflict                    // the state does not allow it now: 409
	TooLarge                    // over a stated limit: 413
	RateLimited                 // too often: 429
	Unavailable                 // try later: 503
	Malformed                   // the request cannot be understood at all: 400
	BadMethod                   // the address knows no such method: 405
	NotAcceptable               // no form of answer the asker would take: 406
	Unsupported                 // the body is of a kind nobody reads here: 415
	Stale                       // changed since the asker saw it: 412
	Unconditional               // the asker must say which version he saw: 428
)

// P carries the named values a fault's sentence needs.
type P map[string]any

// Field is what is wrong with one form field.
type Field struct {
	Name   string // the field's name in the form
	Code   string // the sentence, under "fault.<code>"
	Params P
}

// Error is a fault. Its Error text is for logs; people read the catalogue's sentence.
type Error struct {
	Kind   Kind
	Code   string
	Params P
	Fields []Field
	cause  error
}

// New makes a fault of a kind with the code of its sentence.
func New(kind Kind, code string, params ...P) *Error {
	e := &Error{Kind: kind, Code: code}
	if len(params) > 0 {
		e.Params = params[0]
	}
	return e
}

// Because returns a copy of e that remembers err as its cause, for the log.
func (e *Error) Because(err error) *Error {
	c := *e
	c.cause = err
	return &c
}

// Field adds what is wrong with one form field and returns e.
func (e *Error) Field(name, code string, params ...P) *Error {
	f := Field{Name: name, Code: code}
	if len(params) > 0 {
		f.Params = params[0]
	}
	e.Fields = append(e.Fields, f)
	return e
}

// OrNil returns nil when e collected no field errors: the end of a validation.
func (e *Error) OrNil() error {
	if e == nil || len(e.Fields) == 0 {
		return nil
	}
	return e
}

// Error implements error.
func (e *Error) Error() string {
	msg := e.Code
	for _, f := range e.Fields {
		msg += fmt.Sprintf(" [%s: %s]", f.Name, f.Code)
	}
	if len(e.Params) > 0 {
		msg += fmt.Sprintf(" %v", map[string]any(e.Params))
	}
	if e.cause != nil {
		msg += ": " + e.cause.Error()
	}
	return msg
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Is reports two faults the same when their codes are.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && t.Kind == e.Kind
}

// KindOf gives the kind of the first fault in err's chain, Internal for any other error.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Of gives the first fault in err's chain; for any other error an Internal one
// with code "internal" that wraps it, so that a page always has a sentence.
func Of(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return New(Internal, "internal").Because(err)
}
