// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"errors"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"strings"

	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/mailcrypt"
)

// State is how the mail to one recipient stands.
type State string

// The states; see the package's comment.
const (
	Queued  State = "queued"
	Sending State = "sending"
	Sent    State = "sent"
	Kept    State = "kept"
	Failed  State = "failed"
	Bounced State = "bounced"
)

// sendJob is the kind of the job that sends to one recipient.
const sendJob = "mail.send"

// Config says who writes and how mail leaves.
type Config struct {
	From      string // "Name <address>"
	Tag       string // whose mail it is, before every subject: "[CSIRT Toscana] …"; may be empty
	Transport Transport
	Keys      *mailcrypt.Ring // that sign; nil: none
	Lines     int             // conversations with the mail server at the same time; default 4
	Attempts  int             // passing troubles before a mail is failed; default 20, two days
	Log       *slog.Logger    // nil: nothing is logged
}

// Mailer queues and sends mail.
type Mailer struct {
	db     *db.DB
	queue  *jobs.Queue
	clock  clock.Clock
	cfg    Config
	domain string // of Message-IDs
	ledger ledger

	followers map[string]Follower // by kind
}

// New makes the mailer and registers its jobs with q.
func New(d *db.DB, q *jobs.Queue, c clock.Clock, cfg Config) (*Mailer, error) {
	from, err := netmail.ParseAddress(cfg.From)
	if err != nil {
		return nil, fmt.Errorf("sender of mails %q: %w", cfg.From, err)
	}
	if cfg.Transport == nil {
		return nil, errors.New("the mailer has no transport")
	}
	if cfg.Lines == 0 {
		cfg.Lines = 4
	}
	if cfg.Attempts == 0 {
		cfg.Attempts = 20
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	m := &Mailer{db: d, queue: q, clock: c, cfg: cfg, domain: domain, followers: map[string]Follower{}}
	q.HandleMany(sendJob, batchSize, m.work)
	q.Handle(bounceJob, m.bounce)
	return m, nil
}
