// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"martinella/internal/access/gate/api"
	"martinella/internal/platform/db/pgtest"
)

// TestTheAPIKeepsItsContract exercises every operation of the document against
// the real program and checks every answer, also the errors, with the document's
// own schemas, by a validator that is not huma's. Each subject's calls are in
// contract_<subject>_test.go; an operation nobody calls with success fails the test.
func TestTheAPIKeepsItsContract(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { keepsContract(t, newHouse(t)) })
	t.Run("postgresql", func(t *testing.T) { keepsContract(t, newHouse(t, on(pgtest.DSN(t)))) })
}

func keepsContract(t *testing.T, h *house) {
	c := newContract(t, h)
	for _, subject := range []struct {
		name string
		try  func(c *contract)
	}{
		{"service", serviceContract},
		{"organisation", organisationContract},
		{"registrations", registrationContract},
		{"members", memberContract},
		{"changes", changeContract},
		{"networks", networkContract},
		{"keys", keyContract},
		{"agreements", agreementContract},
		{"completeness", completenessContract},
		{"registering", registerContract},
		{"account", accountContract},
		{"tokens", tokenContract},
		{"people", peopleContract},
		{"staff", staffContract},
		{"stack", stackContract},
		{"vulnerabilities", vulnerabilityContract},
		{"channel", channelContract},
		{"advisories", advisoryContract},
		{"call round", callContract},
		{"operations", operationsContract},
		{"webhooks", hookContract},
		{"exchange", exchangeContract},
		{"alert sources", intakeContract},
		{"publication", publicationContract},
		{"ways in", waysInContract},
		{"entrance", entranceContract},
		{"recoveries", recoveryContract},
		{"turns", turnsContract},
		{"one's own account", ownContract},
		{"sessions", sessionContract}, // last: it ends one
	} {
		t.Run(subject.name, func(t *testing.T) {
			c.t = t
			subject.try(c)
		})
	}
	for _, op := range c.house.app.API.Operations() {
		if !c.succeeded[op.ID] {
			t.Errorf("%s (%s %s) was never called with success: add a call to internal/app/contract_*_test.go", op.ID, op.Method, op.Path)
		}
	}
}

// contract calls operations by their names.
type contract struct {
	t         *testing.T
	house     *house
	ops       map[string]api.Operation
	doc       map[string]any
	schemas   *jsonschema.Compiler
	succeeded map[string]bool
}

func newContract(t *testing.T, h *house) *contract {
	text, err := h.app.API.Document()
	if err != nil {
		t.Fatal(err)
	}
	c := &contract{t: t, house: h, ops: map[string]api.Operation{}, schemas: jsonschema.NewCompiler(), succeeded: map[string]bool{}}
	c.schemas.AssertFormat()
	c.schemas.DefaultDraft(jsonschema.Draft2020)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c.doc = doc.(map[string]any)
	if err := c.schemas.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	for _, op := range h.app.API.Operations() {
		if _, twice := c.ops[op.ID]; twice {
			t.Errorf("two operations are called %s", op.ID)
		}
		c.ops[op.ID] = op
	}
	return c
}

// m are the values of one thing.
type m = map[string]any

// asked is a call of an operation. Path has the path's parameters; {org} is c_x101
// when it says nothing else.
type asked struct {
	As     string // an actor of the matrix; "" is org_admin@c_x101
	Path   map[string]string
	Query  url.Values
	Header map[string]string
	Body   any
	Raw    string // a body that is no JSON; its Content-Type is in Header
}

// answered is what came back.
type answered struct {
	Status int
	Header http.Header
	Body   any // of a file, its text
}

// id gives a number of the answer as text, for the next call's path.
func (a answered) id(name string) string { return fmt.Sprint(a.get(name)) }

// get gives a field of the answer.
func (a answered) get(name string) any {
	o, _ := a.Body.(map[string]any)
	return o[name]
}

// rows gives the lines of a file, the head first.
func (a answered) rows() []string {
	text, _ := a.Body.(string)
	return strings.Split(strings.TrimPrefix(strings.TrimSpace(text), "\uFEFF"), "\n")
}

