// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"encoding/json"
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
	q.ids, q.types, q.specs, q.versions = list("id"), list("type"), list("spec_version"), list("version")
	q.next, err = readCursor(values.Get("next"))
	return q, err
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

// listed answers with a page of a collection, each object as write says. An
// object asked for by name that is not there is no empty page.
func (m *Module) listed(t taxii, write func(f found) any) error {
	c, q, err := m.asked(t)
	if err != nil {
		return err
	}
	page, more, next, err := m.page(t.Context(), t.client, c.question, q)
	if err != nil {
		return err
	}
	if len(page) == 0 && t.Param("object") != "" {
		return fault.New(fault.NotFound, "exchange.no_object")
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
	if n := len(page); n > 0 {
		t.W.Header().Set("X-TAXII-Date-Added-First", instant(page[0].added))
		t.W.Header().Set("X-TAXII-Date-Added-Last", instant(page[n-1].added))
	}
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
		return manifestRecord{f.ID, instant(f.added), f.version(instant(f.added)), stixType}
	})
}

func (m *Module) taxiiVersions(t taxii) error {
	c, q, err := m.asked(t)
	if err != nil {
		return err
	}
	page, _, _, err := m.page(t.Context(), t.client, c.question, q)
	if err != nil {
		return err
	}
	if len(page) == 0 {
		return fault.New(fault.NotFound, "exchange.no_object")
	}
	added := instant(page[0].added)
	t.W.Header().Set("X-TAXII-Date-Added-First", added)
	t.W.Header().Set("X-TAXII-Date-Added-Last", added)
	return t.answer(map[string]any{"versions": []string{page[0].version(added)}})
}
