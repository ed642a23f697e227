// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
)

// Bounce is what a report says of a mail of ours: that one recipient does not get it.
type Bounce struct {
	MessageID string   `json:"message_id"` // without angle brackets
	Addresses []string `json:"addresses"`  // by which the report knows the recipient
	Why       string   `json:"why"`
}

// Noted is what became of the report.
type Noted string

// The ends of a report.
const (
	NotOurs      Noted = "not_ours"      // there is no such mail, or not any more
	OtherAddress Noted = "other_address" // the mail went to somebody else: he passes it on to where it failed
	NotedNow     Noted = "noted"
	NotedBefore  Noted = "before" // it had failed already
	NotedLater   Noted = "later"  // the mail is still being sent: it will be noted once it is
)

const (
	bounceJob = "mail.bounce"
	// A report may overtake the record that its mail was accepted by as long as a
	// mail is tried; then it is let go.
	bounceWait     = 5 * time.Minute
	bouncePatience = 7 * 24 * time.Hour
)

// waitingBounce is the payload of bounceJob.
type waitingBounce struct {
	Bounce
	Until time.Time `json:"until"`
}

// Bounced notes that a mail came back, for the one recipient it was sent to. A
// report that comes twice is noted once; one that comes before the mail's own
// acceptance was written down waits for that, in a job.
func (m *Mailer) Bounced(ctx context.Context, tx *db.Tx, b Bounce) (Noted, error) {
	b.Why = strings.ToValidUTF8(b.Why, "")
	return m.bounced(ctx, tx, waitingBounce{b, m.clock.Now().Add(bouncePatience)})
}

func (m *Mailer) bounced(ctx context.Context, tx *db.Tx, b waitingBounce) (Noted, error) {
	var id int64
	var address string
	var state State
	err := tx.QueryRow(ctx, "SELECT id, address, state FROM mail_recipient WHERE message_id = $1"+db.ForUpdate(tx), b.MessageID).Scan(&id, &address, &state)
	switch {
	case db.NotFound(err):
		return NotOurs, nil
	case err != nil:
		return "", fmt.Errorf("noting a bounce: %w", err)
	case !b.names(address):
		return OtherAddress, nil
	case state == Queued || state == Sending:
		return NotedLater, m.bounceLater(ctx, tx, b)
	case state != Sent:
		return NotedBefore, nil
	}
	if err := m.mark(ctx, tx, id, Bounced, b.Why); err != nil {
		return "", err
	}
	return NotedNow, m.tellOf(ctx, tx, id)
}

func (b Bounce) names(address string) bool {
	for _, a := range b.Addresses {
		if strings.EqualFold(a, address) {
			return true
		}
	}
	return false
}

// bounceLater has the report come again.
func (m *Mailer) bounceLater(ctx context.Context, tx *db.Tx, b waitingBounce) error {
	at := m.clock.Now().Add(bounceWait)
	if at.After(b.Until) {
		m.cfg.Log.Warn("a report of delivery was let go: its mail is still not sent", "message_id", b.MessageID)
		return nil
	}
	return m.queue.Enqueue(ctx, tx, jobs.Job{Kind: bounceJob, Payload: b, RunAt: at})
}

// bounce looks again at a report that came too early.
func (m *Mailer) bounce(ctx context.Context, run jobs.Run) error {
	var b waitingBounce
	if err := run.Decode(&b); err != nil {
		return err
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		if _, err := m.bounced(ctx, tx, b); err != nil {
			return err
		}
		return run.Complete(ctx, tx)
	})
}

// Returned is the last mail to an address, that came back.
type Returned struct {
	At  time.Time
	Why string
}

// LastBounces gives, of some addresses, those whose last mail came back; where a
// later mail was accepted the address is held to be good again. The keys are in
// small letters.
func (m *Mailer) LastBounces(ctx context.Context, s Asker, addresses []string) (map[string]Returned, error) {
	organisation, err := visible(s)
	if err != nil {
		return nil, err
	}
	wanted := make(map[string]bool, len(addresses))
	for _, a := range addresses {
		wanted[strings.ToLower(a)] = true
	}
	type row struct {
		address string
		Returned
	}
	rows, err := m.db.Query(ctx, `SELECT LOWER(r.address), r.done_at, r.answer FROM mail_recipient r
		WHERE r.state = $1 AND ($2 = 0 OR r.organisation = $2)
		AND NOT EXISTS (SELECT 1 FROM mail_recipient n WHERE LOWER(n.address) = LOWER(r.address) AND n.id > r.id AND n.state = $3)
		ORDER BY r.id`, Bounced, organisation, Sent)
	all, err := db.Collect(rows, err, func(r *sql.Rows) (x row, err error) { return x, r.Scan(&x.address, db.Time(&x.At), &x.Why) })
	if err != nil {
		return nil, fmt.Errorf("looking for addresses that bounce: %w", err)
	}
	out := map[string]Returned{}
	for _, x := range all {
		if wanted[x.address] {
			out[x.address] = x.Returned
		}
	}
	return out, nil
}

// MessageDomain is what our Message-IDs end with.
func (m *Mailer) MessageDomain() string { return m.domain }
