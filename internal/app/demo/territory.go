// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"time"
)

//go:embed territory.json imports feeds/*.zst
var files embed.FS

// Territory is the demonstration. Days are counted back from its own day (1.5 is
// a day and a half before); marks and updates are dated by working days, of which
// the first is that of the first digests, and an hour.
type Territory struct {
	Municipalities []json.RawMessage // invented, in the form of data/geo
	Staff          []Person
	Organisations  []Organisation
	Marks          []Mark
	Updates        []Update
	Watches        []Watch
	Conversations  []Conversation
	Advisories     []Advisory
	Tags           []Tag
	SignIns        []SignIn `json:"sign_ins"`
	Also           []string // "vendor:product" that only the lists to import name
}

// Tag is a word one of the CSIRT gives some bodies.
type Tag struct {
	By, Tag       string
	Organisations []string // codes
}

// Watch is a question one of the CSIRT goes on asking, from before the bodies declared anything.
type Watch struct{ By, Name, Question string }

// Person can sign in.
type Person struct {
	Role, Name, Email string
	Language          string // "" for Italian
}

// Organisation is a body with its story.
type Organisation struct {
	Code, Name, Type       string
	Municipality, Province string
	PEC, Email, Website    string
	Representative         string
	Patron                 string // "06-24"
	Registered             float64
	Applicant              struct{ Name, Position, Email, Phone string }
	Story                  []Decision // what followed the confirmation of the mailbox
	People                 []Person
	Contacts               []Contact // a substitute stands before whom he stands in for
	Stack                  float64   // when it was declared; 0: not yet
	Imports                []Import
	Items                  []Item
}

// Conversation is one of the secure channel, with its first message first.
type Conversation struct {
	Organisation, Subject, Label string
	Messages                     []ChannelMessage
}

// ChannelMessage is one message, on a working day before today.
type ChannelMessage struct {
	Day      int
	Hour     float64
	By, Text string
	File     struct{ Name, Content string } // without a name: none
}

// Advisory is an alert or a bulletin, written and sent on a working day.
type Advisory struct {
	Day                                      int
	Hour                                     float64
	By                                       string // address of one of the staff
	Kind, Reference, Severity, TLP, Audience string
	AckHours                                 int   `json:"ack_hours"`
	CallAfter                                int   `json:"call_after"` // minutes; 0: what the house does
	Sent                                     *bool // absent: yes
	Texts                                    map[string]struct{ Title, Body string }
	Answers                                  []AdvisoryAnswer
	CVEs, Links                              []string
	Files                                    []AdvisoryFile
	Products                                 []struct{ Text, Vendor, Product, Versions, CPE string }
}

// AdvisoryFile is attached to one.
type AdvisoryFile struct {
	Name, Text string
	Public     bool // everybody may have it, where the label allows it
}

// AdvisoryAnswer is what a body said of one.
type AdvisoryAnswer struct {
	Day                             int
	Hour                            float64
	Organisation, By, Outcome, Note string
}

// Decision is one move of an accreditation; answers are the applicant's.
type Decision struct {
	Days                 float64
	Action, Tier, Reason string
	By                   string // address of one of the staff
}

// Contact is a line of a body's security chart.
type Contact struct {
	Roles                        []string
	Name, Position, Email, Phone string
	Always                       string `json:"phone_24h"`
	Language, Hours, Substitute  string
	Digest                       bool
	QuietFrom                    string `json:"quiet_from"` // when and how he wants alerts that are not critical
	QuietTo                      string `json:"quiet_to"`
	QuietDaysOff                 bool   `json:"quiet_days_off"`
	AlertMails                   string `json:"alert_mails"`
}

// Item is a declared product. Product is "part:vendor:product", "" for a name
// nobody has resolved.
type Item struct {
	Label, Product, Version string
	Asset                   string
	Quantity                int
	Exposure, Criticality   string
	Owner, Notes            string
}

// Import is a list handed over whole: a file of imports/.
type Import struct{ Kind, File, Asset string }

// Mark is what a member said of open matches.
type Mark struct {
	Day              int
	Hour             float64
	Organisation, By string // code, address
	CVE, Product     string // which matches; Product is "vendor:product"
	Kind             string
	ForDays          int `json:"for_days"` // accepted: how long
	Justification    string
	Note             string
}

// Update is an item that was put on another version.
type Update struct {
	Day              int
	Hour             float64
	Organisation, By string // code, address
	Label, Version   string
}

// SignIn is a way in worth printing, and what it shows.
type SignIn struct {
	Email, What string
	Staff       bool // asked for a second factor
}

// Load reads the territory.
func Load() (Territory, error) {
	var t Territory
	text, err := files.ReadFile("territory.json")
	if err == nil {
		err = json.Unmarshal(text, &t)
	}
	if err != nil {
		return t, fmt.Errorf("the demonstration territory: %w", err)
	}
	return t, nil
}

// OpenImport opens a list to import.
func OpenImport(name string) (fs.File, error) { return files.Open("imports/" + name) }

// Before gives the moment so many days before t.
func Before(t time.Time, days float64) time.Time {
	return t.Add(-time.Duration(days * float64(24*time.Hour)))
}
