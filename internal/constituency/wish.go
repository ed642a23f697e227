// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"slices"
	"strings"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/quiet"
)

// WishForm is when and how a contact wants alerts that are not critical, as it was typed.
type WishForm struct {
	QuietFrom, QuietTo string // times of day; both or neither
	QuietDaysOff       bool   // nor on Saturdays, Sundays and public holidays
	AlertMails         string // a word of package quiet, "each" or ""
}

// each is the word of forms and programs for quiet.Each.
const each = "each"

func (f WishForm) read(problems *fault.Error) quiet.Wish {
	w := quiet.Wish{Mails: quiet.Mails(f.AlertMails)}
	if f.AlertMails == each {
		w.Mails = quiet.Each
	}
	if !slices.Contains(quiet.Ways(), w.Mails) {
		problems.Field("alert_mails", "constituency.alert_mails")
	}
	w.Hours = f.hours(problems)
	w.DaysOff = f.QuietDaysOff
	return w
}

func (f WishForm) hours(problems *fault.Error) (h quiet.Hours) {
	from, to := strings.TrimSpace(f.QuietFrom), strings.TrimSpace(f.QuietTo)
	if from == "" && to == "" {
		return h
	}
	var err error
	if h.From, err = quiet.Minute(from); err != nil {
		problems.Field("quiet_from", "constituency.time_of_day")
	}
	if h.To, err = quiet.Minute(to); err != nil {
		problems.Field("quiet_to", "constituency.time_of_day")
	} else if h.From == h.To {
		problems.Field("quiet_to", "constituency.quiet_same")
	}
	return h
}

// wishForm gives a wish as its form shows it.
func wishForm(w quiet.Wish) WishForm {
	f := WishForm{QuietDaysOff: w.DaysOff, AlertMails: each}
	if w.Mails != quiet.Each {
		f.AlertMails = string(w.Mails)
	}
	if w.From != w.To {
		f.QuietFrom, f.QuietTo = quiet.Clock(w.From), quiet.Clock(w.To)
	}
	return f
}

// Wished gives the contacts of the scope's organisation that an address stands
// for: who has it may say how he wants his alerts. A NotFound fault where there is none.
func (m *Module) Wished(ctx context.Context, s access.Scope, email string) ([]Contact, error) {
	if err := s.Require(access.AdvisoryRead); err != nil {
		return nil, err
	}
	all, err := contacts(ctx, m.db, s)
	own := ownOf(all, email)
	if err == nil && len(own) == 0 {
		err = fault.New(fault.NotFound, "constituency.no_own_contact")
	}
	return own, err
}

func ownOf(all []Contact, email string) (own []Contact) {
	for _, c := range all {
		if email != "" && strings.EqualFold(c.Email, email) {
			own = append(own, c)
		}
	}
	return own
}

// SaveWish keeps how the person with an address wants the alerts of the scope's
// organisation, in all his contacts. Faults: those of the form, and of Wished.
func (m *Module) SaveWish(ctx context.Context, s access.Scope, email string, form WishForm) error {
	if err := s.Require(access.AdvisoryRead); err != nil {
		return err
	}
	org, err := s.Organisation()
	if err != nil {
		return err
	}
	problems := fault.New(fault.Invalid, "constituency.wish")
	wish := form.read(problems)
	if err := problems.OrNil(); err != nil {
		return err
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		o, err := organisation(ctx, tx, s, org)
		if err != nil {
			return err
		}
		all, err := contacts(ctx, tx, s)
		if err != nil {
			return err
		}
		own := ownOf(all, email)
		if len(own) == 0 {
			return fault.New(fault.NotFound, "constituency.no_own_contact")
		}
		for _, old := range own {
			c := old
			c.Wish, c.UpdatedAt = wish, m.now()
			if len(c.changes(old)) == 0 {
				continue
			}
			if err := updateContact(ctx, tx, &c); err != nil {
				return err
			}
			if err := m.auditContact(ctx, tx, s, o, "contact.wished", c, c.changes(old)); err != nil {
				return err
			}
		}
		return nil
	})
}
