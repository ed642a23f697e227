// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"encoding/xml"
	"errors"
	"strings"

	"martinella/internal/platform/fault"
)

// cycloneNamespace begins the namespaces of all versions (1.0 to 1.6).
const cycloneNamespace = "http://cyclonedx.org/schema/bom/"

// cycloneXML reads a CycloneDX document written in XML.
type cycloneXML struct {
	*xmlWalk
	w *walker // what is kept, and where it goes
}

// readXML reads a document of the walker's in XML form.
func (w *walker) readXML(src Source) error {
	x, err := openXML(src)
	if err != nil {
		return err
	}
	defer x.Close()
	c := cycloneXML{x, w}
	err = c.document()
	if errors.Is(err, errEnough) {
		return err
	}
	return x.readable(err)
}

func (c cycloneXML) document() error {
	root, err := c.root()
	if err != nil {
		return err
	}
	spec, ok := strings.CutPrefix(root.Name.Space, cycloneNamespace)
	if root.Name.Local != "bom" || !ok {
		return fault.New(fault.Invalid, "inventory.import.not_cyclonedx")
	}
	c.w.Spec = clip(Version, spec)
	return c.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "metadata":
			return c.metadata()
		case "components":
			if c.w.sink != nil {
				return c.components(1)
			}
		}
		return c.skip()
	})
}

func (c cycloneXML) metadata() error {
	return c.children(func(e xml.StartElement) error {
		if e.Name.Local != "component" {
			return c.skip()
		}
		part, err := c.component(e, maxDepth+1) // what is inside the subject is told again as a component
		if err != nil {
			return err
		}
		return c.w.subject(part)
	})
}

func (c cycloneXML) components(depth int) error {
	if depth > maxDepth {
		return fault.New(fault.Invalid, "inventory.import.deep")
	}
	return c.children(func(e xml.StartElement) error {
		if e.Name.Local != "component" {
			return c.skip()
		}
		c.w.Components++
		line := c.w.Components
		part, err := c.component(e, depth)
		if err != nil {
			return err
		}
		return c.w.emit(line, part)
	})
}

// component reads one component; those inside it are handed over first.
func (c cycloneXML) component(e xml.StartElement, depth int) (out component, err error) {
	out.kind = attr(e, "type")
	err = c.children(func(e xml.StartElement) error {
		name := e.Name.Local
		switch {
		case name == "components" && depth <= maxDepth:
			return c.components(depth + 1)
		case name == "supplier":
			return c.children(func(e xml.StartElement) error {
				if e.Name.Local == "name" {
					return c.into(&out.supplier)
				}
				return c.skip()
			})
		case name != "type" && out.field(name) != nil:
			return c.into(out.field(name))
		}
		return c.skip()
	})
	return out, err
}
