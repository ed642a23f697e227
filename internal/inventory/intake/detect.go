// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"martinella/internal/platform/fault"
)

// Format is how a list is written.
type Format string

// The formats that are read.
const (
	FormatPaste   Format = "paste"
	FormatCSV     Format = "csv"
	FormatXLSX    Format = "xlsx"
	FormatCDX     Format = "cyclonedx"
	FormatSPDX    Format = "spdx"
	FormatGLPI    Format = "glpi"
	FormatWazuh   Format = "wazuh"
	FormatOpenVAS Format = "openvas"
	FormatNmap    Format = "nmap"
	FormatZip     Format = "zip" // an archive of such files
	FormatAuto    Format = "auto"
)

// Formats lists the formats a person may choose, in the order pages show them.
func Formats() []Format {
	return []Format{FormatCDX, FormatSPDX, FormatGLPI, FormatWazuh, FormatOpenVAS, FormatNmap, FormatCSV, FormatXLSX}
}

// Document says whether a program wrote the file, so that nobody could mend a wrong value in it.
func (f Format) Document() bool {
	switch f {
	case FormatCDX, FormatSPDX, FormatGLPI, FormatWazuh, FormatOpenVAS, FormatNmap, FormatZip:
		return true
	}
	return false
}

// headSize is how much of a file is looked at to tell its format.
const headSize = 64 << 10

// headOf gives a file's beginning as UTF-8.
func headOf(src Source) (string, error) {
	raw, err := src()
	if err != nil {
		return "", err
	}
	defer raw.Close()
	head := make([]byte, headSize)
	n, err := io.ReadFull(raw, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return "", err
	}
	head = head[:n]
	if err := refuseBinary(head); err != nil {
		return "", err
	}
	text, _ := decoded(bytes.NewReader(head), head)
	out, err := io.ReadAll(text)
	return string(out), err
}

// Detect tells a file's format by its content; its name says nothing. A fault
// says what the file is when it is of no format that is read.
func Detect(src Source) (Format, error) {
	if zipped, err := beginsAsZip(src); err != nil || zipped {
		if err != nil {
			return "", err
		}
		return detectZip(src)
	}
	head, err := headOf(src)
	if err != nil {
		return "", err
	}
	text := strings.TrimLeft(head, " \t\r\n")
	switch {
	case text == "":
		return "", fault.New(fault.Invalid, "inventory.import.empty")
	case text[0] == '<':
		return detectXML(src)
	case text[0] == '{', text[0] == '[' && looksLikeJSON(text):
		return detectJSON(src)
	case strings.HasPrefix(text, "SPDXVersion:"):
		return FormatSPDX, nil
	}
	return detectTable(text), nil
}

// looksLikeJSON tells a list in JSON from a line that happens to begin with a bracket.
func looksLikeJSON(text string) bool {
	rest := strings.TrimLeft(text[1:], " \t\r\n")
	return rest == "" || strings.ContainsRune(`{[]"`, rune(rest[0]))
}

func detectXML(src Source) (Format, error) {
	w, err := openXML(src)
	if err != nil {
		return "", err
	}
	defer w.Close()
	root, err := w.root()
	if err != nil {
		return "", w.readable(err)
	}
	switch name := root.Name.Local; {
	case name == "bom" && strings.HasPrefix(root.Name.Space, cycloneNamespace):
		return FormatCDX, nil
	case name == "nmaprun":
		return FormatNmap, nil
	case name == "report" || name == "get_reports_response" || name == "get_report_response":
		return FormatOpenVAS, nil
	}
	return "", fault.New(fault.Invalid, "inventory.import.xml_unknown", fault.P{"root": excerpt(root.Name.Local)})
}

// jsonSigns are the names at the top of a document that tell its format.
var jsonSigns = map[string]Format{
	"bomFormat": FormatCDX, "spdxVersion": FormatSPDX, "SPDXID": FormatSPDX, "sbom": FormatSPDX, "@context": FormatSPDX,
	"deviceid": FormatGLPI, "versionclient": FormatGLPI, "itemtype": FormatGLPI, "content": FormatGLPI,
	"affected_items": FormatWazuh, "hits": FormatWazuh, "took": FormatWazuh, "data_values": FormatWazuh, "Start": FormatWazuh,
	"agents": FormatWazuh, "agent": FormatWazuh, "agent_id": FormatWazuh, "data": FormatWazuh, "_source": FormatWazuh, "package": FormatWazuh,
}

func detectJSON(src Source) (Format, error) {
	w, err := openJSON(src)
	if err != nil {
		return "", err
	}
	defer w.Close()
	var found Format
	look := func(name string) error {
		if found = jsonSigns[name]; found != "" {
			return errEnough
		}
		if agentNumber(name) {
			found = FormatWazuh
			return errEnough
		}
		return w.skip()
	}
	if w.dec.PeekKind() == '[' {
		err = w.array(func() error { return w.object(look) })
	} else {
		err = w.object(look)
	}
	if errors.Is(err, errEnough) {
		return found, nil
	}
	if err = w.readable(err); err != nil {
		return "", err
	}
	return "", fault.New(fault.Invalid, "inventory.import.json_unknown")
}

// agentNumber recognises what Wazuh numbers its agents with: "001".
func agentNumber(name string) bool {
	return len(name) >= 3 && len(name) <= 6 && strings.Trim(name, "0123456789") == ""
}

// detectTable tells a table with headings from lines of free text.
func detectTable(text string) Format {
	line, _, _ := strings.Cut(text, "\n")
	line = strings.TrimRight(line, "\r")
	if scanHeading(line) {
		return FormatOpenVAS
	}
	fields := strings.FieldsFunc(line, func(c rune) bool { return c == ';' || c == '\t' || c == ',' })
	named, _ := columns(trimQuotes(fields))
	if glpiHeading(trimQuotes(fields)) {
		return FormatGLPI
	}
	if identifies(named) && (count(named) >= 2 || len(fields) == 1) || len(fields) >= 3 && sameWidth(text) {
		return FormatCSV
	}
	return FormatPaste
}

func trimQuotes(fields []string) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = strings.Trim(strings.TrimSpace(f), `"`)
	}
	return out
}

// sameWidth says whether the first lines have the same number of separators: a
// table whose headings nobody knows yet.
func sameWidth(text string) bool {
	lines := strings.SplitN(strings.ReplaceAll(text, "\r\n", "\n"), "\n", 6)
	if len(lines) < 2 {
		return false
	}
	for _, sep := range []string{";", "\t", ","} {
		n := strings.Count(lines[0], sep)
		if n < 2 {
			continue
		}
		same := true
		for _, l := range lines[1:min(len(lines), 5)] {
			same = same && (l == "" || strings.Count(l, sep) == n)
		}
		if same {
			return true
		}
	}
	return false
}
