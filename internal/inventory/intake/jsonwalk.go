// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"martinella/internal/platform/fault"
)

// jsonWalk reads JSON value by value. Nothing but the value at hand is in
// memory; values that are not of the kind asked for are passed over, because
// producers write null, numbers for texts and texts for lists.
type jsonWalk struct {
	dec *jsontext.Decoder
	raw io.Closer
}

// openJSON opens a document. Byte order mark and UTF-16 are understood.
func openJSON(src Source) (*jsonWalk, error) {
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
	var text io.Reader = r
	if marked(head) {
		text, _ = decoded(r, head)
	}
	return &jsonWalk{jsontext.NewDecoder(text, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)), raw}, nil
}

// marked says whether a byte order mark, or the empty halves of Latin letters, tell the encoding.
func marked(head []byte) bool {
	return bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) || utf16Of(head) != ""
}

// Close ends the reading.
func (w *jsonWalk) Close() error { return w.raw.Close() }

// readable turns the JSON library's errors into a sentence with the place.
func (w *jsonWalk) readable(err error) error {
	var syntax *jsontext.SyntacticError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fault.New(fault.Invalid, "inventory.import.json", fault.P{"offset": w.dec.InputOffset()}).Because(err)
	}
	return err
}

// object reads an object, calling on for each name, whose value on must read.
func (w *jsonWalk) object(on func(name string) error) error {
	if w.dec.PeekKind() != '{' {
		return w.skip()
	}
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	for w.dec.PeekKind() != '}' {
		t, err := w.dec.ReadToken()
		if err != nil {
			return err
		}
		if err := on(t.String()); err != nil {
			return err
		}
	}
	_, err := w.dec.ReadToken()
	return err
}

// array reads an array, calling on for each element, which on must read.
func (w *jsonWalk) array(on func() error) error {
	if w.dec.PeekKind() != '[' {
		return w.skip()
	}
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	for w.dec.PeekKind() != ']' {
		if err := on(); err != nil {
			return err
		}
	}
	_, err := w.dec.ReadToken()
	return err
}

// text reads a text, number or truth value; "" for anything else.
func (w *jsonWalk) text() (string, error) {
	switch w.dec.PeekKind() {
	case '"', '0', 't', 'f':
		t, err := w.dec.ReadToken()
		return t.String(), err
	}
	return "", w.skip()
}

// into reads a text into a place that has none yet.
func (w *jsonWalk) into(to *string) error {
	s, err := w.text()
	if err == nil && *to == "" {
		*to = s
	}
	return err
}

// flat reads an object's plain values by name, those of inner objects by
// "outer.inner", two deep. Lists are passed over.
func (w *jsonWalk) flat() (map[string]string, error) {
	out := map[string]string{}
	return out, w.flatten(out, "", 2)
}

func (w *jsonWalk) flatten(out map[string]string, prefix string, depth int) error {
	return w.object(func(name string) error {
		if w.dec.PeekKind() == '{' && depth > 0 {
			return w.flatten(out, prefix+name+".", depth-1)
		}
		s, err := w.text()
		if err == nil && s != "" && len(out) < 200 {
			out[prefix+name] = s
		}
		return err
	})
}

// texts reads a list of texts.
func (w *jsonWalk) texts() (out []string, err error) {
	err = w.array(func() error {
		s, err := w.text()
		out = union(out, []string{s})
		return err
	})
	return out, err
}

func (w *jsonWalk) skip() error { return w.dec.SkipValue() }

// end says whether the input is at its end; several documents may follow one another.
func (w *jsonWalk) end() bool { return w.dec.PeekKind() == 0 }
