// SPDX-License-Identifier: EUPL-1.2

package feed

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html/charset"

	"martinella/internal/intake/pull"
	"martinella/internal/platform/fault"
)

const (
	maxDepth = 100       // of XML: the reader of feeds calls itself for every level
	maxFrame = 256 << 10 // bytes around the entries: each entry is kept with them
	teaser   = 500       // bytes of text; an entry with fewer only announces
)

// The codes of the faults.
const (
	CodeEntities = "intake.feed.entities" // XML that declares entities
	CodeFeed     = "intake.feed.form"     // no feed, or one that is damaged
)

// Entry is one alert of a feed.
type Entry struct {
	ID     string
	Mark   string // the hash of its bytes
	Title  string
	Link   string
	At     time.Time // the later of written and changed; zero: not told
	Teaser bool      // it only announces what its link leads to
	Data   []byte    // a feed with this entry alone
}

// Split reads a feed's entries, in its order.
func Split(data []byte) ([]Entry, error) {
	text, err := unified(data)
	if err != nil {
		return nil, err
	}
	spans, err := find(text)
	if err != nil || len(spans) == 0 {
		return nil, err
	}
	head, tail := text[:spans[0].from], text[spans[len(spans)-1].to:]
	if len(head)+len(tail) > maxFrame {
		return nil, fault.New(fault.Invalid, CodeFeed)
	}
	out := make([]Entry, 0, len(spans))
	for _, s := range spans {
		out = append(out, entry(head, text[s.from:s.to], tail))
	}
	return out, nil
}

var declaration = regexp.MustCompile(`^(<\?xml[^>]{0,200}encoding\s*=\s*["'])([A-Za-z0-9_.:-]+)(["'])`)

// unified gives a feed in UTF-8, without the bytes that XML must not have and feeds do have.
func unified(data []byte) ([]byte, error) {
	label := "utf-8"
	if m := declaration.FindSubmatch(data); m != nil {
		label = string(m[2])
	}
	encoding, _, _ := charset.DetermineEncoding(data[:min(len(data), 1024)], "text/xml; charset="+label)
	text, err := encoding.NewDecoder().Bytes(data)
	if err != nil {
		return nil, fault.New(fault.Invalid, CodeFeed).Because(err)
	}
	text = bytes.TrimPrefix(bytes.ToValidUTF8(text, []byte("\uFFFD")), []byte("\uFEFF"))
	text = bytes.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, text)
	return declaration.ReplaceAll(text, []byte("${1}UTF-8${3}")), nil
}

// span is where an entry stands.
type span struct{ from, to int64 }

// find looks for the entries, and refuses what would harm whoever reads them.
func find(text []byte) ([]span, error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	d.Strict = false
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it is UTF-8 by now
	f := finder{begun: -1}
	for len(f.spans) < pull.MaxItems {
		from := d.InputOffset()
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = f.see(token, from, d.InputOffset())
		} else {
			err = fault.New(fault.Invalid, CodeFeed).Because(err)
		}
		if err != nil {
			return nil, err
		}
	}
	if !f.feed {
		return nil, fault.New(fault.Invalid, CodeFeed)
	}
	return f.spans, nil
}

type finder struct {
	depth int
	feed  bool  // the first element is a feed's
	begun int64 // where the open entry begins; -1: none is open
	level int   // of that entry
	spans []span
}

func (f *finder) see(token xml.Token, from, to int64) error {
	switch t := token.(type) {
	case xml.Directive:
		if bytes.Contains(bytes.ToUpper(t), []byte("<!ENTITY")) || bytes.HasPrefix(bytes.ToUpper(t), []byte("ENTITY")) {
			return fault.New(fault.Invalid, CodeEntities)
		}
	case xml.StartElement:
		f.depth++
		name := strings.ToLower(t.Name.Local)
		f.feed = f.feed || f.depth == 1 && (name == "rss" || name == "feed" || name == "rdf")
		switch {
		case f.depth > maxDepth || f.depth == 1 && !f.feed:
			return fault.New(fault.Invalid, CodeFeed)
		case f.begun < 0 && (f.depth == 2 || f.depth == 3) && (name == "item" || name == "entry"):
			f.begun, f.level = from, f.depth
		}
	case xml.EndElement:
		if f.begun >= 0 && f.depth == f.level {
			f.spans = append(f.spans, span{f.begun, to})
			f.begun = -1
		}
		f.depth = max(0, f.depth-1)
	}
	return nil
}

// entry reads what a feed says of one entry; one that cannot be read is handed on
// all the same, and is refused where it is read as an alert.
func entry(head, own, tail []byte) Entry {
	sum := sha256.Sum256(own)
	e := Entry{Mark: hex.EncodeToString(sum[:]), Data: bytes.Join([][]byte{head, own, tail}, nil)}
	if one, err := gofeed.NewParser().Parse(bytes.NewReader(e.Data)); err == nil && len(one.Items) > 0 && one.Items[0] != nil {
		e.describe(one.Items[0])
	}
	if e.ID == "" {
		e.ID = e.Mark
	}
	return e
}

func (e *Entry) describe(i *gofeed.Item) {
	e.Title, e.Link, e.ID = strings.Join(strings.Fields(i.Title), " "), i.Link, i.GUID
	if e.ID == "" {
		e.ID = i.Link
	}
	for _, t := range []*time.Time{i.PublishedParsed, i.UpdatedParsed} {
		if t != nil && t.After(e.At) {
			e.At = *t
		}
	}
	e.Teaser = max(len(i.Content), len(i.Description)) < teaser && i.Link != ""
}
