// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/i18n"
)

// letterArgs are what the sentences of a mail speak of.
type letterArgs struct {
	Organisation int64
	Role         access.Role
	Link         string // a button, with the address also in full
	N            int
	Address      string
	Browser      string
	Email        string
	Item         string // what a thing is called
	Shown        string // an identity somewhere else
	ItemKey      string // or a sentence of the catalogue
	At           time.Time
}

// letter is a mail before it is written as text and as HTML.
type letter struct {
	Lang       string
	Subject    string
	Greeting   string
	Paragraphs []string
	Button     string
	Link       string
	After      []string
	Closing    string
}

// maxParagraphs bounds the keys that are looked for.
const maxParagraphs = 9

// send writes a mail of a kind to a person in his language. Its sentences are
// in the catalogue under "identity.mail.<kind>": subject, 1, 2, … before the
// button, after1, after2, … after it.
func (m *Module) send(ctx context.Context, tx *db.Tx, p Person, kind string, args letterArgs) error {
	l := m.Bundle.Localizer(p.Language, m.Zone)
	values, err := m.values(ctx, tx, l, p, args)
	if err != nil {
		return err
	}
	text := func(key string) string { return l.T("identity.mail."+kind+"."+key, values...) }
	some := func(prefix string) (out []string) {
		for i := 1; i <= maxParagraphs && l.Has(fmt.Sprintf("identity.mail.%s.%s%d", kind, prefix, i)); i++ {
			out = append(out, text(fmt.Sprintf("%s%d", prefix, i)))
		}
		return out
	}
	x := letter{
		Lang: l.Lang(), Subject: text("subject"), Greeting: l.T("identity.mail.greeting", "name", p.Name),
		Paragraphs: some(""), Link: args.Link, After: some("after"), Closing: l.T("identity.mail.closing"),
	}
	if x.Link != "" {
		x.Button = text("button")
	}
	var html bytes.Buffer
	if err := letterHTML(x).Render(i18n.With(ctx, l), &html); err != nil {
		return fmt.Errorf("writing the mail %s: %w", kind, err)
	}
	return m.Mails.Queue(ctx, tx, Mail{
		Kind: "identity." + kind, Organisation: args.Organisation, To: p.Email, Name: p.Name, Language: l.Lang(),
		Subject: x.Subject, Text: x.text(), HTML: html.String(), Secret: args.Link != "",
	})
}

func (m *Module) values(ctx context.Context, tx *db.Tx, l *i18n.Localizer, p Person, args letterArgs) ([]any, error) {
	organisation := l.T("identity.csirt")
	if args.Organisation != 0 {
		orgs, err := m.Organisations.Organisations(ctx, tx, access.System("identity"), []int64{args.Organisation})
		if err != nil {
			return nil, fmt.Errorf("name of organisation %d: %w", args.Organisation, err)
		}
		if len(orgs) > 0 {
			organisation = orgs[0].Name
		}
	}
	role := ""
	if args.Role != "" {
		role = l.T("identity.role." + string(args.Role))
	}
	if args.ItemKey != "" {
		args.Item = l.T(args.ItemKey)
	}
	now := m.Clock.Now()
	return []any{
		"name", p.Name, "organisation", organisation, "role", role, "n", args.N, "address", args.Address,
		"browser", args.Browser, "email", args.Email, "item", args.Item, "shown", args.Shown, "at", l.DateTime(args.At), "portal", m.Config.BaseURL, "when", now,
		"days", int(m.Config.InvitationLife.Hours() / 24), "reset", lifeText(l, m.Config.ResetLife), "confirm", lifeText(l, m.Config.EmailLife),
	}, nil
}

// lifeText says how long a link is good for, in whole hours where it is so long.
func lifeText(l *i18n.Localizer, d time.Duration) string {
	if d < time.Hour {
		return l.Duration(d)
	}
	return l.T("identity.mail.hours", "n", int(d.Hours()))
}

// text writes the letter as plain text.
func (x letter) text() string {
	parts := append([]string{x.Greeting}, x.Paragraphs...)
	if x.Link != "" {
		parts = append(parts, x.Button+":\n"+x.Link)
	}
	parts = append(append(parts, x.After...), x.Closing)
	return strings.Join(parts, "\n\n") + "\n"
}

// browser names a browser and its system by its user agent, as well as one can.
func browser(userAgent string) string {
	pick := func(table [][2]string) string {
		for _, row := range table {
			if strings.Contains(userAgent, row[0]) {
				return row[1]
			}
		}
		return ""
	}
	name := pick([][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chromium/", "Chromium"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"}})
	system := pick([][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}})
	switch {
	case name == "" && system == "":
		return "?"
	case name == "" || system == "":
		return name + system
	}
	return name + ", " + system
}
