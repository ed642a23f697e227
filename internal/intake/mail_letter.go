// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/mail"
	"strings"

	"martinella/internal/intake/pull"
	"martinella/internal/platform/bounce"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/mailcrypt"
)

// letter is a mail at the door.
type letter struct {
	raw  []byte
	item pull.Item
	note mailNote
}

// mailNote is what is kept of a mail beside its item.
type mailNote struct {
	sender string
	proof  mailcrypt.Proof
	size   int64
	sha256 string
	blob   string // "": not stored here
	handed bool   // a mail server brought it: no run counts it
}

// readLetter looks at a mail's header. Its name is its Message-ID with the hash of
// what does not change on the way, so that the same mail is the same by whichever
// way it comes, and nobody takes another's place by using his Message-ID.
func readLetter(raw []byte) (letter, error) {
	get, body := bounce.Head(raw)
	from, date, id := get("From"), get("Date"), bounce.ID(get("Message-Id"))
	if from == "" || date == "" && id == "" && get("Subject") == "" {
		return letter{}, fault.New(fault.Malformed, codeNoMail)
	}
	h := sha256.New()
	for _, part := range []string{id, from, date, get("Subject"), get("Content-Type")} {
		h.Write([]byte(part + "\x00"))
	}
	h.Write(bytes.TrimRight(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")), "\n"))
	print := hex.EncodeToString(h.Sum(nil))
	whole := sha256.Sum256(raw)
	l := letter{raw: raw, item: pull.Item{ID: id + "\n" + print, Mark: print, Title: readable(get("Subject"))}}
	l.note = mailNote{sender: senderOf(from), size: int64(len(raw)), sha256: hex.EncodeToString(whole[:])}
	return l, nil
}

// readable decodes a header that people read.
func readable(value string) string {
	if plain, err := new(mime.WordDecoder).DecodeHeader(value); err == nil {
		value = plain
	}
	return strings.Join(strings.Fields(value), " ")
}

// senderOf is whom a mail says it is from, to be shown.
func senderOf(from string) string {
	if a, err := mail.ParseAddress(from); err == nil {
		return strings.ToLower(a.Address)
	}
	return clip(from, 254)
}

// shown is the sender in a sentence.
func (l letter) shown(from string) string {
	if from == "" {
		return l.note.sender
	}
	return from
}

func (l letter) fileName() string { return letterName(l.item.Title) }

// letterName makes a file name of a subject.
func letterName(subject string) string {
	if subject == "" {
		return "mail.eml"
	}
	return pull.FileName(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:?#%"<>|*`, r) || r < ' ' {
			return '-'
		}
		return r
	}, subject), ".eml")
}

// admits says whether mails from an address become alerts. A list without
// entries admits nobody: reports of delivery are read all the same.
func (s Settings) admits(from string) bool {
	_, domain, found := strings.Cut(from, "@")
	if !found {
		return false
	}
	for _, entry := range s.SenderList() {
		if entry == from || entry == domain || strings.HasPrefix(entry, "*.") && strings.HasSuffix(domain, entry[1:]) {
			return true
		}
	}
	return false
}

// SenderList gives the entries of the list: addresses, domains, "*.domain" for those below one.
func (s Settings) SenderList() []string {
	return strings.FieldsFunc(strings.ToLower(s.Senders), func(r rune) bool { return r == '\n' || r == '\r' || r == ',' || r == ' ' || r == ';' || r == '\t' })
}
