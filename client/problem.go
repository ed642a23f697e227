// SPDX-License-Identifier: EUPL-1.2

package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// Problem is an error the portal told of (RFC 9457). Code is stable and for
// programs; Detail is a sentence for people. errors.As finds it.
type Problem struct {
	ProblemDocument
	Operation string // "POST /api/v1/…"
	Header    http.Header
}

// Error implements error.
func (p *Problem) Error() string {
	text := fmt.Sprintf("%s: %d %s: %s", p.Operation, p.Status, p.Code, p.Detail)
	for _, e := range p.Errors {
		text += fmt.Sprintf("; %s: %s", e.Field, e.Detail)
	}
	return text
}

// Code is the code of the problem behind an error; "" when it is none.
func Code(err error) string {
	if p := (*Problem)(nil); errors.As(err, &p) {
		return p.Code
	}
	return ""
}

// problem reads an error's document; whatever else comes (a proxy's page) keeps
// its status.
func problem(q request, res *http.Response, text []byte) error {
	p := &Problem{Operation: q.method + " " + q.path, Header: res.Header}
	if err := json.Unmarshal(text, &p.ProblemDocument); err != nil || p.Status == 0 {
		p.ProblemDocument = ProblemDocument{Detail: http.StatusText(res.StatusCode)}
	}
	p.Status = int64(res.StatusCode)
	return p
}
