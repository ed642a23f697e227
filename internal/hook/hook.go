// SPDX-License-Identifier: EUPL-1.2

package hook

import (
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
)

// State is how an address is.
type State string

// The states.
const (
	Active  State = "active"
	Paused  State = "paused"  // by a person
	Failing State = "failing" // paused because it failed for three days
	Gone    State = "gone"    // it answered 410: it wants nothing more
)

// States lists them.
func States() []State { return []State{Active, Paused, Failing, Gone} }

// Hook is an address that is told of events.
type Hook struct {
	ID           int64
	Organisation int64 // 0: the CSIRT's
	Name         string
	URL          string
	Contact      string
	Language     string
	Kinds        []string
	State        State
	Version      int64
	CreatedAt    time.Time
	CreatedBy    string
	Failures     int64     // in a row
	FailingSince time.Time // zero: the last attempt went well
	HoldUntil    time.Time
	SucceededAt  time.Time
	OldUntil     time.Time // until when the secret before signs too
	Pending      int64     // deliveries that wait

	secret, oldSecret []byte // sealed
}

// Host is the part of the address that lists show: the rest may hold a secret.
func (h Hook) Host() string {
	u, err := url.Parse(h.URL)
	if err != nil {
		return ""
	}
	return u.Host
}

// Troubled says that its last attempt failed, or that it was stopped for that.
func (h Hook) Troubled() bool {
	return h.State == Failing || h.State == Gone || h.State == Active && h.Failures > 0
}

// Form is what a person says of an address.
type Form struct {
	Name     string
	URL      string
	Contact  string
	Language string
	Kinds    []string
}

// What is bounded.
const (
	maxHooks   = 20 // of one organisation
	maxName    = 100
	maxURL     = 1000
	maxContact = 254
)

// check gives the form in order, or a fault with what is wrong, field by field.
func (m *Module) check(s access.Scope, f Form) (Form, error) {
	f.Name, f.URL, f.Contact = strings.TrimSpace(f.Name), strings.TrimSpace(f.URL), strings.TrimSpace(f.Contact)
	if !i18n.Known(f.Language) {
		f.Language = "it"
	}
	wrong := fault.New(fault.Invalid, "hook.invalid")
	if f.Name == "" || len(f.Name) > maxName {
		wrong.Field("name", "hook.name", fault.P{"limit": maxName})
	}
	if code, params := m.badURL(f.URL); code != "" {
		wrong.Field("url", code, params)
	}
	if a, err := mail.ParseAddress(f.Contact); err != nil || a.Address != f.Contact || len(f.Contact) > maxContact {
		wrong.Field("contact", "hook.contact")
	}
	slices.Sort(f.Kinds)
	f.Kinds = slices.Compact(f.Kinds)
	if len(f.Kinds) == 0 || slices.ContainsFunc(f.Kinds, func(k string) bool { return !m.mayHear(s, k) }) {
		wrong.Field("kinds", "hook.kinds")
	}
	if len(wrong.Fields) > 0 {
		return f, wrong
	}
	return f, nil
}

// badURL says what is wrong with an address; "" for nothing.
func (m *Module) badURL(text string) (code string, params fault.P) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || len(text) > maxURL:
		return "hook.url", nil
	case u.Scheme != "https" && !(m.deps.Plain && u.Scheme == "http"):
		return "hook.url_https", nil
	}
	if err := m.deps.Line.Check(text); err != nil {
		return "hook.url_inner", fault.P{"host": u.Hostname()}
	}
	return "", nil
}

// mayHear says whether the scope may read what a kind of event tells of.
func (m *Module) mayHear(s access.Scope, kind string) bool {
	k, known := m.kind(kind)
	all := s.Territory() == nil
	return known && s.Can(k.Permission) && (!k.Territory || all) && (!k.Members || !all)
}

// Offered are the kinds of events a scope may ask for.
func (m *Module) Offered(s access.Scope) []string {
	var out []string
	for _, k := range m.deps.Kinds {
		if m.mayHear(s, k.Name) {
			out = append(out, k.Name)
		}
	}
	return out
}

func (m *Module) kind(name string) (Kind, bool) {
	i := slices.IndexFunc(m.deps.Kinds, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return Kind{}, false
	}
	return m.deps.Kinds[i], true
}
