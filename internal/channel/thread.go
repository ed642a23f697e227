// SPDX-License-Identifier: EUPL-1.2

package channel

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"martinella/internal/platform/fault"
	"martinella/internal/platform/tlp"
)

// Side is one end of the channel.
type Side string

// The two sides.
const (
	CSIRT  Side = "csirt"
	Member Side = "member"
)

// Other is the side that is told.
func (s Side) Other() Side {
	if s == CSIRT {
		return Member
	}
	return CSIRT
}

// Person is somebody who may take part.
type Person struct {
	ID       int64
	Name     string
	Email    string
	Language string
}

// Author is who writes, and for whom.
type Author struct {
	Person
	Side Side
}

// Thread is a conversation, as lists show it.
type Thread struct {
	ID           int64
	Organisation int64
	Subject      string // "" once erased
	TLP          tlp.Label
	Named        bool // only its participants may read it
	Started      time.Time
	StartedBy    string
	StartedSide  Side
	Last         time.Time
	LastBy       string
	LastSide     Side
	LastMessage  int64
	Messages     int64
	Life         int // days
	Expires      time.Time
	Closed       time.Time // zero: open
	Erased       time.Time // zero: not yet
	Unread       bool      // for who asks
}

// Message is one contribution.
type Message struct {
	ID    int64
	At    time.Time
	By    string
	Side  Side
	Text  string // "" once erased
	Files []File
	Read  []Receipt // by people of the other side and colleagues, the first first
}

// Receipt says that somebody read a message.
type Receipt struct {
	Name string
	Side Side
	At   time.Time
}

// Conversation is a thread with what was said.
type Conversation struct {
	Thread
	Participants []Participant // of a thread for named people
	Messages     []Message     // the oldest first
	Earlier      int64         // cursor of the messages before; 0 when there are none
}

// Participant is somebody whom a thread for named people names.
type Participant struct {
	Name string
	Side Side
}

// The limits of what is written.
const (
	maxSubject = 200    // characters
	maxText    = 20_000 // characters
	maxFiles   = 10     // of a message
	maxPeople  = 50     // named in a thread
)

// Lives are the days a conversation may live after its last message.
func Lives() []int { return []int{7, 30, 90, 180, 365} }

// Draft is a message to write; what concerns a thread counts for its first one.
type Draft struct {
	Subject string
	TLP     tlp.Label
	Named   []int64 // people who alone may read it; the author is one of them anyway
	Life    int     // days
	Text    string
	Files   []Upload
	Waiting []int64 // files that came before, by the numbers of their uploads
	// Sample says that the author knows of malware in a file and sends it on purpose.
	Sample bool
}

// checkThread finds what is wrong with a new thread.
func (d *Draft) checkThread(own, other []Person) error {
	f := fault.New(fault.Invalid, "channel.form")
	switch n := utf8.RuneCountInString(d.Subject); {
	case n == 0:
		f.Field("subject", "channel.subject_missing")
	case n > maxSubject || strings.ContainsAny(d.Subject, "\r\n"):
		f.Field("subject", "channel.subject_long", fault.P{"limit": maxSubject})
	}
	if !d.TLP.Known() {
		f.Field("tlp", "channel.tlp_missing")
	}
	if !slices.Contains(Lives(), d.Life) {
		f.Field("life", "channel.life_missing")
	}
	d.checkNamed(f, own, other)
	d.checkText(f)
	return f.OrNil()
}

// checkNamed refuses people who cannot take part. TLP:RED is for named people
// only (TLP 2.0): without one on the other side there is nobody to write to.
func (d *Draft) checkNamed(f *fault.Error, own, other []Person) {
	switch {
	case len(d.Named) > maxPeople:
		f.Field("named", "channel.named_many", fault.P{"limit": maxPeople})
	case slices.ContainsFunc(d.Named, func(id int64) bool { return !among(id, own) && !among(id, other) }):
		f.Field("named", "channel.named_unknown")
	case len(d.Named) > 0 && !slices.ContainsFunc(d.Named, func(id int64) bool { return among(id, other) }):
		f.Field("named", "channel.named_other_side")
	case d.TLP == tlp.Red && len(d.Named) == 0:
		f.Field("named", "channel.named_red")
	}
}

func among(id int64, people []Person) bool {
	return slices.ContainsFunc(people, func(p Person) bool { return p.ID == id })
}

// checkMessage finds what is wrong with a reply.
func (d *Draft) checkMessage() error {
	f := fault.New(fault.Invalid, "channel.form")
	d.checkText(f)
	return f.OrNil()
}

func (d *Draft) checkText(f *fault.Error) {
	switch n := utf8.RuneCountInString(d.Text); {
	case n == 0 && len(d.Files)+len(d.Waiting) == 0:
		f.Field("text", "channel.text_missing")
	case n > maxText:
		f.Field("text", "channel.text_long", fault.P{"limit": maxText, "count": n})
	}
	if len(d.Files)+len(d.Waiting) > maxFiles {
		f.Field("files", "channel.files_many", fault.P{"limit": maxFiles})
	}
}
