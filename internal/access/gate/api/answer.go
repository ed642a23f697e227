// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Versioned is an output that has a version, which grows with every change: its
// ETag names it, and If-Match asks for it.
type Versioned interface{ RecordVersion() int64 }

// Located is an output that has an address of its own beneath Root
// ("/organisations/c_d612/contacts/12"): who makes one is told where it is.
type Located interface{ Location() string }

// result is an answer that was worked out.
type result struct {
	status   int
	body     []byte // nil: nothing to say
	etag     string // `"12-0a1b2c3d4e5f6071"`
	location string // absolute
	next     string // absolute address of the next page
	file     *File  // instead of a body
	table    *Table // the same
	replayed bool   // made by an earlier request with the same idempotency key
}

// result makes an answer of a handler's output.
func (c *call) result(in, out any) (*result, error) {
	res := &result{status: c.meta.op.success(out == nil)}
	if out == nil {
		return res, nil
	}
	switch f := out.(type) {
	case File:
		res.file = &f
		return res, nil
	case Table:
		res.table = &f
		return res, nil
	}
	var page *Paging
	if p, ok := in.(pager); ok {
		page = p.paging()
	}
	if l, ok := out.(lister); ok && page != nil {
		out, res.next = l.sealed(c, page)
	}
	var buf bytes.Buffer
	if err := write(&buf, out); err != nil {
		return nil, err
	}
	res.body = buf.Bytes()
	res.etag = etag(out, res.body)
	if l, ok := out.(Located); ok && res.status == http.StatusCreated {
		res.location = c.api.URL(l.Location())
	}
	return res, nil
}

// etag is strong: the version, where there is one, and a hash of the text, which
// also changes when only the wording does.
func etag(out any, body []byte) string {
	sum := sha256.Sum256(body)
	tag := hex.EncodeToString(sum[:8])
	if v, ok := out.(Versioned); ok {
		tag = strconv.FormatInt(v.RecordVersion(), 10) + "-" + tag
	}
	return `"` + tag + `"`
}

func (c *call) write() error {
	w, r, res := c.req.W, c.req.R, c.res
	if res.file != nil {
		return c.writeFile(res.file)
	}
	h := w.Header()
	h.Set("Vary", "Cookie, Authorization, Accept-Language")
	if res.table != nil {
		return c.req.CSV(*res.table)
	}
	if res.etag != "" {
		h.Set("ETag", res.etag)
	}
	if res.location != "" {
		h.Set("Location", res.location)
	}
	if res.next != "" {
		h.Set("Link", "<"+res.next+`>; rel="next"`)
	}
	if res.replayed {
		h.Set("Idempotency-Replayed", "true")
	}
	if r.Method == http.MethodGet && notModified(r, res.etag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if res.body == nil {
		w.WriteHeader(res.status)
		return nil
	}
	h.Set("Content-Type", jsonKind)
	h.Set("Content-Length", strconv.Itoa(len(res.body)))
	w.WriteHeader(res.status)
	_, _ = w.Write(res.body) // a client that has gone is no error of ours
	return nil
}

// notModified says whether the asker has the answer already (RFC 9110, section
// 13.1.2: compared weakly).
func notModified(r *http.Request, tag string) bool {
	for _, header := range r.Header.Values("If-None-Match") {
		for candidate := range strings.SplitSeq(header, ",") {
			candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
			if candidate == "*" || tag != "" && candidate == tag {
				return true
			}
		}
	}
	return false
}

// Path joins parts of a path, each escaped: Path("organisations", code).
func Path(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("/" + url.PathEscape(p))
	}
	return b.String()
}
