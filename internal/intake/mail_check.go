// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"errors"
	"net/mail"
	"net/url"
	"strings"

	"martinella/internal/platform/fault"
	"martinella/internal/platform/mailcrypt"
)

// What is bounded of a source of mails.
const (
	maxSenders = 500
	maxKeys    = 100_000 // bytes
	maxFolder  = 100
)

// checkMail says what is wrong with what only sources of mails have.
func (f Form) checkMail(wrong *fault.Error) {
	all := f.Settings.SenderList()
	if len(all) > maxSenders {
		wrong.Field("senders", "intake.senders.many", fault.P{"limit": maxSenders})
	}
	for _, one := range all {
		if !isSender(one) {
			wrong.Field("senders", "intake.senders", fault.P{"sender": clip(one, maxName)})
			break
		}
	}
	keys, err := mailcrypt.ReadSenders(f.Settings.Keys)
	switch {
	case errors.Is(err, mailcrypt.ErrIsPrivate):
		wrong.Field("sender_keys", "intake.keys.private")
	case err != nil || len(f.Settings.Keys) > maxKeys:
		wrong.Field("sender_keys", "intake.keys")
	case f.Settings.Signed && len(keys.Keys()) == 0:
		wrong.Field("sender_keys", "intake.keys.needed")
	}
	if len(f.Settings.Folder) > maxFolder || strings.ContainsFunc(f.Settings.Folder, func(r rune) bool { return r < ' ' }) {
		wrong.Field("folder", "intake.folder", fault.P{"limit": maxFolder})
	}
}

// tidyMail puts in order what only sources of mails have; others have none of it.
func (s Settings) tidyMail(k Kind) Settings {
	if k != Mailbox {
		return s.places()
	}
	s.Folder, s.Keys, s.Senders = strings.TrimSpace(s.Folder), strings.TrimSpace(s.Keys), strings.Join(s.SenderList(), "\n")
	return s
}

// isSender accepts an address, a domain and "*.domain".
func isSender(text string) bool {
	if strings.Contains(text, "@") {
		a, err := mail.ParseAddress(text)
		return err == nil && a.Address == text
	}
	domain := strings.TrimPrefix(text, "*.")
	return strings.Contains(domain, ".") && !strings.ContainsAny(domain, "*/\\:@<>\"'") && !strings.HasPrefix(domain, ".") && !strings.HasSuffix(domain, ".")
}

// badPlace says what is wrong with where a source is; "" for nothing.
func (m *Module) badPlace(f Form) (code string, params fault.P) {
	if f.Kind != Mailbox {
		return m.badAddress(f)
	}
	if f.Address == "" {
		return "", nil
	}
	u, err := url.Parse(f.Address)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.RawQuery != "" || len(f.Address) > maxAddress || u.Scheme != "imaps" && u.Scheme != "imap":
		return "intake.address.imap", nil
	case m.deps.Line.CheckHost(u.Hostname()) != nil:
		return "intake.address.inner", fault.P{"host": u.Hostname()}
	}
	return "", nil
}
