// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"encoding/json"
	"net/url"
	"time"

	"martinella/internal/platform/fault"
	"martinella/internal/platform/tlp"
)

// Kind is what sort of source it is.
type Kind string

// The kinds.
const (
	RSS     Kind = "rss"   // any RSS or Atom
	CSAF    Kind = "csaf"  // a provider or an aggregator
	MISP    Kind = "misp"  // a server's events
	TAXII   Kind = "taxii" // a server's collections
	Mailbox Kind = "mail"  // what is mailed to us: handed in by the mail server, or fetched by IMAP
)

// Kinds lists them, in the order they are offered.
func Kinds() []Kind { return []Kind{RSS, CSAF, MISP, TAXII, Mailbox} }

// Source is where alerts come from.
type Source struct {
	ID        int64
	Form      // what people say of it
	HasSecret bool
	Version   int64
	CreatedAt time.Time
	CreatedBy string
	Health

	secret   []byte // sealed
	progress string // where the next run begins
}

// Form is what a person says of a source.
type Form struct {
	Name     string
	Kind     Kind
	Address  string
	Settings Settings
	// Secret is a password or key; empty on editing: the one it has stays, unless Forget.
	Secret string
	Forget bool

	Owner    string // a mail address
	Language string // of the mails to him
	Every    time.Duration
	Active   bool
	TLP      tlp.Label // of alerts that do not say theirs
	// AlertLanguage is that of alerts whose language cannot be told; empty: Italian.
	AlertLanguage string
}

// Settings is what only some kinds have.
type Settings struct {
	User  string `json:"user,omitempty"`
	Back  int    `json:"back"`            // days before the source was made whose alerts are still wanted
	Pages bool   `json:"pages,omitempty"` // feeds: where an entry only announces, the page behind it is the alert
	// Collection names the one of TAXII that is read, by identifier, alias or title; empty: all there are.
	Collection string `json:"collection,omitempty"`

	Senders string `json:"senders,omitempty"` // mail: addresses and domains, one a line, whose mails become alerts
	Keys    string `json:"keys,omitempty"`    // mail: the senders' OpenPGP keys and certificates, as text
	Signed  bool   `json:"signed,omitempty"`  // mail: only what one of these keys has signed
	Folder  string `json:"folder,omitempty"`  // mail: where fetched mails are moved to; empty: they are marked as read
}

// places are the settings that say where to look, and from when.
func (s Settings) places() Settings {
	s.Senders, s.Keys, s.Signed, s.Folder = "", "", false, ""
	return s
}

// Health is how a source is.
type Health struct {
	RunAt        time.Time // the end of the last run; zero: never
	OKAt         time.Time // of the last one that went well
	ItemAt       time.Time // when the last alert came
	NextAt       time.Time // zero: it is off
	Failures     int64     // in a row
	FailingSince time.Time
	Told         bool           // the owner knows of this outage
	Code         string         // of the last run's fault; empty: it went well
	Params       map[string]any // of its sentence

	Seen, Fresh, Revised, Refused int64
}

// Failing says that its last run failed.
func (h Health) Failing() bool { return h.Failures > 0 }

// Host is the part of the address that lists show: the rest may hold a key.
func (f Form) Host() string {
	u, err := url.Parse(f.Address)
	if err != nil || u.Host == "" {
		return f.Address
	}
	return u.Host
}

// ItemState is what became of an item.
type ItemState string

// The states of items.
const (
	Made    ItemState = "made"    // an alert was made of it
	Known   ItemState = "known"   // its reference is one we have: kept beside that alert
	Refused ItemState = "refused" // it cannot be read
	Waiting ItemState = "waiting" // something of ours failed: it is tried again
	Noted   ItemState = "noted"   // a mail that is none to make an alert of
)

// Item is one thing a source had, and what became of it.
type Item struct {
	ID        int64
	Title     string
	Link      string
	FirstAt   time.Time
	At        time.Time // of the last revision
	State     ItemState
	Code      string // of the fault, if it was refused
	Params    map[string]any
	Advisory  int64  // 0: none
	Revisions int64  // how often it came changed
	Sender    string // of a mail
	Stored    bool   // a mail that is here, of which nothing was made: it can be read, and taken all the same
}

// pack and unpack keep a fault's parameters.
func pack(p map[string]any) string {
	if len(p) == 0 {
		return ""
	}
	text, err := json.Marshal(p)
	if err != nil {
		return "" // the sentence then lacks them, which is better than no sentence
	}
	return string(text)
}

func unpack(text string) map[string]any {
	var p map[string]any
	if text == "" || json.Unmarshal([]byte(text), &p) != nil {
		return nil
	}
	for name, value := range p {
		if f, whole := value.(float64); whole && f == float64(int64(f)) {
			p[name] = int64(f)
		}
	}
	return p
}

// told is the fault as it is kept.
func told(err error) (code, params string) {
	if err == nil {
		return "", ""
	}
	f := fault.Of(err)
	return f.Code, pack(f.Params)
}
