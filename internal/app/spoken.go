// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"strings"

	"martinella/internal/platform/fault"
)

// spokenError is a fault as the command line says it.
type spokenError struct {
	text  string
	cause error
}

// Error gives the sentence alone; the codes stay behind it.
func (e *spokenError) Error() string { return e.text }

// Unwrap gives the fault.
func (e *spokenError) Unwrap() error { return e.cause }

// spoken turns a fault into its sentences in English, which is the language of
// the command line. Any other error, and nil, stay what they are.
func (a *App) spoken(err error) error {
	if err == nil {
		return nil
	}
	f := fault.Of(err)
	if f.Kind == fault.Internal {
		return err
	}
	said := []string{a.english(f.Code, f.Params)}
	for _, field := range f.Fields {
		said = append(said, field.Name+": "+a.english(field.Code, field.Params))
	}
	return &spokenError{text: strings.Join(said, " "), cause: err}
}

// english says a fault's sentence; a code without one is shown as it is.
func (a *App) english(code string, params fault.P) string {
	l, key := a.bundle.Localizer("en", a.zone), "fault."+code
	if !l.Has(key) {
		return code
	}
	args := make([]any, 0, 2*len(params))
	for k, v := range params {
		args = append(args, k, v)
	}
	return l.T(key, args...)
}
