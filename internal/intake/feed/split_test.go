// SPDX-License-Identifier: EUPL-1.2

package feed

import (
	"bytes"
	"testing"

	"martinella/internal/platform/fault"
)

// FuzzSplit wants a fault for whatever is no feed, and entries whose bytes are the feed's.
func FuzzSplit(f *testing.F) {
	for _, text := range []string{
		`<?xml version="1.0" encoding="ISO-8859-1"?><rss><channel><item><title>a` + "\xe8" + `</title></item><item/></channel></rss>`,
		`<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><content type="xhtml"><div><p>x</p></div></content></entry></feed>`,
		`<rdf:RDF><channel/><item><link>x</link></item></rdf:RDF>`, `<rss><item></channel></item></rss>`, "\xff\xfe<\x00r\x00s\x00s\x00>\x00", `<!DOCTYPE a [<!ENTITY b "c">]><rss/>`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := Split(data)
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Fatalf("%q: %v", data, err)
		}
		text, _ := unified(data)
		for _, e := range entries {
			if e.ID == "" || e.Mark == "" || len(e.Data) > len(text) || bytes.Contains(e.Data, []byte("<!ENTITY")) {
				t.Fatalf("%q: %+v", data, e)
			}
		}
	})
}
