// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"slices"
	"strings"
	"time"

	"martinella/internal/constituency/check"
	"martinella/internal/constituency/hours"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/quiet"
)

// Contact is a person, or a desk, of a body's security organisation chart.
type Contact struct {
	ID           int64
	Organisation int64
	Roles        []string // ContactRole ids, in the catalogue's order
	Name         string
	Position     string
	Email        string
	Phone        string
	PhoneAlways  string // answered round the clock
	Language     string
	Hours        hours.Hours // in the body's time zone; none: not known
	Substitute   int64       // another contact of the same body; 0: none
	Digest       bool        // receives the daily digest
	Wish         quiet.Wish  // when and how he wants alerts that are not critical
	Version      int64
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Has says whether the contact has a role.
func (c Contact) Has(role string) bool { return slices.Contains(c.Roles, role) }

// ContactForm is a contact as it was typed.
type ContactForm struct {
	Roles       []string
	Name        string
	Position    string
	Email       string
	Phone       string
	PhoneAlways string
	Language    string
	Hours       string
	Substitute  int64
	Digest      bool

	// As in WishForm.
	QuietFrom    string
	QuietTo      string
	QuietDaysOff bool
	AlertMails   string
}

func (f ContactForm) wish() WishForm {
	return WishForm{f.QuietFrom, f.QuietTo, f.QuietDaysOff, f.AlertMails}
}

// validate gives the contact in canonical form, or a fault with one sentence for
// each wrong field. The roles decide which fields are required.
func (f ContactForm) validate(ref *Reference, country string) (Contact, error) {
	problems := fault.New(fault.Invalid, "constituency.contact")
	c := Contact{Digest: f.Digest, Language: language(f.Language), Substitute: f.Substitute}
	c.Roles = f.roles(ref, country)
	if len(c.Roles) == 0 {
		problems.Field("roles", "constituency.contact_role")
	}
	required := requiredFields(ref, c.Roles)
	c.Name = text(problems, "name", f.Name, maxText, true)
	c.Position = text(problems, "position", f.Position, maxText, false)
	c.Email = checked(problems, "email", "constituency.email", f.Email, check.Email, required["email"] || f.Digest)
	c.Phone = checked(problems, "phone", "constituency.phone", f.Phone, check.Phone, required["phone"])
	c.PhoneAlways = checked(problems, "phone_24h", "constituency.phone", f.PhoneAlways, check.Phone, required["phone_24h"])
	c.Wish = f.wish().read(problems)
	var err error
	if c.Hours, err = hours.Parse(f.Hours); err != nil {
		problems.Field("hours", "constituency.hours")
	}
	return c, problems.OrNil()
}

// roles keeps those that exist in the country, in the catalogue's order.
func (f ContactForm) roles(ref *Reference, country string) []string {
	var out []string
	for _, r := range ref.Roles {
		if slices.Contains(f.Roles, r.ID) && r.In(country) {
			out = append(out, r.ID)
		}
	}
	return out
}

func requiredFields(ref *Reference, roles []string) map[string]bool {
	out := map[string]bool{}
	for _, id := range roles {
		if r, ok := ref.Role(id); ok {
			for _, field := range r.Requires {
				out[field] = true
			}
		}
	}
	return out
}

// form gives the contact as its form shows it.
func (c Contact) form() ContactForm {
	w := wishForm(c.Wish)
	return ContactForm{
		QuietFrom: w.QuietFrom, QuietTo: w.QuietTo, QuietDaysOff: w.QuietDaysOff, AlertMails: w.AlertMails,
		Roles: c.Roles, Name: c.Name, Position: c.Position, Email: c.Email, Phone: c.Phone, PhoneAlways: c.PhoneAlways,
		Language: c.Language, Hours: c.Hours.String(), Substitute: c.Substitute, Digest: c.Digest,
	}
}

// changes names the fields in which two contacts differ: the audit log tells
// which, and not the personal data themselves.
func (c Contact) changes(old Contact) []string {
	var out []string
	for _, f := range []struct {
		name string
		same bool
	}{
		{"roles", slices.Equal(c.Roles, old.Roles)}, {"name", c.Name == old.Name}, {"position", c.Position == old.Position},
		{"email", c.Email == old.Email}, {"phone", c.Phone == old.Phone}, {"phone_24h", c.PhoneAlways == old.PhoneAlways},
		{"language", c.Language == old.Language}, {"hours", c.Hours.String() == old.Hours.String()},
		{"substitute", c.Substitute == old.Substitute}, {"digest", c.Digest == old.Digest},
		{"quiet", c.Wish.Hours == old.Wish.Hours}, {"alert_mails", c.Wish.Mails == old.Wish.Mails},
	} {
		if !f.same {
			out = append(out, f.name)
		}
	}
	return out
}

// Missing gives the roles a body's chart should have and lacks.
func Missing(ref *Reference, country string, contacts []Contact) []ContactRole {
	var out []ContactRole
	for _, r := range ref.Roles {
		taken := slices.ContainsFunc(contacts, func(c Contact) bool { return c.Has(r.ID) })
		if r.Expected && r.In(country) && !taken {
			out = append(out, r)
		}
	}
	return out
}

// maxDepth bounds a chain of substitutes.
const maxDepth = 8

// substituteLoop says whether a chain of substitutes from first comes back to it.
func substituteLoop(byID map[int64]Contact, first, next int64) bool {
	for range maxDepth {
		if next == 0 {
			return false
		}
		if next == first {
			return true
		}
		next = byID[next].Substitute
	}
	return true
}

// sortByName orders contacts as a list shows them.
func sortByName(contacts []Contact) {
	slices.SortFunc(contacts, func(a, b Contact) int { return strings.Compare(check.Fold(a.Name), check.Fold(b.Name)) })
}
