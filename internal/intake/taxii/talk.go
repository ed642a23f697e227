// SPDX-License-Identifier: EUPL-1.2

package taxii

import (
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"

	"martinella/internal/intake/pull"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/fetch"
)

const (
	mediaType = "application/taxii+json;version=2.1"
	maxAnswer = 32 << 20 // bytes of one answer
)

// Options say what to ask.
type Options struct {
	Address    string            // of a discovery, an API root or a collection
	Collection string            // identifier, alias or title; empty: all that may be read
	Header     map[string]string // keys: for this server only
	Since      time.Time         // objects added before are left alone
	Now        func() time.Time
}

// puller is one run.
type puller struct {
	c       *fetch.Client
	o       Options
	sink    pull.Sink
	lookups int // requests left for what alerts refer to
}

// reply is an answer with what its headers say of the last object in it.
type reply struct {
	body []byte
	last string // X-TAXII-Date-Added-Last, if it is a time
}

// get asks one address. Keys go to the server they were given for, and nowhere else.
func (p *puller) get(ctx context.Context, address string) (reply, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return reply{}, pull.Form(address, err)
	}
	r.Header.Set("Accept", mediaType)
	if sameServer(address, p.o.Address) {
		for name, value := range p.o.Header {
			r.Header.Set(name, value)
		}
	}
	res, err := p.c.HTTP().Do(r)
	if err != nil {
		return reply{}, fault.Of(err)
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusNotAcceptable:
		return reply{}, fault.New(fault.Unavailable, CodeVersion, fault.P{"host": pull.Host(address)})
	case res.StatusCode != http.StatusOK:
		return reply{}, pull.Status(address, res.StatusCode, fetch.RetryAfter(res.Header))
	case !isTAXII(res.Header.Get("Content-Type")):
		return reply{}, fault.New(fault.Unavailable, CodeVersion, fault.P{"host": pull.Host(address)})
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return reply{}, fault.Of(err)
	case len(body) > maxAnswer:
		return reply{}, fault.New(fault.TooLarge, fetch.CodeTooLarge, fault.P{"host": pull.Host(address), "limit": maxAnswer})
	}
	return reply{body, stamp(res.Header.Get("X-TAXII-Date-Added-Last"))}, nil
}

// CodeVersion is the fault of a server that does not speak TAXII 2.1.
const CodeVersion = "intake.taxii.version"

// isTAXII says whether an answer calls itself one of TAXII 2.1; some servers leave the version out.
func isTAXII(header string) bool {
	kind, params, err := mime.ParseMediaType(header)
	return err == nil && kind == "application/taxii+json" && (params["version"] == "" || params["version"] == "2.1")
}

func sameServer(a, b string) bool {
	x, errX := url.Parse(a)
	y, errY := url.Parse(b)
	return errX == nil && errY == nil && x.Scheme == y.Scheme && x.Host == y.Host
}

// stamp gives a time back as it is written; "" for what is none.
func stamp(text string) string {
	if _, err := time.Parse(time.RFC3339Nano, text); err != nil {
		return ""
	}
	return text
}

// read asks an address and reads the answer into v.
func (p *puller) read(ctx context.Context, address string, v any) error {
	r, err := p.get(ctx, address)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(r.body, v); err != nil {
		return pull.Form(address, err)
	}
	return nil
}
