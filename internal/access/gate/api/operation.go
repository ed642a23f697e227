// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"martinella/internal/access/gate"
	"martinella/internal/platform/web"
)

// Request is one request past its rule: the same that pages get.
type Request = gate.Request

// Op says what an operation is for.
type Op struct {
	ID      string // kebab-case, a verb first: "list-contacts"; names the client's function
	Tag     string // the chapter of the documentation
	Summary string // half a line
	Text    string // what a programmer must know besides
	Status  int    // of success; 0: 200, or 204 when there is nothing to say
	MaxBody int64  // bytes; 0: web.DefaultMaxBody
	// Kinds are the media types of a body that is no JSON: the handler reads it from r.R.Body.
	Kinds []string
	// Once marks an answer that shows a secret: it is not kept for idempotency keys.
	Once bool
	// Recent wants a second factor shown in the last minutes, as the page does; of
	// a token, that it was made with the scope "step-up".
	Recent bool
}

// Handler does what an operation is for.
type Handler[I, O any] func(r *Request, in *I) (O, error)

// Nothing is the output of operations that have nothing to say, and the input
// of those that need to know nothing.
type Nothing = struct{}

// ID is the input of operations on one thing: {id} in the path.
type ID struct {
	ID int64 `path:"id" minimum:"1" doc:"The thing's number."`
}

// Get declares an operation that reads. The path is beneath Root; {org} in it is
// the organisation the rule speaks of, and is not part of the input.
func Get[I, O any](a *API, path string, rule gate.Rule, h Handler[I, O], op Op) {
	register(a, http.MethodGet, path, rule, h, op)
}

// Post declares an operation that makes or does something. It heeds Idempotency-Key.
func Post[I, O any](a *API, path string, rule gate.Rule, h Handler[I, O], op Op) {
	register(a, http.MethodPost, path, rule, h, op)
}

// Put declares an operation that writes a thing whole.
func Put[I, O any](a *API, path string, rule gate.Rule, h Handler[I, O], op Op) {
	register(a, http.MethodPut, path, rule, h, op)
}

// Patch declares an operation that changes parts of a thing.
func Patch[I, O any](a *API, path string, rule gate.Rule, h Handler[I, O], op Op) {
	register(a, http.MethodPatch, path, rule, h, op)
}

// Delete declares an operation that removes a thing.
func Delete[I, O any](a *API, path string, rule gate.Rule, h Handler[I, O], op Op) {
	register(a, http.MethodDelete, path, rule, h, op)
}

// answer and empty are outputs as huma describes them.
type answer[O any] struct{ Body O }
type empty struct{}

// meta is what the adapter must know of an operation besides huma's own.
type meta struct {
	rule gate.Rule
	op   Op
}

const metaKey = "martinella"

func register[I, O any](a *API, method, path string, rule gate.Rule, h Handler[I, O], op Op) {
	if op.MaxBody == 0 {
		op.MaxBody = web.DefaultMaxBody
	}
	var in any = new(I)
	d := huma.Operation{
		OperationID: op.ID, Method: method, Path: Root + path, Tags: []string{op.Tag}, Summary: op.Summary, Description: op.Text,
		DefaultStatus: op.Status, MaxBodyBytes: op.MaxBody, Metadata: map[string]any{metaKey: meta{rule, op}},
		Responses: map[string]*huma.Response{}, Extensions: map[string]any{"x-permission": rule.String()},
	}
	if op.Recent {
		d.Description = strings.TrimSpace(d.Description + " " + wantsStepUp)
		d.Extensions["x-step-up"] = true
	}
	a.document(&d, rule, in)
	var out any = new(O)
	if _, silent := out.(*Nothing); silent {
		huma.Register(a.huma, d, func(ctx context.Context, in *I) (*empty, error) {
			return nil, callOf(ctx).run(in, func(r *Request) (any, error) { return nil, second(h(r, in)) })
		})
	} else {
		huma.Register(a.huma, d, func(ctx context.Context, in *I) (*answer[O], error) {
			return nil, callOf(ctx).run(in, func(r *Request) (any, error) { return h(r, in) })
		})
	}
	a.describeRaw(d.Path, op.Kinds)
	a.ops = append(a.ops, Operation{op.ID, method, Root + path, rule})
}

// wantsStepUp is what the document says of operations whose page asks for a second factor anew.
const wantsStepUp = "Wants a token with the scope step-up, or a second factor shown in the browser in the last minutes; otherwise 403 access.token_recent or access.recent."

func second[O any](_ O, err error) error { return err }

// success is the status of an answer with, or without, something to say.
func (o Op) success(silent bool) int {
	switch {
	case o.Status != 0:
		return o.Status
	case silent:
		return http.StatusNoContent
	}
	return http.StatusOK
}

func hasOrganisation(path string) bool { return strings.Contains(path, "{org}") }
