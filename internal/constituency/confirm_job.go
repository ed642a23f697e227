// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"strconv"
	"strings"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
)

// The jobs that ask members whether their record still is right: one looks whose time has come,
// and makes of each a job of its own.
const (
	JobConfirmations = "constituency.confirmations"
	JobConfirm       = "constituency.confirm"
)

// sweepBatch bounds how many members one look finds; the next one, within the hour, goes on.
const sweepBatch = 2000

func (m *Module) registerConfirmations(q *jobs.Queue) error {
	q.Handle(JobConfirmations, func(ctx context.Context, _ jobs.Run) error { return m.askDue(ctx, access.System("confirmation")) })
	q.Handle(JobConfirm, func(ctx context.Context, run jobs.Run) error {
		var j scoreJob
		if err := run.Decode(&j); err != nil {
			return err
		}
		return m.askOne(ctx, access.System("confirmation"), run, j.Organisation)
	})
	return q.Schedule(JobConfirmations, "7 * * * *", m.zone(), JobConfirmations)
}

func (m *Module) askDue(ctx context.Context, s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	ids, err := m.toAsk(ctx, sweepBatch)
	if err != nil || len(ids) == 0 {
		return err
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		for _, id := range ids {
			j := jobs.Job{Kind: JobConfirm, Key: JobConfirm + ":" + strconv.FormatInt(id, 10), Payload: scoreJob{id}}
			if err := m.deps.Queue.Enqueue(ctx, tx, j); err != nil {
				return err
			}
		}
		return nil
	})
}

// askOne asks one member, if its time has come: mails, count and the job's end are one
// transaction, so that nobody is asked twice. Outside of office hours it waits for the next
// opening.
func (m *Module) askOne(ctx context.Context, s access.Scope, run jobs.Run, org int64) error {
	own, err := s.For(org)
	if err != nil {
		return err
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		o, err := organisation(ctx, tx, own, org)
		if err != nil {
			return err
		}
		c, err := confirmationOf(ctx, tx, org)
		if err != nil {
			return err
		}
		now := m.now()
		if o.State == Approved && !c.At.IsZero() && !c.Next.After(now) {
			if err := m.ask(ctx, tx, own, o, c); err != nil {
				return err
			}
		}
		return run.Complete(ctx, tx)
	})
}

func (m *Module) ask(ctx context.Context, tx *db.Tx, s access.Scope, o Organisation, c Confirmation) error {
	now, at := m.now(), officeOf(o.Record)
	if !at.open(now) {
		c.Next = at.opening(now)
		return postpone(ctx, tx, o.ID, c)
	}
	all, err := contacts(ctx, tx, s)
	if err != nil {
		return err
	}
	away, err := awayNow(ctx, tx, o, now)
	if err != nil {
		return err
	}
	c.Asked, c.AskedAt, c.Next = c.Asked+1, now, at.after(now, confirmAgain)
	for _, who := range askPeople(m.ref, o, all, away, c.Asked) {
		if err := m.mailAsk(ctx, tx, o, c, who); err != nil {
			return err
		}
		if err := recordAsk(ctx, tx, o.ID, Asked{At: now, Turn: c.Asked, Name: who.Name, Email: who.Email}); err != nil {
			return err
		}
	}
	if err := postpone(ctx, tx, o.ID, c); err != nil {
		return err
	}
	return m.deps.Audit.Append(ctx, tx, s.Actor(), o.ID, "organisation.asked_to_confirm", "organisation:"+o.Code, map[string]any{"turn": c.Asked})
}

// mailAsk asks one person, with a link of his own.
func (m *Module) mailAsk(ctx context.Context, tx *db.Tx, o Organisation, c Confirmation, who Recipient) error {
	token, err := m.sealAsk(askLink{Organisation: o.ID, Round: c.round, Name: who.Name, Email: who.Email, At: m.now().Unix()})
	if err != nil {
		return err
	}
	l := m.deps.Bundle.Localizer(who.Language, o.Zone())
	values := []any{"organisation", o.Name, "csirt", m.deps.Instance.Name}
	parts := []string{
		l.T("constituency.mail.greeting", "name", who.Name),
		l.T("constituency.confirming.mail.body", append(values, "since", l.Date(c.At))...),
		l.T("constituency.confirming.mail.same") + "\n" + m.link("/confirm/"+token),
		l.T("constituency.confirming.mail.changed") + "\n" + m.link("/o/"+o.Code+"/confirm"),
	}
	if c.Asked > 1 {
		parts = append(parts, l.T("constituency.confirming.mail.again", "n", c.Asked))
	}
	parts = append(parts, m.signature(l.T("constituency.mail.help")))
	return m.deps.Mail.Queue(ctx, tx, Mail{
		Kind: "confirm.ask", Organisation: o.ID, To: who.Email, ToName: who.Name, Language: l.Lang(), Secret: true,
		Subject: l.T("constituency.confirming.mail.subject", values...),
		Text:    strings.Join(parts, "\n\n") + "\n",
	})
}
