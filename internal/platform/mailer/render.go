// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	netmail "net/mail"
	"strings"

	"github.com/wneessen/go-mail"

	"martinella/internal/platform/mailcrypt"
)

// letter is one mail to one recipient, as it is kept.
type letter struct {
	Entry
	MessageID   string // without the angle brackets
	Sender      string // "Name <address>"
	Unsubscribe string
	Message     Message // To is empty: there is one recipient, in Entry
	Topic       string

	asked  string        // the message's key: who asked for it knows it by this
	key    mailcrypt.Key // the recipient's, when it is to be encrypted
	seal   seal
	broken error // why it could not be sealed
	made   parts // what was sealed just now, for handing it over
}

// compose makes the mail. The same letter always gives the same bytes, whenever
// it is composed.
func (l letter) compose() (*mail.Msg, error) {
	m := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithBoundary(boundary(l.MessageID)))
	sender, err := netmail.ParseAddress(l.Sender)
	if err != nil {
		return nil, fmt.Errorf("sender %q: %w", l.Sender, err)
	}
	m.FromMailAddress(sender)
	m.ToMailAddress(&netmail.Address{Name: display(l.Name), Address: l.Address})
	if l.Message.ReplyTo != "" {
		m.ReplyToMailAddress(&netmail.Address{Address: l.Message.ReplyTo})
	}
	m.SetMessageIDWithValue(l.MessageID)
	m.SetDateWithValue(l.Queued)
	m.Subject(subject(l.Message))
	if root := l.root(); root != "" {
		m.SetGenHeader(mail.HeaderInReplyTo, root)
		m.SetGenHeader(mail.HeaderReferences, root)
	}
	l.machineHeaders(m)
	m.SetBodyString(mail.TypeTextPlain, lines(l.Message.Text))
	if l.Message.HTML != "" {
		m.AddAlternativeString(mail.TypeTextHTML, lines(l.Message.HTML))
	}
	return m, nil
}

// display makes a name safe to encode: net/mail leaves a backslash bare in an
// encoded word, where RFC 2047, 5 (3) forbids it, and no reader finds the address.
func display(name string) string { return strings.ReplaceAll(name, `\`, "/") }

// machineHeaders are for programs: filters, auto-responders, list handling.
func (l letter) machineHeaders(m *mail.Msg) {
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader(mail.HeaderXAutoResponseSuppress, "All")
	if l.Message.Language != "" {
		m.SetGenHeader(mail.HeaderContentLang, l.Message.Language)
	}
	if l.Message.TLP != "" {
		m.SetGenHeader("X-TLP", "TLP:"+l.Message.TLP)
	}
	if l.Message.ListID != "" {
		m.SetGenHeader("List-Id", "<"+l.Message.ListID+">")
	}
	if l.Unsubscribe == "" {
		return
	}
	m.SetListUnsubscribe(l.Unsubscribe)
	if strings.HasPrefix(l.Unsubscribe, "https:") { // RFC 8058 allows nothing else
		// Not SetListUnsubscribePost: two preformatted headers come in random order.
		m.SetGenHeader(mail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	}
}

// subject puts the label of the Traffic Light Protocol first.
func subject(m Message) string {
	label := "TLP:" + m.TLP
	if m.TLP == "" || strings.Contains(m.Subject, label) {
		return m.Subject
	}
	return "[" + label + "] " + m.Subject
}

// boundary separates the parts: always the same for a mail, and in no body,
// because nobody knows the Message-ID before it is made.
func boundary(messageID string) string {
	sum := sha256.Sum256([]byte("boundary " + messageID))
	return hex.EncodeToString(sum[:20])
}

// lines gives every line the ending mail wants.
func lines(s string) string {
	if strings.Contains(s, "\r") {
		s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	}
	return strings.ReplaceAll(strings.TrimRight(s, "\n")+"\n", "\n", "\r\n")
}

// root is the Message-ID under which a recipient's mails of one topic stand
// together; no mail need bear it (RFC 5322, 3.6.4).
func (l letter) root() string {
	if l.Topic == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("topic " + l.Topic + " " + strings.ToLower(l.Address)))
	_, domain, _ := strings.Cut(l.MessageID, "@")
	return "<" + hex.EncodeToString(sum[:12]) + "@" + domain + ">"
}

// plain gives the mail as a file, before anything is signed or encrypted. Lines
// that begin with "From " are written so that no mailbox format changes them.
func (l letter) plain() ([]byte, error) {
	m, err := l.compose()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("writing mail %d: %w", l.ID, err)
	}
	return bytes.ReplaceAll(b.Bytes(), []byte("\r\nFrom "), []byte("\r\n=46rom ")), nil
}

func encodeHeader(s string) string { return mime.QEncoding.Encode("UTF-8", s) }
