// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"

	"martinella/internal/platform/fault"
)

var statusOf = map[fault.Kind]int{
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.NotFound:        http.StatusNotFound,
	fault.Forbidden:       http.StatusForbidden,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Conflict:        http.StatusConflict,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.RateLimited:     http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.Malformed:       http.StatusBadRequest,
	fault.BadMethod:       http.StatusMethodNotAllowed,
	fault.NotAcceptable:   http.StatusNotAcceptable,
	fault.Unsupported:     http.StatusUnsupportedMediaType,
	fault.Stale:           http.StatusPreconditionFailed,
	fault.Unconditional:   http.StatusPreconditionRequired,
}

// Status maps a kind of fault to HTTP: the only place that does.
func Status(k fault.Kind) int {
	if s, ok := statusOf[k]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// ProblemDocument is a problem document of RFC 9457.
type ProblemDocument struct {
	Type     string         `json:"type" doc:"Always about:blank: the status says what kind of problem it is, the code which one."`
	Title    string         `json:"title" doc:"The kind of problem, in the language asked for."`
	Status   int            `json:"status" doc:"The status of the answer."`
	Detail   string         `json:"detail" doc:"What happened, what was kept and what to do, in the language asked for."`
	Code     string         `json:"code" doc:"Which problem it is; stable, for programs."`
	Instance string         `json:"instance,omitempty" doc:"Names the request; state it when you ask for help."`
	Errors   []ProblemField `json:"errors,omitempty" doc:"What is wrong, field by field."`
}

// ProblemField is what is wrong with one field of the request.
type ProblemField struct {
	Field  string `json:"field" doc:"The field's name; those inside others are joined by dots."`
	Code   string `json:"code" doc:"Which problem it is; stable, for programs."`
	Detail string `json:"detail" doc:"What is wrong, in the language asked for."`
}

// Problem answers with a problem document, which has the title; say gives a
// code's sentence in the reader's language.
func Problem(w http.ResponseWriter, r *http.Request, f *fault.Error, title string, say func(code string, p fault.P) string) error {
	doc := ProblemDocument{
		Type: "about:blank", Title: title, Detail: say(f.Code, f.Params), Status: Status(f.Kind), Code: f.Code,
		Instance: "urn:request:" + RequestID(r.Context()),
	}
	for _, field := range f.Fields {
		doc.Errors = append(doc.Errors, ProblemField{Field: field.Name, Code: field.Code, Detail: say(field.Code, field.Params)})
	}
	return JSON(w, doc.Status, "application/problem+json", doc)
}

// JSON answers with v.
func JSON(w http.ResponseWriter, status int, mediaType string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("answering JSON: %w", err)
	}
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_, err = w.Write(text)
	return err
}

// Flash is a message for the next page.
type Flash struct {
	Kind string `json:"k"`
	Key  string `json:"m"`
	Args []any  `json:"a,omitempty"`
}

const flashCookie = "martinella_flash"

// maxFlashes bounds what the cookie holds.
const maxFlashes = 4

// AddFlash leaves a message for the next page, in a cookie: it is shown to the
// one browser whose action it answers, whichever node serves the next page.
func AddFlash(w http.ResponseWriter, r *http.Request, f Flash, secure bool) {
	all := append(readFlashes(r), f)
	text, err := json.Marshal(all[max(0, len(all)-maxFlashes):])
	if err != nil {
		return // a message that cannot be written down is not worth a failed request
	}
	setFlash(w, base64.RawURLEncoding.EncodeToString(text), 60, secure)
}

// TakeFlashes gives the messages that wait and forgets them.
func TakeFlashes(w http.ResponseWriter, r *http.Request, secure bool) []Flash {
	all := readFlashes(r)
	if len(all) > 0 {
		setFlash(w, "", -1, secure)
	}
	return all
}

func setFlash(w http.ResponseWriter, value string, maxAge int, secure bool) {
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode})
}

func readFlashes(r *http.Request) (all []Flash) {
	c, err := r.Cookie(flashCookie)
	if err != nil {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || json.Unmarshal(text, &all) != nil || len(all) > maxFlashes {
		return nil
	}
	return all
}
