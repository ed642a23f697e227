// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"martinella/internal/access/gate"
)

// DocsPath is where people read about the API.
const DocsPath = Root + "/docs"

// chapter is the operations of one tag, as the page shows them.
type chapter struct {
	Name, ID string
	Ops      []operationView
}

type operationView struct {
	ID, Method, Path    string
	Summary, Text, Rule string
	Inputs, Body        []fieldView
	Answers             []answerView
}

type answerView struct {
	Status, Text string
	Fields       []fieldView
}

// fieldView is a parameter, or a field of a body.
type fieldView struct {
	Name, Place, Type, Text string
	Required                bool
}

func (a *API) docs() {
	a.gate.Handle("GET "+DocsPath, gate.Public(), func(r *Request) error {
		return r.Page(r.L.T("api.docs.title"), docsPage(a.chapters(), a.deps.BaseURL))
	})
}

// chapters reads the document as people do: by subject.
func (a *API) chapters() []chapter {
	byTag := map[string]*chapter{}
	var order []string
	for _, o := range a.ops {
		item := a.huma.OpenAPI().Paths[o.Path]
		op := map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete}[o.Method]
		tag := op.Tags[0]
		if byTag[tag] == nil {
			byTag[tag] = &chapter{Name: tag, ID: strings.ToLower(strings.ReplaceAll(tag, " ", "-"))}
			order = append(order, tag)
		}
		byTag[tag].Ops = append(byTag[tag].Ops, a.operationView(o, op))
	}
	out := make([]chapter, len(order))
	for i, tag := range order {
		out[i] = *byTag[tag]
	}
	return out
}

func (a *API) operationView(o Operation, op *huma.Operation) operationView {
	v := operationView{ID: o.ID, Method: o.Method, Path: o.Path, Summary: op.Summary, Text: op.Description, Rule: o.Rule.String()}
	for _, p := range op.Parameters {
		v.Inputs = append(v.Inputs, fieldView{p.Name, p.In, typeOf(p.Schema), cmp.Or(p.Description, p.Schema.Description), p.Required})
	}
	if op.RequestBody != nil {
		for _, kind := range slices.Sorted(maps.Keys(op.RequestBody.Content)) {
			v.Body = append(v.Body, a.fields("", op.RequestBody.Content[kind].Schema, 0)...)
		}
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		res := op.Responses[status]
		answer := answerView{Status: status, Text: res.Description}
		if media := res.Content["application/json"]; media != nil {
			answer.Fields = a.fields("", media.Schema, 0)
		}
		v.Answers = append(v.Answers, answer)
	}
	return v
}

// maxNesting bounds how deep a type is laid out.
const maxNesting = 4

// fields lays a type out: what is inside of something is named with a dot, what
// is in a list with brackets.
func (a *API) fields(prefix string, s *huma.Schema, depth int) []fieldView {
	s = a.resolve(s)
	if s == nil || depth > maxNesting {
		return nil
	}
	if s.Type == huma.TypeArray {
		return a.fields(prefix+"[]", s.Items, depth+1)
	}
	var out []fieldView
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := a.resolve(s.Properties[name])
		full := strings.TrimPrefix(prefix+"."+name, ".")
		out = append(out, fieldView{Name: full, Type: typeOf(p), Text: cmp.Or(s.Properties[name].Description, p.Description), Required: slices.Contains(s.Required, name)})
		out = append(out, a.fields(full, p, depth+1)...)
	}
	return out
}

func (a *API) resolve(s *huma.Schema) *huma.Schema {
	for s != nil && s.Ref != "" {
		s = a.huma.OpenAPI().Components.Schemas.SchemaFromRef(s.Ref)
	}
	return s
}

// typeOf says in few words what a value may be.
func typeOf(s *huma.Schema) string {
	if s == nil {
		return ""
	}
	parts := []string{cmp.Or(s.Format, s.Type)}
	if s.Type == huma.TypeArray && s.Items != nil && s.Items.Type != "" {
		parts[0] = "array of " + typeOf(s.Items)
	}
	if len(s.Enum) > 0 {
		parts = append(parts, strings.Trim(strings.Join(strings.Fields(fmt.Sprint(s.Enum)), " | "), "[]"))
	}
	for _, bound := range []struct {
		sign string
		n    *int
	}{{"≥", s.MinLength}, {"≤", s.MaxLength}} {
		if bound.n != nil {
			parts = append(parts, fmt.Sprintf("%s %d characters", bound.sign, *bound.n))
		}
	}
	if s.Minimum != nil {
		parts = append(parts, fmt.Sprintf("≥ %g", *s.Minimum))
	}
	if s.Maximum != nil {
		parts = append(parts, fmt.Sprintf("≤ %g", *s.Maximum))
	}
	if s.Default != nil {
		parts = append(parts, fmt.Sprintf("default %v", s.Default))
	}
	return strings.Join(parts, ", ")
}
