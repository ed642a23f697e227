// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"hash"
	"io"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"martinella/internal/access/gate"
)

// call is one request on its way through huma and a room's handler. huma parses
// and checks; what it would write is caught, and the answer is written here.
type call struct {
	api  *API
	req  *Request
	meta meta
	hash hash.Hash // of the body; nil without an idempotency key

	err error // why there is no answer
	res *result
}

type callKey struct{}

func callOf(ctx context.Context) *call { c, _ := ctx.Value(callKey{}).(*call); return c }

// adapter hangs huma's operations up as routes of the gate.
type adapter struct{ api *API }

// Handle implements huma.Adapter.
func (x adapter) Handle(op *huma.Operation, h func(huma.Context)) {
	m, _ := op.Metadata[metaKey].(meta)
	body := cmp.Or(rawBody(m.op.Kinds), op.RequestBody)
	opts := []gate.Option{gate.Machine(x.api.meter), gate.MaxBody(m.op.MaxBody), gate.Answers(m.op.MaxFile)}
	if m.op.Recent {
		opts = append(opts, gate.Recent())
	}
	x.api.gate.Handle(op.Method+" "+op.Path, m.rule, func(r *Request) error {
		if err := acceptable(r.R, m.op.answers); err != nil {
			return err
		}
		if err := readable(r.R, body); err != nil {
			return err
		}
		c := &call{api: x.api, req: r, meta: m}
		return c.serve(op, h)
	}, opts...)
}

// ServeHTTP implements huma.Adapter.
func (x adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { x.api.gate.ServeHTTP(w, r) }

func (c *call) serve(op *huma.Operation, h func(huma.Context)) error {
	r := c.req.R.WithContext(context.WithValue(c.req.Context(), callKey{}, c))
	r.Body = http.MaxBytesReader(c.req.W, r.Body, c.meta.op.MaxBody)
	c.req.R = r
	if err := c.hashBody(r); err != nil {
		return err
	}
	defer func() { _ = r.Body.Close() }() // a temporary file that stays does no harm
	h(humago.NewContext(op, r, &discard{}))
	if c.err != nil {
		return c.err
	}
	return c.write()
}

// hashBody notes what a request with an idempotency key says: while it is
// parsed or prepared, or, of another raw body, now.
func (c *call) hashBody(r *http.Request) (err error) {
	if !c.keyed() {
		return nil
	}
	c.hash = sha256.New()
	if len(c.meta.op.Kinds) > 0 && !c.meta.op.prepared {
		r.Body, err = spool(r.Body, c.hash, c.meta.op.MaxBody)
		return err
	}
	r.Body = &hashed{r.Body, io.TeeReader(r.Body, c.hash)}
	return nil
}

// run does the room's part, once the input is parsed. It never returns an error
// to huma, which would write it: the call keeps it.
func (c *call) run(in any, prepare func(r *Request) error, handle func(r *Request) (any, error)) error {
	if c.err = c.prepare(in); c.err != nil {
		return nil
	}
	if c.err = c.before(prepare); c.err != nil {
		return nil
	}
	do := func() (*result, error) {
		out, err := handle(c.req)
		if err != nil {
			return nil, stale(in, c.whole(err))
		}
		return c.result(in, out)
	}
	if c.keyed() {
		c.res, c.err = c.once(do)
	} else {
		c.res, c.err = do()
	}
	return nil
}

// before does what an operation prepares, unless its answer is known, and reads
// the rest of a raw body, so that the hash is the whole's.
func (c *call) before(prepare func(r *Request) error) error {
	if prepare == nil {
		return nil
	}
	known, err := c.answered()
	if err != nil {
		return err
	}
	if !known {
		if err := prepare(c.req); err != nil {
			return c.whole(err)
		}
	}
	if c.keyed() && len(c.meta.op.Kinds) > 0 {
		_, err = io.Copy(io.Discard, c.req.R.Body)
	}
	return c.whole(err)
}

// prepare reads the parts of an input that this package gives rooms.
func (c *call) prepare(in any) error {
	if p, ok := in.(pager); ok {
		if err := p.paging().open(c); err != nil {
			return err
		}
	}
	if m, ok := in.(conditional); ok {
		return m.condition().parse()
	}
	return nil
}

// binding is what a cursor belongs to: the address without the place in the list.
func (c *call) binding() string {
	u := c.req.R.URL
	q := u.Query()
	q.Del("cursor")
	q.Del("limit")
	return "cursor " + u.Path + "?" + q.Encode()
}

// link is the address of this request with other parameters.
func (c *call) link(set url.Values) string {
	u := c.req.R.URL
	q := u.Query()
	for k, v := range set {
		q[k] = v
	}
	return c.api.deps.BaseURL + u.EscapedPath() + "?" + q.Encode()
}

// discard is where huma's own answers go.
type discard struct{ header http.Header }

// Header implements http.ResponseWriter.
func (d *discard) Header() http.Header {
	if d.header == nil {
		d.header = http.Header{}
	}
	return d.header
}

// WriteHeader implements http.ResponseWriter.
func (*discard) WriteHeader(int) {}

// Write implements http.ResponseWriter; nobody reads it.
func (*discard) Write(p []byte) (int, error) { return len(p), nil }

// hashed is a body whose bytes are hashed as they are read.
type hashed struct {
	io.Closer
	io.Reader
}
