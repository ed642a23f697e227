// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"encoding/base64"
	"math"
	"net/url"
	"strconv"

	"martinella/internal/platform/fault"
	"martinella/internal/platform/secret"
)

// MaxLimit bounds a page of a list.
const MaxLimit = 200

// Paging is the input of lists, to be embedded.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most, in one answer."`
	Cursor string `query:"cursor" maxLength:"4096" doc:"Where to go on: next_cursor of the answer before, with the same filters."`

	after string
}

// After is the room's own cursor of where to go on; "" at the beginning.
func (p *Paging) After() string { return p.after }

// Before is where to go on in a list that begins with the highest id: at those below it.
func (p *Paging) Before() int64 {
	if id, err := strconv.ParseInt(p.after, 10, 64); err == nil {
		return id
	}
	return math.MaxInt64
}

func (p *Paging) paging() *Paging { return p }

type pager interface{ paging() *Paging }

// open checks the signature: what comes out is what a room gave, for this very list.
func (p *Paging) open(c *call) error {
	if p.Cursor == "" {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil || len(text) <= secret.SignatureSize {
		return badCursor()
	}
	signature, inner := text[:secret.SignatureSize], text[secret.SignatureSize:]
	if !c.api.deps.Signer.Signed(inner, signature, c.binding()) {
		return badCursor()
	}
	p.after = string(inner)
	return nil
}

func badCursor() error { return fault.New(fault.Malformed, "api.cursor") }

// List is a page of a list.
type List[T any] struct {
	Items      []T    `json:"items" doc:"The things, in order."`
	Limit      int    `json:"limit" doc:"How many there are at most in one answer."`
	NextCursor string `json:"next_cursor,omitempty" doc:"Give it as cursor to go on; missing at the end."`
}

// Items makes a page of a list of things and the room's own cursor of what
// follows ("" at the end).
func Items[T any](items []T, next string) List[T] { return List[T]{Items: items, NextCursor: next} }

type lister interface {
	sealed(c *call, p *Paging) (list any, next string)
}

// sealed signs the cursor and gives the absolute address of the next page.
func (l List[T]) sealed(c *call, p *Paging) (list any, next string) {
	l.Limit = p.Limit
	if l.NextCursor == "" {
		return l, ""
	}
	inner := []byte(l.NextCursor)
	l.NextCursor = base64.RawURLEncoding.EncodeToString(append(c.api.deps.Signer.Sign(inner, c.binding()), inner...))
	return l, c.link(url.Values{"cursor": {l.NextCursor}, "limit": {strconv.Itoa(p.Limit)}})
}

// Newest makes a page of a list that begins with the highest id; of all there is
// one more than fits, where there are more.
func Newest[From, To any](all []From, p *Paging, id func(From) int64, view func(From) To) List[To] {
	next := ""
	if len(all) > p.Limit {
		all = all[:p.Limit]
		next = strconv.FormatInt(id(all[len(all)-1]), 10)
	}
	return Items(Each(all, view), next)
}

// Each makes the things of a list out of others.
func Each[From, To any](from []From, view func(From) To) []To {
	out := make([]To, len(from))
	for i, x := range from {
		out[i] = view(x)
	}
	return out
}
