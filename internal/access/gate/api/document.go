// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bytes"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"martinella/internal/access/gate"
	"martinella/internal/platform/web"
)

// introduction stands at the head of the document.
const introduction = `Everything a page of the portal does, as JSON.

Authentication: an API token as bearer, made in the portal (Account, or the organisation's page), or the portal's own session in the browser.
Every operation names the permission it needs; what belongs to another organisation answers 404.

Errors are problem documents (RFC 9457) with a stable code; title and detail are in the language of Accept-Language (it, en, nb).
Lists have items, limit and next_cursor. Answers have an ETag: with If-None-Match an unchanged one is 304; changes to things with a version
want If-Match (428 without, 412 when somebody was faster). POST heeds Idempotency-Key for 24 hours.
X-RateLimit-Limit, -Remaining and -Reset (seconds) are on every answer; 429 and 503 have Retry-After. Times are RFC 3339 in UTC.`

// schemas is where the document keeps its types.
const schemas = "#/components/schemas/"

// namer names a Go type in the document: contactJSON is Contact.
func namer(t reflect.Type, hint string) string {
	return strings.ReplaceAll(huma.DefaultSchemaNamer(t, hint), "JSON", "")
}

func (a *API) openAPI() *huma.OpenAPI {
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info:    &huma.Info{Title: "Martinella", Version: Version, Description: introduction, License: &huma.License{Name: "EUPL-1.2", Identifier: "EUPL-1.2"}},
		Servers: []*huma.Server{{URL: a.deps.BaseURL}},
		Components: &huma.Components{
			Schemas: huma.NewMapRegistry(schemas, namer),
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"token": {Type: "http", Scheme: "bearer", BearerFormat: "mrt_…", Description: "An API token of the portal."},
			},
		},
	}
	if a.deps.Owner != "" {
		doc.Info.Contact = &huma.Contact{Name: a.deps.Owner, Email: a.deps.Contact}
	}
	return doc
}

// document describes what all operations of a kind have in common.
func (a *API) document(d *huma.Operation, rule gate.Rule, in any) {
	if hasOrganisation(d.Path) {
		d.Parameters = append(d.Parameters, &huma.Param{Name: "org", In: "path", Required: true, Description: "The organisation's code, such as c_d612.",
			Schema: &huma.Schema{Type: huma.TypeString, MaxLength: ptr(100)}})
	}
	if !rule.IsPublic() {
		d.Security = []map[string][]string{{"token": {}}}
	}
	d.Responses["default"] = &huma.Response{Description: "A problem document (RFC 9457).", Content: map[string]*huma.MediaType{
		"application/problem+json": {Schema: a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[web.ProblemDocument](), true, "Problem")},
	}}
	for _, status := range statuses(d.Method, rule, in) {
		d.Responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: d.Responses["default"].Content}
	}
	switch _, table := d.Responses["200"]; {
	case table: // a file is sent as it is read: it has no ETag
	case d.Method == http.MethodGet:
		d.Parameters = append(d.Parameters, header("If-None-Match", "The ETag of the answer you have: 304 when nothing changed."))
		d.Responses["304"] = &huma.Response{Description: "Nothing changed since the answer whose ETag If-None-Match names."}
	case d.Method == http.MethodPost:
		d.Parameters = append(d.Parameters, header(keyHeader, "Any text of your own, new for each intent: sent again within 24 hours, the effect is had once and the answer is the same."))
	}
}

// statuses are the errors worth naming one by one.
func statuses(method string, rule gate.Rule, in any) []int {
	out := []int{http.StatusTooManyRequests}
	if !rule.IsPublic() {
		out = append(out, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound)
	}
	if method != http.MethodGet {
		out = append(out, http.StatusUnprocessableEntity)
	}
	_, versioned := in.(conditional)
	if _, ok := in.(unchanging); ok || versioned {
		out = append(out, http.StatusPreconditionFailed, http.StatusPreconditionRequired)
	}
	return out
}

func header(name, what string) *huma.Param {
	return &huma.Param{Name: name, In: "header", Description: what, Schema: &huma.Schema{Type: huma.TypeString, MaxLength: ptr(maxKey)}}
}

func ptr[T any](v T) *T { return &v }

// describe hangs up the document itself, in both forms.
func (a *API) describe() {
	a.gate.Handle("GET "+Root+"/openapi.json", gate.Public(), func(r *Request) error {
		text, err := a.Document()
		return a.send(r, text, err)
	}, gate.Machine(a.meter))
	a.gate.Handle("GET "+Root+"/openapi-3.0.json", gate.Public(), func(r *Request) error {
		text, err := a.Downgraded()
		return a.send(r, text, err)
	}, gate.Machine(a.meter))
}

func (a *API) send(r *Request, text []byte, err error) error {
	if err != nil {
		return err
	}
	c := &call{api: a, req: r, res: &result{status: http.StatusOK, body: text, etag: etag(nil, text)}}
	return c.write()
}

// Document gives the description of the API, OpenAPI 3.1 in JSON.
func (a *API) Document() ([]byte, error) {
	a.written.Do(func() {
		var buf bytes.Buffer
		a.failed = write(&buf, a.huma.OpenAPI())
		a.text = buf.Bytes()
	})
	return a.text, a.failed
}

// Downgraded gives the description in OpenAPI 3.0.3, for tools that read only that.
func (a *API) Downgraded() ([]byte, error) {
	if _, err := a.Document(); err != nil {
		return nil, err
	}
	return a.huma.OpenAPI().Downgrade()
}

// Complete ends the declarations, before the first request: it takes out of the
// document what huma puts in for its own errors, and says of lists that they are
// never null.
func (a *API) Complete() {
	all := a.huma.OpenAPI().Components.Schemas.Map()
	delete(all, "ErrorModel")
	delete(all, "ErrorDetail")
	for _, s := range all {
		neverNull(s)
	}
}

func neverNull(s *huma.Schema) {
	if s == nil {
		return
	}
	if s.Type == huma.TypeArray {
		s.Nullable = false
	}
	neverNull(s.Items)
	for _, p := range s.Properties {
		neverNull(p)
	}
}
