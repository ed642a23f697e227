// SPDX-License-Identifier: EUPL-1.2

package callround

import (
	"context"
	"slices"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/i18n"
)

// Contact is somebody to telephone on a line, with how often that was tried.
type Contact struct {
	Call
	Tried int
	Last  time.Time
	Wrong bool // the number does not lead to him
}

// Desk is all an operator needs for one line.
type Desk struct {
	Line         Line
	Organisation Organisation
	Heading      Heading
	Language     string // of the script: that of whom to call first
	Script       Script
	Contacts     []Contact // whom to call now, the first one first
	Tries        []Try
	Numbers      []Number // of the organisation, to be corrected
}

// Desk gives it, with what is said of whom to call in a language.
func (m *Module) Desk(ctx context.Context, s access.Scope, id int64, lang string) (d Desk, err error) {
	if d.Line, err = m.Get(ctx, s, id); err != nil {
		return d, err
	}
	orgs, err := m.deps.Directory.Named(ctx, s, []int64{d.Line.Organisation})
	if err != nil || len(orgs) == 0 {
		return d, unknown(err)
	}
	d.Organisation = orgs[0]
	if d.Tries, err = m.Tries(ctx, s, id); err != nil {
		return d, err
	}
	if d.Numbers, err = m.Numbers(ctx, s, d.Line.Organisation, 0); err != nil {
		return d, err
	}
	calls, err := m.deps.Directory.Calls(ctx, s, d.Line.Organisation, lang)
	if err != nil {
		return d, err
	}
	err = m.brief(ctx, s, &d, calls, lang)
	return d, err
}

// brief adds what the topic says.
func (m *Module) brief(ctx context.Context, s access.Scope, d *Desk, calls []Call, lang string) error {
	d.Language = i18n.Languages()[0]
	if len(calls) > 0 && i18n.Known(calls[0].Language) {
		d.Language = calls[0].Language
	}
	topic, known := m.deps.Topics[d.Line.Topic]
	if known {
		headings, err := topic.Headings(ctx, s, []int64{d.Line.Subject}, lang)
		if err != nil {
			return err
		}
		d.Heading = headings[d.Line.Subject]
		d.Script, err = topic.Script(ctx, s, d.Line.Subject, d.Organisation, m.deps.Bundle.Localizer(d.Language, d.Organisation.Zone))
		if err != nil {
			return err
		}
	}
	d.Contacts = contactsOf(calls, d)
	return nil
}

// contactsOf puts those first who were tried the least on this line; a wrong
// number comes last. Where only named people may be told, the others are left out.
func contactsOf(calls []Call, d *Desk) []Contact {
	var out []Contact
	for _, c := range calls {
		if len(d.Script.Only) > 0 && !slices.Contains(d.Script.Only, c.Email) {
			continue
		}
		x := Contact{Call: c, Wrong: slices.ContainsFunc(d.Numbers, func(n Number) bool { return n.Phone == c.Phone })}
		for _, t := range d.Tries {
			if t.Phone == c.Phone {
				x.Tried++
				x.Last = later(x.Last, t.At)
			}
		}
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(a, b Contact) int { return a.order() - b.order() })
	return out
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (c Contact) order() int {
	if c.Wrong {
		return 1 << 20
	}
	return c.Tried
}

// others says whether somebody of the organisation was tried less than the most
// tried one will be after a call to phone: he is tried before the line rests.
func (d Desk) others(phone string) bool {
	least := func(c Contact) bool { return c.Phone != phone && !c.Wrong && !c.Stranger && c.Tried < d.round(phone) }
	return slices.ContainsFunc(d.Contacts, least)
}

// round counts which time a number is tried, this time included.
func (d Desk) round(phone string) int {
	for _, c := range d.Contacts {
		if c.Phone == phone {
			return c.Tried + 1
		}
	}
	return 1
}
