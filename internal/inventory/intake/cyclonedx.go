// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"martinella/internal/platform/fault"
)

// Document says what a CycloneDX document is about.
type Document struct {
	Spec       string // specVersion
	Name       string // metadata.component: what the components are parts of
	Version    string
	Components int // read, nested ones included
	Skipped    int // of kinds that are no technology: files, data
}

// maxDepth bounds how deep components and values may be nested.
const maxDepth = 64

// CycloneDX reads the components of a CycloneDX document in JSON or XML, nested ones
// included, as they come: the document is never in memory as a whole.
func CycloneDX(src Source, sink Sink) (Document, error) {
	d, err := walk(src, &sink)
	if err == nil && d.Spec == "" {
		err = fault.New(fault.Invalid, "inventory.import.not_cyclonedx")
	}
	return d.Document, err
}

// CycloneDXSubject reads only what the document is about. It stops as soon as
// it knows, which is usually before the components.
func CycloneDXSubject(src Source) (Document, error) {
	d, err := walk(src, nil)
	if errors.Is(err, errEnough) {
		err = nil
	}
	return d.Document, err
}

// errEnough ends a walk that has found what it looked for.
var errEnough = errors.New("enough")

type walker struct {
	Document
	dec  *json.Decoder
	sink *Sink // nil: only the subject is wanted
}

func walk(src Source, sink *Sink) (*walker, error) {
	w := &walker{sink: sink}
	raw, err := src()
	if err != nil {
		return w, err
	}
	defer raw.Close()
	r := bufio.NewReaderSize(raw, 64<<10)
	head, err := r.Peek(512)
	if err != nil && err != io.EOF {
		return w, fmt.Errorf("reading a CycloneDX document: %w", err)
	}
	if err := refuseBinary(head); err != nil {
		return w, err
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		_, _ = r.Discard(3)
	}
	if t := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \r\n\t"); len(t) > 0 && t[0] == '<' || utf16Of(head) != "" {
		return w, w.readXML(src)
	}
	w.dec = json.NewDecoder(r)
	return w, w.readable(w.document())
}

// readable turns the JSON library's errors into a sentence with the place.
func (w *walker) readable(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax), errors.As(err, &kind), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fault.New(fault.Invalid, "inventory.import.json", fault.P{"offset": w.dec.InputOffset()}).Because(err)
	}
	return err
}

func (w *walker) document() error {
	return w.object(0, func(key string) error {
		switch key {
		case "bomFormat":
			var format string
			if err := w.text(&format); err != nil || !strings.EqualFold(format, "CycloneDX") {
				return errors.Join(err, fault.New(fault.Invalid, "inventory.import.not_cyclonedx"))
			}
			return nil
		case "spdxVersion", "SPDXID":
			return fault.New(fault.Invalid, "inventory.import.not_cyclonedx")
		case "specVersion":
			return w.text(&w.Spec)
		case "metadata":
			return w.metadata()
		case "components":
			if w.sink != nil {
				return w.components(1)
			}
		}
		return w.skip()
	})
}

func (w *walker) metadata() error {
	return w.object(1, func(key string) error {
		if key != "component" {
			return w.skip()
		}
		var c component
		if err := w.object(2, func(key string) error { return w.part(&c, key) }); err != nil {
			return err
		}
		return w.subject(c)
	})
}

// subject notes what the document is about. It ends a walk that wants nothing else.
func (w *walker) subject(c component) error {
	w.Name, w.Version = clip(Asset, qualified(c.group, c.name)), clip(Version, c.version)
	if w.sink == nil && w.Name != "" {
		return errEnough
	}
	return nil
}

func qualified(group, name string) string {
	if group == "" {
		return name
	}
	return group + "/" + name
}

// components reads an array of components.
func (w *walker) components(depth int) error {
	if depth > maxDepth {
		return fault.New(fault.Invalid, "inventory.import.deep")
	}
	ok, err := w.opens('[')
	if err != nil || !ok {
		return err
	}
	for w.dec.More() {
		if err := w.component(depth); err != nil {
			return err
		}
	}
	_, err = w.dec.Token()
	return err
}

// component is what is kept of one.
type component struct {
	kind, group, name, version, publisher, supplier, cpe, purl string
}

