// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"martinella/internal/platform/fault"
)

// acceptable refuses who does not take the kind an operation answers with.
// Without Accept anything is welcome.
func acceptable(r *http.Request, answers string) error {
	family, _, _ := strings.Cut(answers, "/")
	header := strings.Join(r.Header.Values("Accept"), ",")
	if strings.TrimSpace(header) == "" {
		return nil
	}
	for part := range strings.SplitSeq(header, ",") {
		kind, params, err := mime.ParseMediaType(part)
		if err != nil || params["q"] == "0" || params["q"] == "0.0" {
			continue
		}
		if kind == "*/*" || kind == answers || kind == family+"/*" {
			return nil
		}
	}
	return fault.New(fault.NotAcceptable, "api.not_acceptable", fault.P{"kind": answers})
}

// readable refuses bodies of a kind the operation does not read.
func readable(r *http.Request, body *huma.RequestBody) error {
	if body == nil {
		if r.ContentLength > 0 {
			return fault.New(fault.Malformed, "api.no_body")
		}
		return nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.ContentLength == 0 && r.Header.Get("Content-Type") == "" {
		return nil // nothing sent: whether it may be missing is checked later
	}
	if _, ok := body.Content[kind]; err != nil || !ok {
		return fault.New(fault.Unsupported, "api.unsupported", fault.P{"kinds": kinds(body)})
	}
	return nil
}

func kinds(body *huma.RequestBody) string {
	var out []string
	for kind := range body.Content {
		out = append(out, kind)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}
