// SPDX-License-Identifier: EUPL-1.2

package taxii

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"martinella/internal/intake/pull"
)

// judge wants every alert to be one whole bundle.
type judge struct{ *testing.T }

func (j judge) Has(context.Context, string, string) (bool, error) { return false, nil }

func (j judge) Take(_ context.Context, it pull.Item) error {
	if it.Err == nil && !json.Valid(it.Data) || it.ID == "" {
		j.Errorf("%q: %s", it.ID, it.Data)
	}
	return nil
}

// FuzzPage reads pages of anything: what comes out is whole, and what refers to itself ends.
func FuzzPage(f *testing.F) {
	for _, text := range []string{
		`{"objects":[{"type":"report","id":"report--1","object_refs":["report--1","note--1","x"]},{"type":"note","id":"note--1","object_refs":["note--1","report--1"]}]}`,
		`{"objects":[{"type":"indicator","id":"i","object_marking_refs":["i"]},{"type":"report","id":"i","modified":"2026-01-01T00:00:00Z","granular_markings":[{"marking_ref":"i"}]}]}`,
		`{"objects":[null,[],7,{"type":"grouping","id":"g","object_refs":7}]}`, `{"more":true}`, `[]`, ``,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var e envelope
		if json.Unmarshal(body, &e) != nil {
			return
		}
		b := &batch{puller: &puller{sink: judge{t}}, loose: true, day: time.Unix(0, 0).Format(time.DateOnly)}
		b.take(e.Objects)
		if err := b.handOn(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func FuzzResource(f *testing.F) {
	for _, text := range []string{`{"api_roots":["/a","//b/c","https://x/%zz",""]}`, `{"collections":[{"id":"../..","can_read":true}]}`, `{"id":"a","can_read":true}`, `{}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var r resource
		if json.Unmarshal([]byte(text), &r) != nil {
			return
		}
		for _, c := range placed("https://taxii.example/api/collections/", r.Collections) {
			if !strings.HasPrefix(c.address, "https://taxii.example/api/collections/") || !strings.HasSuffix(c.address, "/") {
				t.Errorf("%q leads to %s", c.ID, c.address)
			}
		}
		for _, root := range r.Roots {
			slashed(absolute("https://taxii.example/taxii2/", root))
		}
	})
}
