// SPDX-License-Identifier: EUPL-1.2

package bounce

import "strings"

// Kind is what a mail is.
type Kind string

// The kinds. The empty one is a mail as others: it may be an alert.
const (
	Ordinary Kind = ""
	Report   Kind = "report"  // what became of a mail of ours
	Receipt  Kind = "receipt" // that it was read, or complained of
	Reply    Kind = "reply"   // somebody is on holiday
	Loop     Kind = "loop"    // a mail of ours comes back, or one goes round
)

// Action is what happened to a mail on its way to one recipient (RFC 3464, 2.3.3).
type Action string

// The actions. Only Failed means that he does not get it.
const (
	Failed    Action = "failed"
	Delayed   Action = "delayed"
	Delivered Action = "delivered"
	Relayed   Action = "relayed"
	Expanded  Action = "expanded"
)

// Recipient is one of a report, and what happened.
type Recipient struct {
	Original   string // as we wrote it; often missing
	Final      string // where it went in the end
	Action     Action
	Status     string // "5.1.1"
	Diagnostic string // what the other server said
}

// Is says whether a report speaks of an address.
func (r Recipient) Is(address string) bool {
	return address != "" && (strings.EqualFold(r.Original, address) || strings.EqualFold(r.Final, address))
}

// Address is the one we wrote to, as far as the report knows it.
func (r Recipient) Address() string {
	if r.Original != "" {
		return r.Original
	}
	return r.Final
}

// Why is what happened in one line.
func (r Recipient) Why() string {
	why := strings.TrimSpace(r.Diagnostic)
	if r.Status != "" && !strings.Contains(why, r.Status) {
		why = strings.TrimSpace(r.Status + " " + why)
	}
	if why == "" {
		return string(r.Action)
	}
	return why
}

// Verdict is what a mail is, and of a report what it says.
type Verdict struct {
	Kind       Kind
	Why        string // what it was recognised by, in the header's words
	MessageID  string // the mail's own, without brackets
	About      string // of the mail a report or an answer is about, without brackets
	Recipients []Recipient
}

// Failures gives those who did not get the mail.
func (v Verdict) Failures() (out []Recipient) {
	for _, r := range v.Recipients {
		if r.Action == Failed {
			out = append(out, r)
		}
	}
	return out
}

// Own is how our mails are known.
type Own struct {
	Domain string // of our Message-IDs
	Lists  string // our List-Ids are this name, or end with it after a dot
}

// wrote says whether a Message-ID is of our making.
func (o Own) wrote(messageID string) bool {
	_, domain, found := strings.Cut(messageID, "@")
	return found && o.Domain != "" && strings.EqualFold(domain, o.Domain)
}

func (o Own) lists(listID string) bool {
	if i := strings.LastIndexByte(listID, '<'); i >= 0 {
		listID = listID[i+1:]
	}
	listID, own := strings.ToLower(strings.Trim(listID, "<> \t")), strings.ToLower(o.Lists)
	return own != "" && (listID == own || strings.HasSuffix(listID, "."+own))
}

// What is bounded.
const (
	maxParts      = 100  // of a report that are looked at
	maxDepth      = 4    // a report in a report is none
	maxRecipients = 200  // of a report
	maxFields     = 500  // of a header
	maxValue      = 1000 // bytes of what a report says
	maxHops       = 50   // servers a mail passed; more is a loop
	maxText       = 64 << 10
)

// Read says what a mail is. What cannot be read as a mail is Ordinary: whoever
// reads it next says what is wrong with it.
func Read(data []byte, own Own) Verdict {
	h, body := header(data)
	v := Verdict{MessageID: id(h.get("Message-Id"))}
	for _, known := range []func(*Verdict, fields, []byte, Own) bool{report, certified, exim, qmail, ofHeader(looped), ofHeader(receipt), ofHeader(unreadable), ofHeader(answer)} {
		if known(&v, h, body, own) {
			return v
		}
	}
	return v
}

// ofHeader makes a check of the header one of the whole mail.
func ofHeader(f func(*Verdict, fields, Own) bool) func(*Verdict, fields, []byte, Own) bool {
	return func(v *Verdict, h fields, _ []byte, own Own) bool { return f(v, h, own) }
}
