// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"cmp"
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
	MaxFile int64  // bytes, of an answer that is a File: how long it may take
	// Kinds are the media types of a body that is no JSON: the handler reads it from r.R.Body.
	Kinds []string
	// Once marks an answer that shows a secret: it is not kept for idempotency keys.
	Once bool
	// Recent wants a second factor shown in the last minutes, as the page does; of
	// a token, that it was made with the scope "step-up".
	Recent bool

	prepared bool   // see PostPrepared
	answers  string // the media type of the answer
}

// steps are the parts of an operation on one input; prepare may be nil.
type steps[O any] struct {
	prepare func(r *Request) error
	do      func(r *Request) (O, error)
}

func plain[I, O any](h Handler[I, O]) func(in *I) steps[O] {
	return func(in *I) steps[O] { return steps[O]{do: func(r *Request) (O, error) { return h(r, in) }} }
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
	register(a, http.MethodGet, path, rule, plain(h), op)
}

// Post declares an operation that makes or does something. It heeds Idempotency-Key.
func Post[I, O any](a *API, path string, rule gate.Rule, h Handler[I, O], op Op) {
	register(a, http.MethodPost, path, rule, plain(h), op)
}

// PostPrepared declares an operation that makes something of what prepare has
// stored, scanned or asked for: prepare runs before the transaction, so that none
// waits for a slow line or another program, and not at all for a request whose
// answer is known. It may leave nothing but what is cleaned away by itself: what
// follows may fail, or the program die.
func PostPrepared[I, P, O any](a *API, path string, rule gate.Rule, prepare func(r *Request, in *I) (P, error), h func(r *Request, in *I, p P) (O, error), op Op) {
	op.prepared = true
	register(a, http.MethodPost, path, rule, func(in *I) steps[O] {
		var p P
		return steps[O]{
			prepare: func(r *Request) (err error) { p, err = prepare(r, in); return err },
			do:      func(r *Request) (O, error) { return h(r, in, p) },
		}
	}, op)
}

// Put declares an operation that writes a thing whole.
func Put[I, O any](a *API, path string, rule gate.Rule, h Handler[I, O], op Op) {
	register(a, http.MethodPut, path, rule, plain(h), op)
}

// Patch declares an operation that changes parts of a thing.
func Patch[I, O any](a *API, path string, rule gate.Rule, h Handler[I, O], op Op) {
	register(a, http.MethodPatch, path, rule, plain(h), op)
}

// Delete declares an operation that removes a thing.
func Delete[I, O any](a *API, path string, rule gate.Rule, h Handler[I, O], op Op) {
	register(a, http.MethodDelete, path, rule, plain(h), op)
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

func register[I, O any](a *API, method, path string, rule gate.Rule, plan func(in *I) steps[O], op Op) {
	var in, out any = new(I), new(O)
	_, silent := out.(*Nothing)
	op.MaxBody, op.answers = cmp.Or(op.MaxBody, web.DefaultMaxBody), answersOf(out)
	d := a.describeOp(method, path, rule, op, in)
	run := func(ctx context.Context, in *I) error {
		s := plan(in)
		return callOf(ctx).run(in, s.prepare, func(r *Request) (any, error) {
			out, err := s.do(r)
			if silent {
				return nil, err
			}
			return out, err
		})
	}
	if silent || op.answers != jsonKind {
		huma.Register(a.huma, d, func(ctx context.Context, in *I) (*empty, error) { return nil, run(ctx, in) })
	} else {
		huma.Register(a.huma, d, func(ctx context.Context, in *I) (*answer[O], error) { return nil, run(ctx, in) })
	}
	a.describeRaw(d.Path, op)
	a.ops = append(a.ops, Operation{op.ID, method, Root + path, rule})
}

// describeOp is an operation as the document has it.
func (a *API) describeOp(method, path string, rule gate.Rule, op Op, in any) huma.Operation {
	d := huma.Operation{
		OperationID: op.ID, Method: method, Path: Root + path, Tags: []string{op.Tag}, Summary: op.Summary, Description: op.Text,
		DefaultStatus: op.Status, MaxBodyBytes: op.MaxBody, Metadata: map[string]any{metaKey: meta{rule, op}},
		Responses: map[string]*huma.Response{}, Extensions: map[string]any{"x-permission": rule.String()},
	}
	if op.answers == csvKind {
		describeTable(&d)
	}
	if op.Recent {
		d.Description = joined(d.Description, wantsStepUp)
		d.Extensions["x-step-up"] = true
	}
	a.document(&d, rule, in)
	return d
}

// joined puts two sentences one after the other.
func joined(a, b string) string { return strings.TrimSpace(a + " " + b) }

// wantsStepUp is what the document says of operations whose page asks for a second factor anew.
const wantsStepUp = "Wants a token with the scope step-up, or a second factor shown in the browser in the last minutes; otherwise 403 access.token_recent or access.recent."

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
