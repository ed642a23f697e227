// SPDX-License-Identifier: EUPL-1.2

package client

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"time"
)

// request is one call, as the generated methods put it together.
type request struct {
	method, path string
	query        url.Values
	header       http.Header
	body         any       // sent as JSON; nil for none
	raw          io.Reader // a body that is no JSON, of a kind
	kind         string
}

// ask adds a parameter of the address, unless it is missing.
func (q *request) ask(name string, value any) {
	if text, ok := plain(value); ok {
		if q.query == nil {
			q.query = url.Values{}
		}
		q.query.Set(name, text)
	}
}

// head adds a header, unless it is missing.
func (q *request) head(name string, value any) {
	if text, ok := plain(value); ok {
		if q.header == nil {
			q.header = http.Header{}
		}
		q.header.Set(name, text)
	}
}

// plain writes a parameter, or the one a pointer points at; nil is missing.
func plain(value any) (text string, ok bool) {
	v := reflect.ValueOf(value)
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return "", false
		}
		v = v.Elem()
	}
	if t, isTime := v.Interface().(time.Time); isTime {
		return t.UTC().Format(time.RFC3339Nano), true
	}
	return fmt.Sprint(v.Interface()), true
}

// segment writes a part of a path.
func segment(value any) string {
	text, _ := plain(value)
	return url.PathEscape(text)
}

// encoded gives the bytes of a body, so that it can be sent again.
func (q *request) encoded() (body []byte, kind string, err error) {
	switch {
	case q.body != nil:
		body, err = json.Marshal(q.body)
		return body, "application/json", err
	case q.raw != nil:
		body, err = io.ReadAll(q.raw)
		return body, cmp.Or(q.kind, "application/octet-stream"), err
	}
	return nil, "", nil
}

// make gives the request as HTTP has it.
func (q *request) make(base string, body []byte, kind string) (*http.Request, error) {
	address := base + q.path
	if len(q.query) > 0 {
		address += "?" + q.query.Encode()
	}
	req, err := http.NewRequest(q.method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, values := range q.header {
		req.Header[name] = values
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	return req, nil
}
