// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"bytes"
	"encoding/json"
	"path"
	"strings"

	"martinella/internal/platform/fault"
)

// Parse reads an alert in any known form; hint is a file name or media type, may
// be empty. What holds several alerts (a feed, a list of events) is refused:
// [All] reads it.
func Parse(hint string, data []byte) (Document, error) {
	all, err := All(hint, data)
	switch {
	case err != nil:
		return Document{}, err
	case len(all) > 1:
		return Document{}, fault.New(fault.Invalid, CodeSeveral, fault.P{"n": len(all)})
	}
	return all[0], nil
}

// All reads every alert data holds, at least one.
func All(hint string, data []byte) ([]Document, error) {
	if len(data) > Limit {
		return nil, tooLarge(Limit)
	}
	form, err := formOf(hint, data)
	if err != nil {
		return nil, err
	}
	docs, err := form(data)
	if err == nil && len(docs) == 0 {
		err = fault.New(fault.Invalid, CodeEmpty)
	}
	return docs, err
}

// form reads data of one form.
type form func(data []byte) ([]Document, error)

// begin leaves out what may stand before data of any form.
func begin(data []byte) []byte {
	return bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")), " \t\r\n\x00")
}

// AsMail gives the mail that data would be read as, from its header on; false for
// other data. Its signatures and its encryption are not this package's: whoever
// has keys takes them off first.
func AsMail(hint string, data []byte) ([]byte, bool) {
	start, name := begin(data), ending(hint)
	return start, name == "eml" || name == "rfc822" || isMail(start)
}

// formOf finds the form, by what data begins with; hint decides only where that is not clear.
func formOf(hint string, data []byte) (form, error) {
	start := begin(data)
	switch {
	case len(start) == 0:
		return nil, fault.New(fault.Invalid, CodeEmpty)
	case bytes.HasPrefix(start, []byte("%PDF-")):
		return nil, fault.New(fault.Unsupported, CodePDF)
	case isBinary(data):
		return nil, fault.New(fault.Unsupported, CodeNotText)
	}
	_, asMail := AsMail(hint, data)
	switch name := ending(hint); {
	case asMail:
		return func([]byte) ([]Document, error) { return mailMessage(start) }, nil
	case start[0] == '{', start[0] == '[' && (strings.HasSuffix(name, "json") || json.Valid(start)):
		read, err := jsonForm(start)
		return func([]byte) ([]Document, error) { return read(start) }, err
	case start[0] == '<':
		return markup(name, start), nil
	case name == "html" || name == "htm":
		return pageText, nil
	}
	return plainText, nil
}

// markup tells pages, feeds and text that begins with a bracket apart by their
// first element.
func markup(name string, start []byte) form {
	head := strings.ToLower(string(start[:min(len(start), 4096)]))
	for _, root := range []string{"<rss", "<feed", "<rdf:rdf", "<atom:feed"} {
		if strings.Contains(head, root) {
			return Feed
		}
	}
	for _, root := range []string{"<html", "<!doctype html", "<body", "<div", "<p>", "<p ", "<h1", "<h2", "<table", "<article", "<section", "<ul", "<span", "<br"} {
		if strings.HasPrefix(head, root) {
			return pageText
		}
	}
	switch {
	case strings.Contains(head, "<html"), name == "html", name == "htm":
		return pageText
	case strings.HasPrefix(head, "<?xml"), strings.HasPrefix(head, "<!"), name == "xml", strings.HasSuffix(name, "+xml"):
		return Feed
	}
	return plainText
}

// isBinary knows pictures, archives, programs and office documents by their
// first bytes, and others by what no text has much of.
func isBinary(data []byte) bool {
	for _, magic := range []string{"PK\x03\x04", "\x1f\x8b", "\x89PNG", "GIF8", "\xFF\xD8\xFF", "\xD0\xCF\x11\xE0", "7z\xBC\xAF", "Rar!", "MZ\x90", "\x7fELF", "BZh", "\xFD7zXZ"} {
		if bytes.HasPrefix(data, []byte(magic)) {
			return true
		}
	}
	if _, ok := marked(data[:min(len(data), 4)]); ok {
		return false
	}
	controls, looked := 0, data[:min(len(data), 64<<10)]
	for _, c := range looked {
		if c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' {
			controls++
		}
	}
	return controls*5 > len(looked)
}

// ending is the last part of a file name or media type, in small letters.
func ending(hint string) string {
	hint, _, _ = strings.Cut(strings.ToLower(hint), ";")
	if e := path.Ext(hint); e != "" && !strings.Contains(hint, "/") || strings.Count(hint, "/") > 1 {
		return strings.TrimPrefix(e, ".")
	}
	return path.Base(strings.TrimSpace(hint))
}

func plainText(data []byte) ([]Document, error) {
	b := newBuilder(FormatText)
	b.text(b.decodeText(data, ""), told{})
	return b.only()
}

// only gives the one document of a text that says something.
func (b *builder) only() ([]Document, error) {
	if b.doc.Title == "" && len(b.doc.Sections) == 0 && b.doc.Mail == nil {
		return nil, fault.New(fault.Invalid, CodeEmpty)
	}
	return []Document{b.done()}, nil
}
