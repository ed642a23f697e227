// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"martinella/internal/access"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
)

// State is where a person stands.
type State string

// The states of a person.
const (
	Invited   State = "invited"   // has no password yet
	Active    State = "active"    // can sign in
	Suspended State = "suspended" // may not sign in
)

// Person is somebody who signs in, or will.
type Person struct {
	ID           int64
	Email        string
	Name         string
	Language     string
	CreatedAt    time.Time
	SuspendedAt  time.Time
	SignedInAt   time.Time // the last time; zero: never
	HasPassword  bool
	SecondFactor bool // of any kind
	TOTP         bool // an authenticator app
	Passkeys     int
}

// State says where the person stands.
func (p Person) State() State {
	switch {
	case !p.SuspendedAt.IsZero():
		return Suspended
	case !p.HasPassword:
		return Invited
	}
	return Active
}

// actor names a person for the audit log.
func actor(id int64) string { return access.Principal{Person: id}.Own().Actor() }

// Limits of what a person is called.
const (
	maxEmail = 254 // RFC 5321, section 4.5.3.1.3
	maxName  = 120
)

// NormalEmail gives an address as it is kept, or a field fault. Case is folded
// also before the @: no provider in use tells A from a, and people do not either.
func NormalEmail(field, email string) (string, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	parsed, err := mail.ParseAddress(email)
	_, domain, _ := strings.Cut(email, "@")
	if err != nil || parsed.Address != email || len(email) > maxEmail || !strings.Contains(domain, ".") {
		return "", fault.New(fault.Invalid, "web.form").Field(field, "identity.email_wrong")
	}
	return email, nil
}

func checkName(field, name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	if name == "" || !utf8.ValidString(name) || strings.ContainsFunc(name, invisible) || utf8.RuneCountInString(name) > maxName {
		return "", fault.New(fault.Invalid, "web.form").Field(field, "identity.name_wrong", fault.P{"n": maxName})
	}
	return name, nil
}

// invisible characters could make a name, which mails and lists show, look like
// another: controls, and those that change the direction of what follows.
func invisible(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }

func languageOr(lang string) string {
	if i18n.Known(lang) {
		return lang
	}
	return i18n.Default
}
