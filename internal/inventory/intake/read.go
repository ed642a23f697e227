// SPDX-License-Identifier: EUPL-1.2

package intake

import "martinella/internal/platform/fault"

// Options say how a list is to be read.
type Options struct {
	Format  Format  // FormatAuto, or "" : by its content
	Mapping Mapping // what the columns of a table mean; nil: what their headings say
	Sheet   string  // of a workbook; "": the first that has rows
	// Remembered gives what columns under such headings (Layout.Shape) mean, where
	// somebody said so before. nil: nobody did.
	Remembered func(shape string) (Mapping, error)
}

// Subject says what a document as a whole is about: the system its components
// are on. "" for formats whose rows name their systems.
func Subject(src Source, f Format) (string, error) {
	var d Document
	var err error
	switch f {
	case FormatCDX:
		d, err = CycloneDXSubject(src)
	case FormatSPDX:
		d, err = SPDXSubject(src)
	}
	return d.Name, err
}

// Read reads a list in a format that is known.
func Read(src Source, o Options, sink Sink) (l Layout, err error) {
	switch o.Format {
	case FormatPaste:
		l, err = Paste(src, sink)
	case FormatCSV:
		l, err = CSV(src, o, sink)
	case FormatXLSX:
		l, err = XLSX(src, o, sink)
	case FormatCDX:
		_, err = CycloneDX(src, sink)
	case FormatSPDX:
		_, err = SPDX(src, sink)
	case FormatGLPI:
		l, err = GLPI(src, o, sink)
	case FormatWazuh:
		err = Wazuh(src, sink)
	case FormatOpenVAS:
		err = OpenVAS(src, sink)
	case FormatNmap:
		err = Nmap(src, sink)
	case FormatZip:
		err = Zip(src, o, sink)
	default:
		err = fault.New(fault.Invalid, "inventory.import.format")
	}
	l.Format = o.Format
	return l, err
}
