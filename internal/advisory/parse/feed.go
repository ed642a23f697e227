// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html/charset"

	"martinella/internal/platform/fault"
)

// maxDepth is how deep XML may be nested: the reader of feeds calls itself for every level.
const maxDepth = 100

// Feed reads every item of a feed: RSS of any version, or Atom.
func Feed(data []byte) ([]Document, error) {
	if len(data) > Limit {
		return nil, tooLarge(Limit)
	}
	data = mended(data)
	if err := plainXML(data); err != nil {
		return nil, err
	}
	feed, err := gofeed.NewParser().Parse(bytes.NewReader(data))
	if err != nil {
		code := CodeCut
		if errors.Is(err, gofeed.ErrFeedTypeNotDetected) {
			code = CodeUnknown
		}
		return nil, fault.New(fault.Invalid, code).Because(err)
	}
	docs := make([]Document, 0, len(feed.Items))
	for _, item := range feed.Items {
		if len(docs) == maxItems {
			last := &docs[maxItems-1]
			last.Warnings = append(last.Warnings, Warning{Code: WarnLeftOut, Detail: "items"})
			break
		}
		if item != nil {
			docs = append(docs, feedItem(feed, item))
		}
	}
	return docs, nil
}

var declared = regexp.MustCompile(`^<\?xml[^>]{0,200}encoding\s*=\s*["']([A-Za-z0-9_.:-]+)["']`)

// mended takes out of XML what it must not have and feeds do have: control
// characters, and bytes that are not of the character set it says.
func mended(data []byte) []byte {
	if text, ok := marked(data); ok {
		data = []byte(text)
	}
	if m := declared.FindSubmatch(data); m == nil || strings.EqualFold(string(m[1]), "utf-8") {
		data = bytes.ToValidUTF8(data, []byte("\uFFFD"))
	}
	kept := make([]byte, 0, len(data))
	for _, c := range data {
		if c >= 0x20 || c == '\t' || c == '\n' || c == '\r' {
			kept = append(kept, c)
		}
	}
	return bytes.ReplaceAll(bytes.ReplaceAll(kept, []byte("\uFFFE"), nil), []byte("\uFFFF"), nil)
}

// plainXML refuses XML that declares entities, is nested too deep, or ends too
// early. It is as lenient as the reader of feeds, or more: what passes here is
// nested no deeper for that one.
func plainXML(data []byte) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict, d.CharsetReader = false, charset.NewReaderLabel
	depth := 0
	for {
		token, err := d.RawToken()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return fault.New(fault.Invalid, CodeCut).Because(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return fault.New(fault.Invalid, CodeDeep, fault.P{"limit": maxDepth})
			}
		case xml.EndElement:
			depth = max(0, depth-1)
		case xml.Directive:
			if bytes.Contains(bytes.ToUpper(t), []byte("<!ENTITY")) {
				return fault.New(fault.Invalid, CodeEntities)
			}
		}
	}
}

func feedItem(feed *gofeed.Feed, item *gofeed.Item) Document {
	format := FormatRSS
	if feed.FeedType == "atom" {
		format = FormatAtom
	}
	b := newBuilder(format)
	text := item.Content
	if len(text) < len(item.Description) {
		text = item.Description
	}
	// ACN's old feeds have the reference in a second line of the title, others in the address.
	title := b.readable(htmlText(item.Title))
	b.doc.Published, b.doc.Updated = moment(item.PublishedParsed), moment(item.UpdatedParsed)
	b.doc.Language = feedLanguage(feed.Language)
	b.bareTitle(title)
	if b.doc.Reference == nil {
		b.reference(item.Link)
	}
	b.text(tidy(htmlText(text)), told{title: title, firm: true})
	b.link(item.Link, title)
	b.id("feed", item.GUID)
	for _, category := range item.Categories {
		b.severity(levelOf(category), category)
		b.labels(category)
	}
	return b.done()
}

// moment gives a time in UTC; the zero one for none, or for a year nobody can mean.
func moment(t *time.Time) time.Time {
	if t == nil || t.Year() < 1990 || t.Year() > 2200 {
		return time.Time{}
	}
	return t.UTC()
}

func feedLanguage(s string) string {
	s, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(s)), "-")
	if len(s) > 3 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	return s
}
