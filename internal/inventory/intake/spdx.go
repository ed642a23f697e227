// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"errors"
	"io"
	"strings"

	"martinella/internal/platform/fault"
)

// SPDX reads the packages of an SPDX 2.x document in JSON or in tag-value form
// (ISO/IEC 5962:2021, clause 7), one at a time: the document is never in memory
// as a whole. Files and snippets are passed over.
func SPDX(src Source, sink Sink) (Document, error) {
	s := &spdx{sink: &sink}
	return s.doc, s.read(src)
}

// SPDXSubject reads only what the document is called.
func SPDXSubject(src Source) (Document, error) {
	s := &spdx{}
	err := s.read(src)
	if errors.Is(err, errEnough) {
		err = nil
	}
	return s.doc, err
}

// spdx is one reading of a document.
type spdx struct {
	doc   Document
	sink  *Sink // nil: only the document's name is wanted
	which string
}

// spdxPackage is what is kept of a package.
type spdxPackage struct {
	name, version, supplier, originator, cpe, purl string
}

func (s *spdx) read(src Source) error {
	json, err := beginsWithBrace(src)
	if err != nil {
		return err
	}
	if json {
		return s.readJSON(src)
	}
	return s.readTags(src)
}

func beginsWithBrace(src Source) (bool, error) {
	head, err := headOf(src)
	if err != nil {
		return false, err
	}
	t := strings.TrimLeft(head, " \t\r\n")
	return strings.HasPrefix(t, "{") || strings.HasPrefix(t, "["), nil
}

// named notes the document's name. It ends a reading that wants nothing else.
func (s *spdx) named(name string) error {
	if name == "." {
		name = "" // a folder that was scanned where it stood
	}
	s.doc.Name = clip(Asset, name)
	if s.sink == nil && s.doc.Spec != "" && s.doc.Name != "" {
		return errEnough
	}
	return nil
}

func (s *spdx) versioned(spec string) error {
	s.doc.Spec = strings.TrimPrefix(tidy(spec), "SPDX-")
	if !strings.HasPrefix(s.doc.Spec, "2.") {
		return fault.New(fault.Invalid, "inventory.import.spdx_version", fault.P{"version": excerpt(s.doc.Spec)})
	}
	return nil
}

func (s *spdx) emit(p spdxPackage) error {
	s.doc.Components++
	if s.sink == nil {
		return nil
	}
	publisher := maker(p.supplier)
	if publisher == "" {
		publisher = maker(p.originator)
	}
	ok, err := s.sink.product(s.doc.Components, map[Field]string{Label: p.name, Version: said(p.version), Publisher: publisher, CPE: p.cpe, PURL: p.purl})
	if !ok {
		s.doc.Skipped++
	}
	return err
}

// said drops SPDX's words for nothing said.
func said(v string) string {
	if v == "NOASSERTION" || v == "NONE" {
		return ""
	}
	return v
}

// maker takes the name out of "Organization: Name (mail)".
func maker(v string) string {
	v = said(v)
	if kind, rest, ok := strings.Cut(v, ":"); ok && (kind == "Organization" || kind == "Person") {
		v = rest
	}
	if i := strings.LastIndex(v, "("); i > 0 {
		v = v[:i]
	}
	return strings.TrimSpace(v)
}

// reference takes an identifier: the first package URL, and the first CPE name with a version.
func (p *spdxPackage) reference(kind, locator string) {
	switch low := strings.ToLower(kind); {
	case low == "purl" && p.purl == "":
		p.purl = locator
	case strings.HasPrefix(low, "cpe") && (p.cpe == "" || low == "cpe23type" && !strings.HasPrefix(p.cpe, "cpe:2.3")):
		p.cpe = locator
	}
}

func (s *spdx) readJSON(src Source) error {
	w, err := openJSON(src)
	if err != nil {
		return err
	}
	defer w.Close()
	err = s.document(w)
	if errors.Is(err, errEnough) {
		return err
	}
	if err = w.readable(err); err == nil && s.doc.Spec == "" {
		err = fault.New(fault.Invalid, "inventory.import.not_spdx")
	}
	return err
}

