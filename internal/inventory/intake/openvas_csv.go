// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"io"
	"strings"
	"time"

	"martinella/internal/platform/fault"
)

// maxFinding bounds one line of a scan's CSV report: its texts are long.
const maxFinding = 1 << 20

// scan hands over what a vulnerability scan found, host by host; the same
// product on the same host once.
type scan struct {
	sink Sink
	line int
	name map[string]string // of a host, by its address
	told map[string]bool
}

func newScan(sink Sink) *scan {
	return &scan{sink: sink, name: map[string]string{}, told: map[string]bool{}}
}

// see notes a host. It is called by the first name that is told with its address.
func (s *scan) see(ip string, h Host) error {
	ip = clip(Asset, ip)
	if _, ok := s.name[ip]; !ok {
		if len(s.name) >= maxHosts {
			return fault.New(fault.Invalid, "inventory.import.many_hosts", fault.P{"limit": maxHosts})
		}
		h.Hostnames = tidyList(h.Hostnames)
		s.name[ip] = ip
		if len(h.Hostnames) > 0 {
			s.name[ip] = h.Hostnames[0]
		}
	}
	h.Name, h.Key = s.name[ip], "openvas:"+ip
	h.Addresses, h.Kind = union(nil, []string{address(ip)}), kindOf("", h.OS)
	return s.sink.host(h)
}

// found hands over a product of a host, by its CPE name.
func (s *scan) found(ip, cpe, note string) error {
	ip = clip(Asset, ip)
	key := ip + "\n" + cpe
	if s.told[key] || len(s.told) >= maxProducts*10 {
		return nil
	}
	s.told[key] = true
	s.line++
	_, err := s.sink.product(s.line, map[Field]string{Asset: s.name[ip], CPE: cpe, Label: cpeLabel(cpe), Notes: note})
	return err
}

// cpeLabel is what a product is called when only its CPE name is known.
func cpeLabel(cpe string) string {
	rest, ok := strings.CutPrefix(cpe, "cpe:/")
	if !ok {
		rest, ok = strings.CutPrefix(cpe, "cpe:2.3:")
	}
	parts := strings.Split(rest, ":")
	if !ok || len(parts) < 3 {
		return ""
	}
	return strings.ReplaceAll(parts[1], "_", " ") + " " + strings.ReplaceAll(parts[2], "_", " ")
}

// scanHeading recognises the first line of a scan's CSV report.
func scanHeading(line string) bool {
	return strings.Contains(line, "NVT Name") && strings.Contains(line, "IP") && strings.Contains(line, "NVT OID")
}

// openvasCSV reads the CSV form.
func openvasCSV(src Source, sink Sink) error {
	rs, _, done, err := openCSV(src, maxFinding)
	if err != nil {
		return err
	}
	defer done.Close()
	head, err := heading(rs)
	if err != nil {
		return err
	}
	if !scanHeading(head.text) {
		return fault.New(fault.Invalid, "inventory.import.not_openvas")
	}
	at := map[string]int{}
	for i, name := range head.fields {
		at[tidy(name)] = i + 1
	}
	s := newScan(sink)
	for {
		rec, err := rs.read()
		if err == io.EOF {
			return s.nothing()
		}
		if err != nil {
			return readFault(err)
		}
		if err := s.finding(rec, at); err != nil {
			return err
		}
	}
}

// nothing refuses a report in which no host stands.
func (s *scan) nothing() error {
	if len(s.name) == 0 {
		return fault.New(fault.Invalid, "inventory.import.no_hosts")
	}
	return nil
}

func (s *scan) finding(rec record, at map[string]int) error {
	cell := func(name string) string {
		if i := at[name]; i > 0 && i <= len(rec.fields) {
			return rec.fields[i-1]
		}
		return ""
	}
	ip := strings.TrimSpace(cell("IP"))
	if ip == "" {
		return nil
	}
	h := Host{Hostnames: []string{cell("Hostname")}}
	if t, err := time.Parse(time.RFC3339, strings.TrimSpace(cell("Timestamp"))); err == nil {
		h.Seen = t.UTC()
	}
	if err := s.see(ip, h); err != nil {
		return err
	}
	found := append(carried(cell("Specific Result")), carried(cell("Summary"))...)
	if m := cpeName.FindString(cell("Product Detection Result")); m != "" {
		found = append(found, m)
	}
	for _, cpe := range found {
		if err := s.found(ip, cpe, ""); err != nil {
			return err
		}
	}
	return nil
}