// items gives the things of a list.
func (a answered) items() []any { list, _ := a.get("items").([]any); return list }

// call asks, wants the status and checks the answer with its schema.
func (c *contract) call(want int, id string, q asked) answered {
	c.t.Helper()
	op, known := c.ops[id]
	if !known {
		c.t.Fatalf("no operation is called %q", id)
	}
	res, text := c.send(op, q)
	if res.StatusCode != want {
		c.t.Errorf("%s: %d, want %d: %s", id, res.StatusCode, want, text)
	}
	c.succeeded[id] = c.succeeded[id] || res.StatusCode < 300
	return answered{res.StatusCode, res.Header, c.check(op, res, text)}
}

func (c *contract) send(op api.Operation, q asked) (*http.Response, []byte) {
	c.t.Helper()
	if q.As == "" {
		q.As = "org_admin@c_x101"
	}
	body, kind := q.Raw, ""
	if q.Body != nil {
		text, err := json.Marshal(q.Body)
		if err != nil {
			c.t.Fatal(err)
		}
		body, kind = string(text), "application/json"
	}
	req, err := http.NewRequest(op.Method, c.house.server.URL+c.address(op, q), strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for name, value := range q.Header {
		req.Header.Set(name, value)
	}
	res, err := c.house.clients[q.As].Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res, text
}

func (c *contract) address(op api.Operation, q asked) string {
	path := op.Path
	for name, value := range q.Path {
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(value))
	}
	path = strings.ReplaceAll(path, "{org}", "c_x101")
	if strings.Contains(path, "{") {
		c.t.Fatalf("%s lacks a value for its path", path)
	}
	if len(q.Query) > 0 {
		path += "?" + q.Query.Encode()
	}
	return path
}

// check validates an answer by the document alone.
func (c *contract) check(op api.Operation, res *http.Response, text []byte) any {
	c.t.Helper()
	if res.Header.Get("X-RateLimit-Remaining") == "" {
		c.t.Errorf("%s: %d without X-RateLimit-Remaining", op.ID, res.StatusCode)
	}
	media := c.documented(op, res.StatusCode)
	kind, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
	if len(text) == 0 {
		if len(media) > 0 {
			c.t.Errorf("%s: %d without the body that the document promises", op.ID, res.StatusCode)
		}
		return nil
	}
	if _, ok := media[kind]; !ok {
		c.t.Errorf("%s: %d as %q, which the document does not know", op.ID, res.StatusCode, kind)
		return nil
	}
	if !strings.HasSuffix(kind, "json") {
		return string(text)
	}
	body, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		c.t.Errorf("%s: %v in %s", op.ID, err, text)
		return nil
	}
	schema, err := c.schemas.Compile("openapi.json#" + pointer("paths", op.Path, strings.ToLower(op.Method), "responses", c.status(op, res.StatusCode), "content", kind, "schema"))
	if err != nil {
		c.t.Fatal(err)
	}
	if err := schema.Validate(body); err != nil {
		c.t.Errorf("%s: the answer breaks its schema: %v\n%s", op.ID, err, text)
	}
	return body
}

// status is the name under which the document describes a status.
func (c *contract) status(op api.Operation, status int) string {
	if _, ok := c.responses(op)[fmt.Sprint(status)]; ok {
		return fmt.Sprint(status)
	}
	if status < 400 {
		c.t.Errorf("%s: %d, which the document does not know", op.ID, status)
	}
	return "default"
}

func (c *contract) documented(op api.Operation, status int) map[string]any {
	response, _ := c.responses(op)[c.status(op, status)].(map[string]any)
	media, _ := response["content"].(map[string]any)
	return media
}

func (c *contract) responses(op api.Operation) map[string]any {
	path := c.doc["paths"].(map[string]any)[op.Path].(map[string]any)
	return path[strings.ToLower(op.Method)].(map[string]any)["responses"].(map[string]any)
}

// pointer is a JSON pointer as a fragment of an address (RFC 6901, section 6).
func pointer(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		p = strings.ReplaceAll(strings.ReplaceAll(p, "~", "~0"), "/", "~1")
		b.WriteString("/" + url.PathEscape(p))
	}
	return b.String()
}
