// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"slices"
	"strings"
	"time"
)

// Kind says what sort of thing an asset is.
type Kind string

// The kinds of assets.
const (
	Workstation Kind = "workstation"
	Server      Kind = "server"
	Network     Kind = "network"
	System      Kind = "system" // an application, or a system of several machines
	Printer     Kind = "printer"
	Phone       Kind = "phone"
	Cloud       Kind = "cloud"
	KindUnknown Kind = ""
)

// Kinds lists the kinds in the order pages show them.
func Kinds() []Kind {
	return []Kind{Workstation, Server, Network, System, Printer, Phone, Cloud, KindUnknown}
}

// Host is a machine or system a document describes. Rows name it by Name in
// their Asset field. A document may tell of the same host several times: what
// it says later is added.
type Host struct {
	Name      string   `json:"name"`
	Key       string   `json:"key,omitempty"` // what its source knows it by: "glpi:LF014-2017-02-20"
	Kind      Kind     `json:"kind,omitempty"`
	OS        string   `json:"os,omitempty"`
	Model     string   `json:"model,omitempty"` // maker and model
	Serial    string   `json:"serial,omitempty"`
	Location  string   `json:"location,omitempty"`
	Owner     string   `json:"owner,omitempty"`
	Supplier  string   `json:"supplier,omitempty"`
	Addresses []string `json:"addresses,omitempty"` // IP addresses
	Hostnames []string `json:"hostnames,omitempty"`
	// Seen is when the source saw it; zero when it does not say.
	Seen time.Time `json:"seen,omitzero"`
	// Complete says that the document lists all there is on the host, so that
	// what an earlier one had besides is gone.
	Complete bool `json:"complete,omitempty"`
}

// maxHostFacts bounds the addresses and names that are kept of one host.
const maxHostFacts = 32

// Add fills in what another description of the same host says besides.
func (h *Host) Add(o Host) {
	for _, p := range []struct{ to, from *string }{
		{&h.Key, &o.Key}, {&h.OS, &o.OS}, {&h.Model, &o.Model}, {&h.Serial, &o.Serial}, {&h.Location, &o.Location},
		{&h.Owner, &o.Owner}, {&h.Supplier, &o.Supplier},
	} {
		if *p.to == "" {
			*p.to = *p.from
		}
	}
	if h.Kind == KindUnknown {
		h.Kind = o.Kind
	}
	if o.Seen.After(h.Seen) {
		h.Seen = o.Seen
	}
	h.Addresses, h.Hostnames = union(h.Addresses, o.Addresses), union(h.Hostnames, o.Hostnames)
	h.Complete = h.Complete || o.Complete
}

func union(a, b []string) []string {
	for _, s := range b {
		if len(a) < maxHostFacts && s != "" && !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}

// tidied is the host with its texts cleaned and cut as every field is.
func (h Host) tidied() Host {
	for _, s := range []*string{&h.Name, &h.Model, &h.Location, &h.Owner, &h.Supplier, &h.OS} {
		*s = clip(Asset, *s)
	}
	h.Key, h.Serial = clip(Asset, h.Key), serialOf(clip(Asset, h.Serial))
	h.Addresses, h.Hostnames = tidyList(h.Addresses), tidyList(h.Hostnames)
	return h
}

func tidyList(list []string) (out []string) {
	for _, s := range list {
		out = union(out, []string{clip(Asset, s)})
	}
	return out
}

// serialOf drops what makers write where no serial number was burnt in: taken
// for one, it would make all such machines the same.
func serialOf(s string) string {
	low := plain(s)
	if len(low) < 4 || strings.Trim(low, "0") == "" || strings.Trim(low, "x") == "" || low == "123456789" || low == "1234567890" {
		return ""
	}
	for _, hollow := range []string{"tobefilled", "defaultstring", "systemserial", "notspecified", "notapplicable", "serialnumber", "unknown", "none", "invalid", "empty"} {
		if strings.Contains(low, hollow) {
			return ""
		}
	}
	return s
}

// host hands a host over; nobody need ask for them.
func (s Sink) host(h Host) error {
	if s.Host == nil {
		return nil
	}
	return s.Host(h.tidied())
}

// product hands over what a program wrote of a product: values too long are
// cut, empty ones left out. False when nothing names the product.
func (s Sink) product(line int, values map[Field]string) (bool, error) {
	out := Row{Line: line, Values: make(map[Field]string, len(values))}
	for f, v := range values {
		if v = clip(f, v); v != "" {
			out.Values[f] = v
		}
	}
	if out.Values[Label] == "" && out.Values[CPE] == "" && out.Values[PURL] == "" {
		return false, nil
	}
	return true, s.Row(out)
}
