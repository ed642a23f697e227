// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/ratelimit"
	"martinella/internal/platform/tlp"
	"martinella/internal/platform/web"
)

// The media types of TAXII 2.1 (OASIS Standard, 10 June 2021, 1.6.8) and STIX 2.1.
const (
	taxiiType = "application/taxii+json;version=2.1"
	stixType  = "application/stix+json;version=2.1"
)

func (m *Module) taxiiDoor(g *gate.Gate) {
	const root, one = "/taxii2/api/", "/taxii2/api/collections/{collection}/"
	for _, x := range []struct {
		route string
		h     func(t taxii) error
	}{
		{"GET /taxii2/{$}", m.taxiiDiscovery},
		{"GET " + root + "{$}", m.taxiiRoot},
		{"GET " + root + "collections/{$}", m.taxiiCollections},
		{"GET " + one + "{$}", m.taxiiCollection},
		{"GET " + one + "manifest/{$}", m.taxiiManifest},
		{"GET " + one + "objects/{$}", m.taxiiObjects},
		{"POST " + one + "objects/{$}", m.readOnly},
		{"GET " + one + "objects/{object}/{$}", m.taxiiObjects},
		{"DELETE " + one + "objects/{object}/{$}", m.readOnly},
		{"GET " + one + "objects/{object}/versions/{$}", m.taxiiVersions},
		{"GET /taxii2/{path...}", m.elsewhere},
	} {
		g.Handle(x.route, gate.Public(), m.taxii(x.h), gate.Machine(nil))
	}
}

// taxii is a request past the door.
type taxii struct {
	*gate.Request
	client
}

// taxii lets in who has a key, or has none, and answers errors as TAXII has them (3.6.1).
func (m *Module) taxii(h func(t taxii) error) gate.Handler {
	return func(r *gate.Request) error {
		c, err := m.bearer(r)
		if err == nil && !accepts(r.R.Header.Values("Accept")) {
			err = fault.New(fault.NotAcceptable, "exchange.accept")
		}
		if err == nil {
			err = h(taxii{r, c})
		}
		f := fault.Of(err)
		if err == nil || f.Kind == fault.Internal {
			return err
		}
		if f.Kind == fault.Unauthenticated {
			r.W.Header().Set("WWW-Authenticate", `Basic realm="taxii", charset="UTF-8"`)
		}
		if wait, ok := f.Params["wait"].(time.Duration); ok {
			r.W.Header().Set("Retry-After", strconv.Itoa(1+int(wait.Seconds())))
		}
		status := web.Status(f.Kind)
		return web.JSON(r.W, status, taxiiType, map[string]any{"title": http.StatusText(status), "description": r.Say(f), "http_status": strconv.Itoa(status), "error_code": f.Code,
			"error_id": web.RequestID(r.Context())})
	}
}

// accepts says whether the client takes TAXII 2.1: it must say so, in this version or in none.
func accepts(headers []string) bool {
	if len(headers) == 0 {
		return true
	}
	for one := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		kind, params, err := mime.ParseMediaType(one)
		if err == nil && (kind == "*/*" || kind == "application/*" || kind == "application/taxii+json" && (params["version"] == "" || params["version"] == "2.1")) {
			return true
		}
	}
	return false
}

// bearer lets in by the header Authorization: Basic (RFC 7617; the password is the
// key), Bearer (RFC 6750), Token, as the TAXII client of OASIS sends it, or the bare key, as MISP does. Who sends none is
// anybody; who sends a key that is none is told.
func (m *Module) bearer(r *gate.Request) (client, error) {
	header := r.R.Header.Get("Authorization")
	if header == "" {
		return anybody(), m.often("address:" + ratelimit.AddressKey(web.Client(r.Context())))
	}
	secret := header
	if user, password, ok := r.R.BasicAuth(); ok {
		if secret = password; secret == "" {
			secret = user
		}
	} else if scheme, rest, ok := strings.Cut(header, " "); ok && (strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "Token")) {
		secret = strings.TrimSpace(rest)
	}
	c, err := m.enter(r, Platform, secret)
	if f := fault.Of(err); err != nil && f.Code == "exchange.no_key" {
		return c, fault.New(fault.Unauthenticated, "exchange.no_key").Because(err)
	}
	return c, err
}

func (t taxii) answer(v any) error { return web.JSON(t.W, http.StatusOK, taxiiType, v) }

func (m *Module) taxiiDiscovery(t taxii) error {
	root := m.deps.BaseURL + "/taxii2/api/"
	return t.answer(map[string]any{"title": m.deps.Name, "description": t.L.T("exchange.taxii.description"), "default": root, "api_roots": []string{root}})
}

func (m *Module) taxiiRoot(t taxii) error {
	return t.answer(map[string]any{"title": m.deps.Name, "description": t.L.T("exchange.taxii.description"), "versions": []string{taxiiType}, "max_content_length": 1 << 20})
}

// collection is a part of what leaves.
type collection struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Alias       string   `json:"alias"`
	CanRead     bool     `json:"can_read"`
	CanWrite    bool     `json:"can_write"`
	MediaTypes  []string `json:"media_types"`

	question Question
}

// collections lists those there are, with what the client may read.
func (m *Module) collections(t taxii) []collection {
	all := t.all()
	make := func(alias, id string, q Question, may bool) collection {
		q.Withdrawn = true
		return collection{ID: m.stixID("collection", id)[len("collection--"):], Alias: alias, Title: t.L.T("exchange.collection." + alias), Description: t.L.T("exchange.collection_text." + alias),
			CanRead: may, MediaTypes: []string{stixType}, question: q}
	}
	out := []collection{make("public", "public", Question{Shared: tlp.Clear}, true), make("community", "community", Question{Shared: tlp.Green}, all.Shared == tlp.Green)}
	if t.org.ID != 0 {
		out = append(out, make("own", "own:"+strconv.FormatInt(t.org.ID, 10), Question{Own: tlp.Amber}, true))
	}
	return out
}

func (m *Module) taxiiCollections(t taxii) error {
	return t.answer(map[string]any{"collections": m.collections(t)})
}

// collectionOf gives the collection the address names, by its identifier or alias.
func (m *Module) collectionOf(t taxii, mayBeClosed bool) (collection, error) {
	for _, c := range m.collections(t) {
		if name := t.Param("collection"); name != c.ID && name != c.Alias {
			continue
		}
		switch {
		case c.CanRead || mayBeClosed:
			return c, nil
		case t.key.ID == 0:
			return c, fault.New(fault.Unauthenticated, "exchange.closed")
		}
		return c, fault.New(fault.Forbidden, "exchange.closed")
	}
	return collection{}, fault.New(fault.NotFound, "exchange.no_collection")
}

func (m *Module) taxiiCollection(t taxii) error {
	c, err := m.collectionOf(t, true)
	if err != nil {
		return err
	}
	return t.answer(c)
}

// envelope is a page of objects, or of what is said of them (TAXII 2.1, 3.7).
type envelope struct {
	More    bool              `json:"more,omitempty"`
	Next    string            `json:"next,omitempty"`
	Objects []json.RawMessage `json:"objects,omitempty"`
}