func (w *walker) component(depth int) error {
	w.Components++
	line := w.Components
	var c component
	err := w.object(depth, func(key string) error {
		switch key {
		case "supplier":
			return w.object(depth+1, func(key string) error {
				if key == "name" {
					return w.text(&c.supplier)
				}
				return w.skip()
			})
		case "components":
			return w.components(depth + 1)
		}
		return w.part(&c, key)
	})
	if err != nil {
		return err
	}
	return w.emit(line, c)
}

// part reads one of the plain fields of a component.
func (w *walker) part(c *component, key string) error {
	if into := c.field(key); into != nil {
		return w.text(into)
	}
	return w.skip()
}

func (c *component) field(key string) *string {
	switch key {
	case "type":
		return &c.kind
	case "group":
		return &c.group
	case "name":
		return &c.name
	case "version":
		return &c.version
	case "publisher":
		return &c.publisher
	case "cpe":
		return &c.cpe
	case "purl":
		return &c.purl
	}
	return nil
}

func (w *walker) emit(line int, c component) error {
	switch c.kind {
	case "file", "data", "cryptographic-asset":
		w.Skipped++
		return nil
	}
	publisher := c.publisher
	if publisher == "" {
		publisher = c.supplier
	}
	// A group such as org.apache.logging is part of the name only without a package URL, which has it.
	if c.purl == "" {
		c.name = qualified(c.group, c.name)
	}
	out := Row{Line: line, Values: map[Field]string{}}
	for f, v := range map[Field]string{Label: c.name, Publisher: publisher, Version: c.version, CPE: c.cpe, PURL: c.purl} {
		if v = clip(f, v); v != "" {
			out.Values[f] = v
		}
	}
	if out.Values[Label] == "" && out.Values[CPE] == "" && out.Values[PURL] == "" {
		w.Skipped++
		return nil
	}
	return w.sink.Row(out)
}

// clip cuts what a program wrote too long: nobody could mend it. A name that is
// an identifier is dropped, because cut short it would be another one.
func clip(f Field, v string) string {
	v = tidy(v)
	if len(v) <= f.Limit() {
		return v
	}
	if f == CPE || f == PURL {
		return ""
	}
	runes := []rune(v)
	return string(runes[:min(len(runes), f.Limit())])
}

// object reads an object, calling on for each key, whose value on must read. A
// value that is no object is skipped: producers write null.
func (w *walker) object(depth int, on func(key string) error) error {
	if depth > maxDepth {
		return fault.New(fault.Invalid, "inventory.import.deep")
	}
	ok, err := w.opens('{')
	if err != nil || !ok {
		return err
	}
	for w.dec.More() {
		key, err := w.dec.Token()
		if err != nil {
			return err
		}
		name, _ := key.(string)
		if err := on(name); err != nil {
			return err
		}
	}
	_, err = w.dec.Token()
	return err
}

// opens reads the beginning of a value: true when it opens with delim;
// otherwise the whole value has been read.
func (w *walker) opens(delim json.Delim) (bool, error) {
	t, err := w.dec.Token()
	if err != nil {
		return false, err
	}
	if t == delim {
		return true, nil
	}
	if d, ok := t.(json.Delim); ok {
		return false, w.skipRest(d)
	}
	return false, nil
}

// text reads a string; any other value is skipped and leaves into as it is.
func (w *walker) text(into *string) error {
	t, err := w.dec.Token()
	if err != nil {
		return err
	}
	switch v := t.(type) {
	case string:
		*into = v
	case json.Delim:
		return w.skipRest(v)
	}
	return nil
}

// skip reads a value and forgets it.
func (w *walker) skip() error {
	t, err := w.dec.Token()
	if err != nil {
		return err
	}
	if d, ok := t.(json.Delim); ok {
		return w.skipRest(d)
	}
	return nil
}

// skipRest reads up to the end of the value that opened with d.
func (w *walker) skipRest(d json.Delim) error {
	if d != '{' && d != '[' {
		return nil
	}
	for depth := 1; depth > 0; {
		t, err := w.dec.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth > 10_000 {
			return fault.New(fault.Invalid, "inventory.import.deep")
		}
	}
	return nil
}
