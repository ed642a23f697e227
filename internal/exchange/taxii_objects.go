// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"martinella/internal/platform/fault"
)

// taxiiQueryOf reads limit, next, added_after and match[…] (TAXII 2.1, 3.4 and 3.5).
func taxiiQueryOf(values url.Values) (q taxiiQuery, err error) {
	q.limit = taxiiPage
	if text := values.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return q, fault.New(fault.Malformed, "exchange.limit")
		}
		q.limit = min(n, taxiiPage)
	}
	if text := values.Get("added_after"); text != "" {
		if q.after, err = time.Parse(time.RFC3339Nano, text); err != nil || q.after.Year() < 1 || q.after.Year() > 9998 {
			return q, fault.New(fault.Malformed, "exchange.added_after")
		}
	}
	list := func(name string) (out []string) {
		if text := values.Get("match[" + name + "]"); text != "" {
			out = strings.Split(text, ",")
		}
		return out
	}
	q.ids, q.types, q.specs = list("id"), list("type"), list("spec_version")
	if q.versions, err = versionsOf(list("version")); err != nil {
		return q, err
	}
	q.next, err = readCursor(values.Get("next"))
	return q, err
}

// versionsOf reads match[version]. This server keeps the last version of each
// object only: it is the first one too, and all of them.
func versionsOf(list []string) (out []time.Time, err error) {
	newest := false
	for _, text := range list {
		if text == "last" || text == "first" || text == "all" {
			newest = true
			continue
		}
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return nil, fault.New(fault.Malformed, "exchange.version")
		}
		out = append(out, at)
	}
	if newest {
		return nil, nil
	}
	return out, nil
}

// asked reads the request: of which collection, which objects.
func (m *Module) asked(t taxii) (c collection, q taxiiQuery, err error) {
	if c, err = m.collectionOf(t, false); err != nil {
		return c, q, err
	}
	if q, err = taxiiQueryOf(t.Query()); err != nil {
		return c, q, err
	}
	if object := t.Param("object"); object != "" {
		q.ids = []string{object}
	}
	return c, q, nil
}

// read gives the page a request asks for. An object asked for by name that is
// not there is no empty page; one that is there but not as asked for, is (5.6).
func (m *Module) read(t taxii) (page []found, more bool, next cursor, err error) {
	c, q, err := m.asked(t)
	if err != nil {
		return nil, false, cursor{}, err
	}
	page, more, next, err = m.page(t.Context(), t.client, c.question, q)
	if err != nil || len(page) > 0 || t.Param("object") == "" {
		return page, more, next, err
	}
	if !q.narrow() {
		return nil, false, cursor{}, fault.New(fault.NotFound, "exchange.no_object")
	}
	there, _, _, err := m.page(t.Context(), t.client, c.question, taxiiQuery{limit: 1, ids: q.ids})
	if err == nil && len(there) == 0 {
		err = fault.New(fault.NotFound, "exchange.no_object")
	}
	return nil, false, cursor{}, err
}

// narrow says whether an object may be there that is not asked for.
func (q taxiiQuery) narrow() bool {
	return !q.after.IsZero() || q.next != cursor{} || len(q.types)+len(q.specs)+len(q.versions) > 0
}

// dated says in the header when the first and the last object of a page came (3.2).
func (t taxii) dated(page []found) {
	if n := len(page); n > 0 {
		t.W.Header().Set("X-TAXII-Date-Added-First", micro(page[0].added))
		t.W.Header().Set("X-TAXII-Date-Added-Last", micro(page[n-1].added))
	}
}

// listed answers with a page of a collection, each object as write says.
func (m *Module) listed(t taxii, write func(f found) any) error {
	page, more, next, err := m.read(t)
	if err != nil {
		return err
	}
	out := envelope{More: more}
	if more {
		out.Next = next.String()
	}
	for _, f := range page {
		text, err := json.Marshal(write(f))
		if err != nil {
			return err
		}
		out.Objects = append(out.Objects, text)
	}
	t.dated(page)
	return t.answer(out)
}

func (m *Module) taxiiObjects(t taxii) error {
	return m.listed(t, func(f found) any { return f.stixObject })
}

// manifestRecord says of an object what there is of it.
type manifestRecord struct {
	ID        string `json:"id"`
	DateAdded string `json:"date_added"`
	Version   string `json:"version"`
	MediaType string `json:"media_type"`
}

func (m *Module) taxiiManifest(t taxii) error {
	return m.listed(t, func(f found) any {
		return manifestRecord{f.ID, micro(f.added), f.version(), stixType}
	})
}

// versions are those there are of an object: one.
type versions struct {
	Versions []string `json:"versions,omitempty"`
}

func (m *Module) taxiiVersions(t taxii) error {
	page, _, _, err := m.read(t)
	if err != nil {
		return err
	}
	var out versions
	for _, f := range page {
		out.Versions = append(out.Versions, f.version())
	}
	t.dated(page)
	return t.answer(out)
}

// readOnly refuses to write: 403 to who may read the collection, 404 to who may not (5.5, 5.7).
func (m *Module) readOnly(t taxii) error {
	c, err := m.collectionOf(t, true)
	switch {
	case err != nil:
		return err
	case !c.CanRead:
		return fault.New(fault.NotFound, "exchange.no_collection")
	}
	return fault.New(fault.Forbidden, "exchange.read_only")
}

// elsewhere answers for what there is not, and leads who forgot the last slash.
func (m *Module) elsewhere(t taxii) error {
	if u := *t.R.URL; !strings.HasSuffix(u.Path, "/") {
		u.Path, u.RawPath = u.Path+"/", ""
		http.Redirect(t.W, t.R, u.RequestURI(), http.StatusTemporaryRedirect)
		return nil
	}
	return fault.New(fault.NotFound, "exchange.nothing")
}
