// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"encoding/xml"
	"strconv"
	"strings"
	"time"

	"martinella/internal/platform/fault"
)

// Nmap reads a scan's report (nmap -oX): hosts that were up, their operating
// system where nmap is sure enough, and the products behind their ports. An open
// port says nothing of who can reach it: exposure is left to people.
func Nmap(src Source, sink Sink) error {
	w, err := openXML(src)
	if err != nil {
		return err
	}
	defer w.Close()
	n := nmap{xmlWalk: w, sink: sink}
	return w.readable(n.run())
}

type nmap struct {
	*xmlWalk
	sink  Sink
	hosts int
	line  int
}

// nmapHost is what is kept of a host until its end.
type nmapHost struct {
	Host
	down     bool
	ip, name string
	products []map[Field]string
	accuracy int
}

// maxProducts bounds what one host may have in a scan's report.
const maxProducts = 20_000

func (n *nmap) run() error {
	root, err := n.root()
	if err != nil {
		return err
	}
	if root.Name.Local != "nmaprun" {
		return fault.New(fault.Invalid, "inventory.import.not_nmap")
	}
	return n.children(func(e xml.StartElement) error {
		if e.Name.Local == "host" {
			return n.host(e)
		}
		return n.skip()
	})
}

func (n *nmap) host(e xml.StartElement) error {
	var h nmapHost
	if s, err := strconv.ParseInt(firstOf(attr(e, "endtime"), attr(e, "starttime")), 10, 64); err == nil && s > 0 {
		h.Seen = time.Unix(s, 0).UTC()
	}
	err := n.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "status":
			h.down = attr(e, "state") == "down"
		case "address":
			n.address(&h, e)
		case "hostnames":
			return n.children(func(e xml.StartElement) error {
				h.name = firstOf(h.name, attr(e, "name"))
				h.Hostnames = union(h.Hostnames, []string{attr(e, "name")})
				return n.skip()
			})
		case "ports":
			return n.children(func(e xml.StartElement) error { return n.port(&h, e) })
		case "os":
			return n.children(func(e xml.StartElement) error { return n.system(&h, e) })
		}
		return n.skip()
	})
	if err != nil || h.down {
		return err
	}
	return n.tell(h)
}

func (n *nmap) address(h *nmapHost, e xml.StartElement) {
	if a := address(attr(e, "addr")); a != "" || attr(e, "addrtype") != "mac" {
		h.ip = firstOf(h.ip, a, attr(e, "addr"))
		h.Addresses = union(h.Addresses, []string{a})
	}
}

func (n *nmap) port(h *nmapHost, e xml.StartElement) error {
	if e.Name.Local != "port" {
		return n.skip()
	}
	at := attr(e, "portid") + "/" + attr(e, "protocol")
	shut := false
	return n.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "state":
			shut = attr(e, "state") != "open"
		case "service":
			return n.service(h, e, at, shut)
		}
		return n.skip()
	})
}

// service reads what answers at a port. A name without product is only nmap's table of ports.
func (n *nmap) service(h *nmapHost, e xml.StartElement, at string, shut bool) error {
	product, version := attr(e, "product"), attr(e, "version")
	cpe := ""
	err := n.children(func(e xml.StartElement) error {
		if e.Name.Local != "cpe" {
			return n.skip()
		}
		s, err := n.text()
		if strings.HasPrefix(s, "cpe:/a:") && cpe == "" {
			cpe = s
		}
		return err
	})
	if err != nil || shut || product == "" && cpe == "" {
		return err
	}
	return h.add(map[Field]string{Label: product, Version: version, CPE: cpe, Notes: at})
}

func (h *nmapHost) add(values map[Field]string) error {
	if len(h.products) >= maxProducts {
		return fault.New(fault.Invalid, "inventory.import.many", fault.P{"limit": maxProducts})
	}
	h.products = append(h.products, values)
	return nil
}

// sureOS is the accuracy from which nmap's guess of a system is taken.
const sureOS = 95

func (n *nmap) system(h *nmapHost, e xml.StartElement) error {
	if e.Name.Local != "osmatch" {
		return n.skip()
	}
	accuracy, _ := strconv.Atoi(attr(e, "accuracy"))
	name, cpe, kind := attr(e, "name"), "", ""
	err := n.children(func(e xml.StartElement) error {
		if e.Name.Local != "osclass" {
			return n.skip()
		}
		kind = firstOf(kind, attr(e, "type"))
		return n.children(func(e xml.StartElement) error {
			s, err := n.text()
			if strings.HasPrefix(s, "cpe:/o:") {
				cpe = firstOf(cpe, s)
			}
			return err
		})
	})
	if err != nil || accuracy < sureOS || accuracy <= h.accuracy {
		return err
	}
	h.accuracy, h.OS, h.Kind = accuracy, name, kindOfDevice(kind, name)
	return h.add(map[Field]string{Label: name, CPE: cpe})
}

// kindOfDevice reads nmap's device types.
func kindOfDevice(kind, os string) Kind {
	switch low := strings.ToLower(kind); {
	case containsAny(low, "router", "switch", "firewall", "wap", "bridge", "load balancer", "hub", "broadband"):
		return Network
	case containsAny(low, "printer", "print server"):
		return Printer
	case containsAny(low, "phone", "voip"):
		return Phone
	}
	return kindOf("", os)
}

func (n *nmap) tell(h nmapHost) error {
	if n.hosts++; n.hosts > maxHosts {
		return fault.New(fault.Invalid, "inventory.import.many_hosts", fault.P{"limit": maxHosts})
	}
	h.Name = clip(Asset, firstOf(h.name, h.ip))
	if h.Name == "" {
		return nil
	}
	h.Key, h.Complete = "nmap:"+firstOf(h.ip, h.name), true
	if err := n.sink.host(h.Host); err != nil {
		return err
	}
	for _, p := range h.products {
		n.line++
		p[Asset] = h.Name
		if _, err := n.sink.product(n.line, p); err != nil {
			return err
		}
	}
	return nil
}
