// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"

	"martinella/internal/access"
	"martinella/internal/intake/pull"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/mailcrypt"
)

// acceptJob makes an alert of a mail that was left aside.
const acceptJob = "intake.accept_mail"

type acceptance struct {
	Source int64 `json:"source"`
	Item   int64 `json:"item"`
}

// Accept has an alert made of a mail that was left aside, whoever sent it and
// however it is signed: somebody has looked at it.
func (m *Module) Accept(ctx context.Context, s access.Scope, source, item int64) error {
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		x, err := m.locked(ctx, tx, s, access.AdvisoryEdit, source)
		if err != nil {
			return err
		}
		l, err := m.storedMail(ctx, tx, s, source, item)
		if err != nil {
			return err
		}
		if !l.Stored {
			return fault.New(fault.Conflict, codeAcceptGone)
		}
		job := jobs.Job{Kind: acceptJob, Key: acceptJob + ":" + strconv.FormatInt(item, 10), Payload: acceptance{source, item}}
		if err := m.deps.Queue.Enqueue(ctx, tx, job); err != nil {
			return err
		}
		return m.note(ctx, tx, s, x, "source.mail_accepted", map[string]any{"title": l.Title, "sender": l.Sender, "sha256": l.SHA256})
	})
}

// accepting is the job. What cannot be read is told with the item, and no failure.
func (m *Module) accepting(ctx context.Context, run jobs.Run) error {
	var a acceptance
	if err := run.Decode(&a); err != nil {
		return err
	}
	x, err := m.source(ctx, m.deps.DB, system(), a.Source, "")
	if err != nil {
		return gone(err)
	}
	kept, err := m.MailItem(ctx, system(), a.Source, a.Item)
	if err != nil {
		return gone(err)
	}
	raw, err := m.rawMail(ctx, system(), a.Source, a.Item)
	if err != nil {
		return gone(err)
	}
	l, err := readLetter(raw)
	if err != nil {
		return jobs.Permanent(err)
	}
	l.note.sender = kept.Sender
	return m.acceptLetter(ctx, run, x, l)
}

func (m *Module) acceptLetter(ctx context.Context, run jobs.Run, x Source, l letter) error {
	opened, failure := m.openFor(x, l)
	if failure != nil && slices.Contains([]string{codeSender, codeSignature}, fault.Of(failure).Code) {
		failure = nil
	}
	l.note.proof = opened.Proof
	if failure == nil {
		failure = m.draftAccepted(ctx, run, x, l, opened)
	}
	switch {
	case failure == nil || errors.Is(failure, errTaken):
		return nil
	case !itemsOwn(failure):
		return failure
	}
	if err := m.store(ctx, &l); err != nil {
		return err
	}
	f := fate{state: Refused, mark: l.item.Mark, again: true, mail: &l.note}
	f.code, f.params = told(failure)
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := m.writeItem(ctx, tx, system(), x.ID, l.item, f); err != nil && !errors.Is(err, errTaken) {
			return err
		}
		return run.Complete(ctx, tx)
	})
}

func (m *Module) draftAccepted(ctx context.Context, run jobs.Run, x Source, l letter, opened mailcrypt.Opened) error {
	a := Alert{Source: x.Name, Name: l.fileName(), Data: l.raw, Read: opened.Mail, Proof: &opened.Proof, TLP: x.TLP, Language: x.AlertLanguage}
	return m.deps.Alerts.Receive(ctx, system(), a, func(ctx context.Context, tx *db.Tx, got Receipt) error {
		f := fate{state: Made, mark: l.item.Mark, advisory: got.Advisory, again: true, mail: &l.note}
		if got.Known {
			f.state = Known
		}
		if err := m.writeItem(ctx, tx, system(), x.ID, l.item, f); err != nil {
			return err
		}
		return run.Complete(ctx, tx)
	})
}

// gone is nil for what was deleted meanwhile.
func gone(err error) error {
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}

// rawMail reads a stored mail whole.
func (m *Module) rawMail(ctx context.Context, s access.Scope, source, item int64) ([]byte, error) {
	_, content, err := m.OpenMail(ctx, s, source, item)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(content, pull.MaxItem+1))
	return raw, wrapped(errors.Join(err, content.Close()), "intake: reading mail %d", item)
}
