// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html/charset"

	"martinella/internal/platform/fault"
)

// Bounds on what an XML document may hold, so that a small file cannot become a large thing in memory.
const (
	maxXMLDepth = 200     // elements open at a time
	maxXMLToken = 4 << 20 // bytes of one tag or text
	maxXMLText  = 64 << 10
)

// xmlWalk reads XML element by element. Entities of a document type are never
// expanded nor fetched: a document that declares any is refused.
type xmlWalk struct {
	dec   *xml.Decoder
	in    *countedBytes
	raw   io.Closer
	depth int
	// broken says that the document itself could not be read on.
	broken bool
}

// countedBytes bounds how much may be read between two tokens.
type countedBytes struct {
	r   *bufio.Reader
	n   int
	err error // of the source itself, which is no fault of the document's
}

var errLongToken = errors.New("an XML token that is too long")

// ReadByte implements io.ByteReader.
func (c *countedBytes) ReadByte() (byte, error) {
	if c.n++; c.n > maxXMLToken {
		return 0, errLongToken
	}
	b, err := c.r.ReadByte()
	return b, c.note(err)
}

func (c *countedBytes) note(err error) error {
	if err != nil && err != io.EOF {
		c.err = err
	}
	return err
}

// Read implements io.Reader.
func (c *countedBytes) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, c.note(err)
}

func openXML(src Source) (*xmlWalk, error) {
	raw, err := src()
	if err != nil {
		return nil, err
	}
	r := bufio.NewReaderSize(raw, 64<<10)
	head, err := r.Peek(512)
	if err != nil && err != io.EOF {
		return nil, errors.Join(fmt.Errorf("reading a document: %w", err), raw.Close())
	}
	if err := refuseBinary(head); err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	already := marked(head)
	if already {
		text, _ := decoded(r, head)
		r = bufio.NewReaderSize(text, 64<<10)
	}
	in := &countedBytes{r: r}
	w := &xmlWalk{dec: xml.NewDecoder(in), in: in, raw: raw}
	w.dec.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		if already {
			return in, nil
		}
		return charset.NewReaderLabel(label, in)
	}
	return w, nil
}

// Close ends the reading.
func (w *xmlWalk) Close() error { return w.raw.Close() }

// next gives the next token, and refuses what may be no part of a document.
func (w *xmlWalk) next() (xml.Token, error) {
	w.in.n = 0
	t, err := w.dec.Token()
	if err != nil {
		w.broken = true
		return nil, err
	}
	switch t := t.(type) {
	case xml.StartElement:
		if w.depth++; w.depth > maxXMLDepth {
			return nil, fault.New(fault.Invalid, "inventory.import.deep")
		}
	case xml.EndElement:
		w.depth--
	case xml.Directive:
		if bytes.ContainsRune(t, '[') || bytes.Contains(bytes.ToUpper(t), []byte("ENTITY")) {
			return nil, fault.New(fault.Invalid, "inventory.import.entities")
		}
	}
	return t, nil
}

// root finds the first element.
func (w *xmlWalk) root() (xml.StartElement, error) {
	for {
		t, err := w.next()
		if err != nil {
			return xml.StartElement{}, err
		}
		if s, ok := t.(xml.StartElement); ok {
			return s, nil
		}
	}
}

// children calls on for each element inside the one just opened, up to its end.
// on must read the element to its end (skip, text or children).
func (w *xmlWalk) children(on func(e xml.StartElement) error) error {
	for {
		t, err := w.next()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := on(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// skip reads to the end of the element just opened.
func (w *xmlWalk) skip() error {
	return w.inner(nil)
}

// text gives the element's own text, without that of elements inside.
func (w *xmlWalk) text() (string, error) {
	var b strings.Builder
	err := w.inner(&b)
	return strings.TrimSpace(b.String()), err
}

func (w *xmlWalk) inner(own *strings.Builder) error {
	for level := 1; level > 0; {
		t, err := w.next()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			level++
		case xml.EndElement:
			level--
		case xml.CharData:
			if own != nil && level == 1 && own.Len()+len(t) <= maxXMLText {
				own.Write(t)
			}
		}
	}
	return nil
}

func (w *xmlWalk) into(to *string) error {
	s, err := w.text()
	if *to == "" {
		*to = s
	}
	return err
}

// readable turns the XML library's errors into a sentence with the line.
func (w *xmlWalk) readable(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errLongToken):
		return fault.New(fault.Invalid, "inventory.import.xml_long", fault.P{"limit": fmt.Sprintf("%d MB", maxXMLToken>>20)})
	case w.in.err != nil:
		return w.in.err
	case !w.broken:
		return err // of whoever takes what is read
	}
	line, _ := w.dec.InputPos()
	return fault.New(fault.Invalid, "inventory.import.xml_broken", fault.P{"line": line}).Because(err)
}

// attr gives an attribute's value.
func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
