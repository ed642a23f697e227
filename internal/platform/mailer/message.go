// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"martinella/internal/platform/mailcrypt"
)

// Message is what is to be mailed. Text is required, HTML is its alternative.
type Message struct {
	Kind         string // what sort of mail it is, for the outbox: "vulnerability.digest"
	Key          string // joins equal requests for ever: asking again does nothing; empty: every request is its own
	Organisation int64  // whose it is; 0: nobody's in particular
	To           []Recipient
	ReplyTo      string // an address; empty: the sender
	Subject      string
	Text         string
	HTML         string
	TLP          string // "AMBER", a label of TLP 2.0; Text and HTML must then show "TLP:AMBER"
	ListID       string // "digest.csirt.example.it": what filters sort by
	Language     string // of the content: "it"
	Topic        string // what it is about: a recipient's mails of one topic are shown together; empty: none
	OuterSubject string // what stands outside of an encrypted mail, in the place of Subject
	Secret       bool   // holds a single-use link: nobody else reads it, and it is erased once sent
}

// Recipient is one addressee.
type Recipient struct {
	Address     string
	Name        string
	Unsubscribe string // an https address that takes a one-click POST (RFC 8058); empty: none
	// Key makes the mail encrypted. When that cannot be done it is not sent at all.
	Key mailcrypt.Key
}

// maxSubject and maxName bound headers, in bytes: longer ones are an accident or an attack.
const (
	maxSubject = 500
	maxName    = 200
)

// labels are those of the Traffic Light Protocol 2.0 (FIRST, August 2022).
func labels() []string { return []string{"RED", "AMBER", "AMBER+STRICT", "GREEN", "CLEAR"} }

// validate refuses what would make a wrong, unreadable or smuggled mail.
func (m Message) validate() error {
	errs := []error{
		oneLine("subject", m.Subject, maxSubject), oneLine("kind", m.Kind, maxName),
		oneLine("list id", m.ListID, maxName), oneLine("language", m.Language, maxName),
		oneLine("topic", m.Topic, maxName), oneLine("outer subject", m.OuterSubject, maxSubject),
	}
	if m.Kind == "" || strings.TrimSpace(m.Subject) == "" || strings.TrimSpace(m.Text) == "" {
		errs = append(errs, errors.New("a mail needs a kind, a subject and a text"))
	}
	if strings.ContainsAny(m.ListID, "<> \t") {
		errs = append(errs, fmt.Errorf("list id %q is not a name with dots", m.ListID))
	}
	if len(m.To) == 0 {
		errs = append(errs, errors.New("a mail needs a recipient"))
	}
	if m.ReplyTo != "" {
		errs = append(errs, bareAddress(m.ReplyTo))
	}
	for _, r := range m.To {
		errs = append(errs, r.validate())
	}
	if err := errors.Join(append(errs, m.labelled())...); err != nil {
		return fmt.Errorf("mail of kind %q: %w", m.Kind, err)
	}
	return nil
}

// labelled wants a known label, and the body to show it: the protocol demands
// it before the information it protects.
func (m Message) labelled() error {
	if m.TLP == "" {
		return nil
	}
	if !slices.Contains(labels(), m.TLP) {
		return fmt.Errorf("%q is not a label of TLP 2.0", m.TLP)
	}
	for name, body := range map[string]string{"text": m.Text, "HTML": m.HTML} {
		if body != "" && !strings.Contains(body, "TLP:"+m.TLP) {
			return fmt.Errorf("the %s does not show TLP:%s", name, m.TLP)
		}
	}
	return nil
}

func (r Recipient) validate() error {
	errs := []error{bareAddress(r.Address), oneLine("name", r.Name, maxName)}
	if r.Unsubscribe != "" {
		u, err := url.Parse(r.Unsubscribe)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.ContainsAny(r.Unsubscribe, "<>, \r\n\t") {
			errs = append(errs, fmt.Errorf("%q is not an address to unsubscribe at", r.Unsubscribe))
		}
	}
	return errors.Join(errs...)
}

// bareAddress accepts "name@domain" and nothing around it.
func bareAddress(s string) error {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" {
		return fmt.Errorf("%q is not a mail address", s)
	}
	return oneLine("address", s, 254) // RFC 5321, 4.5.3.1.3 less the brackets
}

// oneLine refuses line breaks and other control characters, broken UTF-8 and excess.
func oneLine(what, s string, limit int) error {
	switch {
	case len(s) > limit:
		return fmt.Errorf("the %s has %d bytes, %d at most", what, len(s), limit)
	case !utf8.ValidString(s):
		return fmt.Errorf("the %s is not UTF-8", what)
	case strings.ContainsFunc(s, lineSmuggler):
		return fmt.Errorf("the %s holds a line break or a control character", what)
	}
	return nil
}

// lineSmuggler tells the characters that end or may be taken to end a line,
// and those that change the direction of what follows.
func lineSmuggler(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// recipients gives each address once, whatever its case: the first one stays.
func (m Message) recipients() []Recipient {
	seen := map[string]bool{}
	var out []Recipient
	for _, r := range m.To {
		if key := strings.ToLower(r.Address); !seen[key] {
			seen[key] = true
			out = append(out, r)
		}
	}
	return out
}
