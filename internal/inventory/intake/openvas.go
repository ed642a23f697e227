// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"encoding/xml"
	"regexp"
	"strings"
	"time"

	"martinella/internal/platform/fault"
)

// OpenVAS reads a report of Greenbone or OpenVAS in XML (GMP) or CSV: its hosts,
// their operating system and the products the scan detected on them. The
// findings are not taken: the portal has its own.
func OpenVAS(src Source, sink Sink) error {
	isXML, err := beginsAsXML(src)
	if err != nil {
		return err
	}
	if !isXML {
		return openvasCSV(src, sink)
	}
	w, err := openXML(src)
	if err != nil {
		return err
	}
	defer w.Close()
	o := openvas{xmlWalk: w, scan: newScan(sink)}
	return w.readable(o.run())
}

func beginsAsXML(src Source) (bool, error) {
	head, err := headOf(src)
	return strings.HasPrefix(strings.TrimLeft(head, " \t\r\n"), "<"), err
}

// openvas reads the XML form.
type openvas struct {
	*xmlWalk
	*scan
}

func (o openvas) run() error {
	root, err := o.root()
	if err != nil {
		return err
	}
	switch root.Name.Local {
	case "report", "get_reports_response", "get_report_response":
	default:
		return fault.New(fault.Invalid, "inventory.import.not_openvas")
	}
	return o.children(o.element)
}

// element goes down to the hosts and the results, wherever the report has them.
func (o openvas) element(e xml.StartElement) error {
	switch e.Name.Local {
	case "report", "results", "hosts":
		return o.children(o.element)
	case "host":
		return o.host()
	case "result":
		return o.result()
	}
	return o.skip()
}

// host reads a host with its details.
func (o openvas) host() error {
	var h Host
	var ip string
	var found []string
	err := o.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "ip":
			return o.into(&ip)
		case "end":
			s, err := o.text()
			if t, parseErr := time.Parse(time.RFC3339, s); parseErr == nil {
				h.Seen = t.UTC()
			}
			return err
		case "detail":
			name, value, err := o.detail()
			if len(found) < maxProducts {
				found = h.scanned(found, name, value)
			}
			return err
		}
		return o.skip()
	})
	if err != nil || ip == "" {
		return err
	}
	h.Complete = true
	if err := o.see(ip, h); err != nil {
		return err
	}
	for _, cpe := range found {
		if err := o.found(ip, cpe, ""); err != nil {
			return err
		}
	}
	return nil
}

func (o openvas) detail() (name, value string, err error) {
	err = o.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "name":
			return o.into(&name)
		case "value":
			return o.into(&value)
		}
		return o.skip()
	})
	return name, value, err
}

// scanned takes a detail of a host: its names, its system, and its products.
func (h *Host) scanned(found []string, name, value string) []string {
	switch name {
	case "hostname", "best_hostname":
		h.Hostnames = union(h.Hostnames, []string{value})
	case "best_os_txt":
		h.OS = value
	case "best_os_cpe", "App":
		if strings.HasPrefix(value, "cpe:") {
			return append(found, value)
		}
	}
	return found
}

// result reads which host a finding is of, and the product it was found by.
func (o openvas) result() error {
	var ip, name string
	var found []string
	err := o.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "host":
			return o.resultHost(&ip, &name)
		case "detection":
			return o.detection(&found)
		case "description":
			s, err := o.text()
			found = append(found, carried(s)...)
			return err
		}
		return o.skip()
	})
	if err != nil || ip == "" {
		return err
	}
	if err := o.see(ip, Host{Hostnames: []string{name}}); err != nil {
		return err
	}
	for _, cpe := range found {
		if err := o.found(ip, cpe, ""); err != nil {
			return err
		}
	}
	return nil
}

// resultHost reads <host>10.0.0.1<asset/><hostname>name</hostname></host>.
func (o openvas) resultHost(ip, name *string) error {
	for {
		t, err := o.next()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.CharData:
			*ip = firstOf(*ip, strings.TrimSpace(string(t)))
		case xml.StartElement:
			if t.Name.Local != "hostname" {
				err = o.skip()
			} else {
				err = o.into(name)
			}
			if err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

func (o openvas) detection(found *[]string) error {
	return o.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "result", "details":
			return o.detection(found)
		case "detail":
			name, value, err := o.detail()
			if name == "product" && strings.HasPrefix(value, "cpe:") {
				*found = append(*found, value)
			}
			return err
		}
		return o.skip()
	})
}

var cpeName = regexp.MustCompile(`cpe:(?:/|2\.3:)[aoh]:[^\s,;"'<>|]+`)

// carried finds the product in the sentences the scanner's own checks write.
func carried(text string) []string {
	if i := strings.Index(text, "Best matching OS"); i >= 0 {
		if m := cpeName.FindString(text[i:]); m != "" {
			return []string{m}
		}
	}
	if i := strings.Index(text, "carries the product"); i >= 0 {
		if m := cpeName.FindString(text[i:]); m != "" {
			return []string{strings.TrimRight(m, ".")}
		}
	}
	return nil
}
