// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"errors"
	"io"
	"strings"
	"time"

	"martinella/internal/platform/fault"
)

// maxHosts bounds how many hosts one document may describe.
const maxHosts = 20_000

// GLPI reads inventories as GLPI's agents write them (inventory_format, JSON):
// computers, network equipment, phones and printers, full and partial. A file
// may hold several, one after the other or in a list. It reads the file twice:
// what a machine is called may stand behind what runs on it.
func glpiJSON(src Source, sink Sink) error {
	var hosts []Host
	first := glpi{collect: &hosts}
	if err := first.read(src); err != nil {
		return err
	}
	if len(hosts) == 0 {
		return fault.New(fault.Invalid, "inventory.import.not_glpi")
	}
	second := glpi{sink: &sink, hosts: hosts}
	return second.read(src)
}

// glpi is one reading: of the hosts, or of what runs on them.
type glpi struct {
	*jsonWalk
	collect *[]Host
	sink    *Sink
	hosts   []Host
	at      int // the inventory at hand
	line    int
	h       glpiHost
}

// glpiHost is what is kept of an inventory's sections.
type glpiHost struct {
	device, itemtype, chassis string
	partial, softwares        bool
	host                      Host
}

func (g *glpi) read(src Source) (err error) {
	if g.jsonWalk, err = openJSON(src); err != nil {
		return err
	}
	defer g.Close()
	for !g.end() {
		if g.dec.PeekKind() == '[' {
			err = g.array(g.inventory)
		} else {
			err = g.inventory()
		}
		if err != nil {
			return g.readable(err)
		}
	}
	return g.readable(g.trailing())
}

// trailing tells the end of the input from what cannot be read.
func (w *jsonWalk) trailing() error {
	_, err := w.dec.ReadToken()
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// inventory reads one machine.
func (g *glpi) inventory() error {
	g.h = glpiHost{}
	known := false
	err := g.object(func(name string) error {
		switch name {
		case "deviceid":
			return g.into(&g.h.device)
		case "itemtype":
			return g.into(&g.h.itemtype)
		case "partial":
			s, err := g.text()
			g.h.partial = s == "true" || s == "1"
			return err
		case "content":
			if known {
				return g.skip()
			}
			known = true
			return g.content()
		}
		return g.skip()
	})
	if err != nil || !known {
		return err
	}
	g.at++
	if g.collect == nil {
		return nil
	}
	if len(*g.collect) >= maxHosts {
		return fault.New(fault.Invalid, "inventory.import.many_hosts", fault.P{"limit": maxHosts})
	}
	*g.collect = append(*g.collect, g.h.finish())
	return nil
}

// content reads what an inventory says; in the second reading its host is known by now.
func (g *glpi) content() error {
	if g.sink != nil {
		if g.at >= len(g.hosts) {
			return g.skip()
		}
		if err := g.sink.host(g.hosts[g.at]); err != nil {
			return err
		}
	}
	return g.object(g.section)
}

// section reads one section of an inventory. The first reading takes those
// about the machine, the second those about what runs on it.
func (g *glpi) section(name string) error {
	if g.collect != nil {
		return g.describe(name)
	}
	switch name {
	case "softwares":
		return g.array(g.software)
	case "operatingsystem":
		return g.system()
	case "firmwares", "antivirus", "databases_services":
		if g.dec.PeekKind() == '{' {
			return g.part(name)
		}
		return g.array(func() error { return g.part(name) })
	}
	return g.skip()
}

func (g *glpi) describe(name string) error {
	h := &g.h.host
	switch name {
	case "hardware":
		v, err := g.flat()
		h.Name, g.h.chassis = firstOf(h.Name, v["name"]), v["chassis_type"]
		if vm := v["vmsystem"]; g.h.chassis == "" && vm != "" && vm != "Physical" {
			g.h.chassis = "virtual"
		}
		return err
	case "bios":
		v, err := g.flat()
		h.Serial = firstOf(serialOf(v["ssn"]), h.Serial)
		h.Model = firstOf(strings.TrimSpace(v["smanufacturer"]+" "+v["smodel"]), h.Model)
		return err
	case "network_device":
		return g.device()
	case "operatingsystem":
		v, err := g.flat()
		h.OS, h.Hostnames = osName(v), union(h.Hostnames, []string{v["fqdn"]})
		return err
	case "networks":
		return g.array(func() error {
			v, err := g.flat()
			h.Addresses = union(h.Addresses, []string{address(v["ipaddress"]), address(v["ipaddress6"])})
			return err
		})
	case "accesslog":
		v, err := g.flat()
		if t, parseErr := time.Parse(time.DateTime, v["logdate"]); parseErr == nil {
			h.Seen = t.UTC()
		}
		return err
	case "softwares":
		g.h.softwares = true
	}
	return g.skip()
}

// device reads what a network inventory says of its device.
func (g *glpi) device() error {
	v := map[string]string{}
	err := g.object(func(name string) (err error) {
		if name == "ips" {
			var ips []string
			ips, err = g.texts()
			for _, ip := range ips {
				g.h.host.Addresses = union(g.h.host.Addresses, []string{address(ip)})
			}
			return err
		}
		v[name], err = g.text()
		return err
	})
	h := &g.h.host
	h.Name = firstOf(v["name"], h.Name)
	h.Serial, h.Location = firstOf(serialOf(v["serial"]), h.Serial), v["location"]
	h.Model = madeBy(v["manufacturer"], v["model"])
	g.h.itemtype = firstOf(g.h.itemtype, v["type"])
	g.h.softwares = true // a network inventory lists all firmware there is
	return err
}

// finish makes the host of what its sections said.
func (h *glpiHost) finish() Host {
	out := h.host
	out.Name = firstOf(out.Name, h.device)
	if h.device != "" {
		out.Key = "glpi:" + h.device
	}
	out.Kind = h.kind()
	out.Complete = h.softwares && !h.partial
	return out.tidied()
}

func (h *glpiHost) kind() Kind {
	switch strings.ToLower(h.itemtype) {
	case "networkequipment", "networking":
		return Network
	case "printer":
		return Printer
	case "phone":
		return Phone
	}
	return kindOf(h.chassis, h.host.OS)
}

// kindOf tells workstations from servers by their case and their system.
func kindOf(chassis, os string) Kind {
	low := strings.ToLower(chassis)
	switch {
	case strings.Contains(strings.ToLower(os), "server"):
		return Server
	case containsAny(low, "rack", "blade", "server", "virtual", "multi-system"):
		return Server
	case containsAny(low, "laptop", "notebook", "desktop", "tower", "portable", "all in one", "mini pc", "tablet", "convertible", "space-saving", "low profile"):
		return Workstation
	}
	return KindUnknown
}

func containsAny(s string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// madeBy names a device by its maker and model, the maker once.
func madeBy(maker, model string) string {
	first, _, _ := strings.Cut(maker, " ")
	if maker == "" || model == "" || strings.HasPrefix(strings.ToLower(model), strings.ToLower(first)) {
		return firstOf(model, maker)
	}
	return maker + " " + model
}
