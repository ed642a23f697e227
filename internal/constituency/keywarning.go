// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/constituency/keys"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

// JobKeyWarnings tells whose keys are about to end. It may run at any time, and twice.
const JobKeyWarnings = "constituency.key_warnings"

// warnDays are the days before the end on which a contact is told; 0 is the end itself.
func warnDays() [4]int { return [4]int{0, 7, 30, 60} }

// warnedAfter is how long after its end a key is still told of: one that
// ended long ago is in the control room's list, and needs no mail.
const warnedAfter = 30 * 24 * time.Hour

func (m *Module) registerKeyJobs(q *jobs.Queue) error {
	q.Handle(JobKeyWarnings, func(ctx context.Context, _ jobs.Run) error { return m.WarnKeys(ctx, access.System("keys")) })
	zone, err := time.LoadLocation(m.deps.Instance.Zone)
	if err != nil {
		return fmt.Errorf("time zone of the instance: %w", err)
	}
	return q.Schedule(JobKeyWarnings, "20 7 * * *", zone, JobKeyWarnings)
}

// withoutBetter keeps the keys whose contact has no other of the same kind that lasts beyond $1.
const withoutBetter = ` NOT EXISTS (SELECT 1 FROM contact_key b WHERE b.contact_id = k.contact_id AND b.kind = k.kind AND b.due_at > $1)`

// EndingKey is a key on which somebody must act.
type EndingKey struct {
	ContactKey
	OrganisationName, OrganisationCode string
	ContactName                        string
	due                                int64
}

// endingKeys reads, of approved organisations, the keys that cannot be used or
// end before a moment, after a place in the order of urgency.
func endingKeys(ctx context.Context, q db.Querier, before time.Time, due, id int64, limit int) ([]EndingKey, error) {
	rows, err := q.Query(ctx, "SELECT "+keyColumns+`, o.name, o.code, c.name, k.due_at FROM contact_key k JOIN contact c ON c.id = k.contact_id
		JOIN organisation o ON o.id = k.organisation_id
		WHERE k.due_at <= $1 AND (k.due_at, k.id) > ($2, $3) AND o.state = 'approved' AND`+withoutBetter+" ORDER BY k.due_at, k.id LIMIT $4",
		db.Ms(before), due, id, limit)
	return db.Collect(rows, err, func(r *sql.Rows) (e EndingKey, err error) {
		e.ContactKey, err = scanKey(r, &e.OrganisationName, &e.OrganisationCode, &e.ContactName, &e.due)
		return e, err
	})
}

// EndingKeys gives a page of the keys on which somebody must act, the most urgent first, and the cursor of the next.
func (m *Module) EndingKeys(ctx context.Context, s access.Scope, after string, limit int) (rows []EndingKey, next string, err error) {
	if err := s.Territory(); err != nil {
		return nil, "", err
	}
	if err := s.Require(access.ContactRead); err != nil {
		return nil, "", err
	}
	due, id := int64(-1), int64(0)
	if text, err := base64.RawURLEncoding.DecodeString(after); err == nil && after != "" {
		if _, err := fmt.Sscanf(string(text), "%d,%d", &due, &id); err != nil {
			due, id = -1, 0
		}
	}
	rows, err = endingKeys(ctx, m.db, m.now().Add(keys.Notice), due, id, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("keys that end: %w", err)
	}
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		next = base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d,%d", last.due, last.ID))
	}
	return rows, next, nil
}

// WaitingKeys counts the keys on which somebody must act.
func (m *Module) WaitingKeys(ctx context.Context, s access.Scope) (n int, err error) {
	if err := s.Territory(); err != nil {
		return 0, err
	}
	err = m.db.QueryRow(ctx, `SELECT count(*) FROM contact_key k JOIN organisation o ON o.id = k.organisation_id
		WHERE k.due_at <= $1 AND o.state = 'approved' AND`+withoutBetter, db.Ms(m.now().Add(keys.Notice))).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting keys that end: %w", err)
	}
	return n, nil
}

// WarnKeys writes to the contacts whose keys end soon, and to their substitutes: once for each number of days.
func (m *Module) WarnKeys(ctx context.Context, s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	now := m.now()
	due, id := now.Add(-warnedAfter).UnixMilli(), int64(0)
	for {
		batch, err := endingKeys(ctx, m.db, now.Add(keys.Notice), due, id, activeBatch)
		if err != nil {
			return fmt.Errorf("keys that end: %w", err)
		}
		for _, k := range batch {
			if err := m.warnKey(ctx, s, k, now); err != nil {
				return err
			}
			due, id = k.due, k.ID
		}
		if len(batch) < activeBatch {
			return nil
		}
	}
}

// warnKey tells of one key what was not told yet; the note that it was told and the mails are one transaction.
func (m *Module) warnKey(ctx context.Context, s access.Scope, k EndingKey, now time.Time) error {
	own, err := s.For(k.Organisation)
	if err != nil {
		return err
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		result, err := tx.Exec(ctx, "INSERT INTO contact_key_warning (key_id, days, at) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING", k.ID, daysLeft(k.ExpiresAt.Sub(now)), db.Ms(now))
		if err != nil {
			return fmt.Errorf("noting the warning of key %d: %w", k.ID, err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return err
		}
		all, err := contacts(ctx, tx, own)
		if err != nil {
			return err
		}
		owner, err := contactNumber(k.Contact, all)
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		to := []Contact{owner}
		if sub, err := contactNumber(owner.Substitute, all); err == nil {
			to = append(to, sub)
		}
		for _, c := range to {
			if err := m.mailKeyWarning(ctx, tx, c, owner, k); err != nil {
				return err
			}
		}
		return nil
	})
}

// daysLeft is the warning that is due.
func daysLeft(left time.Duration) int {
	due := 0
	for _, days := range warnDays() {
		due = days
		if left <= time.Duration(days)*24*time.Hour {
			break
		}
	}
	return due
}

// mailKeyWarning writes to one of those who should know, in his language.
func (m *Module) mailKeyWarning(ctx context.Context, tx *db.Tx, to, owner Contact, k EndingKey) error {
	if to.Email == "" {
		return nil
	}
	zone, err := time.LoadLocation(m.deps.Instance.Zone)
	if err != nil {
		return fmt.Errorf("time zone of the instance: %w", err)
	}
	l := m.deps.Bundle.Localizer(to.Language, zone)
	what := "constituency.mail.key_ends"
	if !k.ExpiresAt.After(m.now()) {
		what = "constituency.mail.key_ended"
	}
	values := []any{"organisation", k.OrganisationName, "owner", owner.Name, "date", l.Date(k.ExpiresAt), "kind", l.T("constituency.key.kind." + string(k.Kind))}
	parts := []string{
		l.T("constituency.mail.greeting", "name", to.Name), l.T(what+".body", values...), keys.Groups(k.Fingerprint), l.T("constituency.mail.key.todo"),
		m.link("/o/" + k.OrganisationCode + "/contacts/" + strconvID(owner.ID) + "/keys"), m.signature(l.T("constituency.mail.help")),
	}
	return m.deps.Mail.Queue(ctx, tx, Mail{Kind: "contact.key", Organisation: k.Organisation, To: to.Email, ToName: to.Name, Language: l.Lang(),
		Subject: l.T(what+".subject", values...), Text: strings.Join(parts, "\n\n") + "\n"})
}