func (s *spdx) document(w *jsonWalk) error {
	return w.object(func(name string) error {
		switch name {
		case "sbom": // as some services wrap it
			return s.document(w)
		case "@context":
			return fault.New(fault.Invalid, "inventory.import.spdx_version", fault.P{"version": "3"})
		case "spdxVersion":
			v, err := w.text()
			if err != nil {
				return err
			}
			if err := s.versioned(v); err != nil {
				return err
			}
			return s.named(firstOf(s.which, s.doc.Name))
		case "name":
			v, err := w.text()
			s.which = v
			return errors.Join(err, s.named(v))
		case "packages":
			if s.sink != nil {
				return w.array(func() error { return s.onePackage(w) })
			}
		}
		return w.skip()
	})
}

func (s *spdx) onePackage(w *jsonWalk) error {
	var p spdxPackage
	fields := map[string]*string{"name": &p.name, "versionInfo": &p.version, "supplier": &p.supplier, "originator": &p.originator}
	err := w.object(func(name string) error {
		if to := fields[name]; to != nil {
			return w.into(to)
		}
		if name != "externalRefs" {
			return w.skip()
		}
		return w.array(func() error {
			v, err := w.flat()
			p.reference(v["referenceType"], v["referenceLocator"])
			return err
		})
	})
	if err != nil {
		return err
	}
	return s.emit(p)
}

// readTags reads "Tag: value" lines. A text may go over several lines between
// <text> and </text>.
func (s *spdx) readTags(src Source) error {
	text, _, err := open(src)
	if err != nil {
		return err
	}
	defer text.Close()
	t := tagReader{spdx: s, rs: newRecords(text, 0, false)}
	err = t.all()
	if err == io.EOF {
		err = t.flush()
	}
	if err == nil && s.doc.Spec == "" {
		return fault.New(fault.Invalid, "inventory.import.not_spdx")
	}
	return err
}

// tagReader reads a tag-value document.
type tagReader struct {
	*spdx
	rs     *records
	open   bool // inside a package
	p      spdxPackage
	inText bool
}

func (t *tagReader) all() error {
	for {
		rec, err := t.rs.read()
		if err != nil {
			return err
		}
		if t.inText {
			t.inText = !strings.Contains(rec.text, "</text>")
			continue
		}
		tag, value, ok := strings.Cut(rec.text, ":")
		if !ok || strings.HasPrefix(tag, "#") {
			continue
		}
		if err := t.tag(strings.TrimSpace(tag), strings.TrimSpace(value)); err != nil {
			return err
		}
	}
}

func (t *tagReader) tag(name, value string) error {
	if strings.HasPrefix(value, "<text>") {
		value = value[len("<text>"):]
		var whole bool
		value, _, whole = strings.Cut(value, "</text>")
		t.inText = !whole
	}
	switch name {
	case "SPDXVersion":
		if err := t.versioned(value); err != nil {
			return err
		}
		return t.named(t.doc.Name)
	case "DocumentName":
		return t.named(value)
	case "PackageName":
		if err := t.flush(); err != nil {
			return err
		}
		t.open, t.p = true, spdxPackage{name: value}
	case "FileName", "SnippetSPDXID", "LicenseID", "Relationship", "Annotator":
		return t.flush()
	case "PackageVersion":
		t.p.version = value
	case "PackageSupplier":
		t.p.supplier = value
	case "PackageOriginator":
		t.p.originator = value
	case "ExternalRef":
		if parts := strings.Fields(value); len(parts) == 3 {
			t.p.reference(parts[1], parts[2])
		}
	}
	return nil
}

// flush hands over the package that has come to its end.
func (t *tagReader) flush() error {
	if !t.open {
		return nil
	}
	p := t.p
	t.open, t.p = false, spdxPackage{}
	return t.emit(p)
}
