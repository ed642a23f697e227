// SPDX-License-Identifier: EUPL-1.2

package channel

import (
	"context"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/fault"
)

// Sides gives the people who may take part in a conversation with the scope's
// organisation: those of the author's side, and those of the other.
func (m *Module) Sides(ctx context.Context, s access.Scope, side Side) (own, other []Person, err error) {
	org, err := s.Organisation()
	if err != nil {
		return nil, nil, err
	}
	if own, err = m.readers(ctx, org, side); err != nil {
		return nil, nil, err
	}
	other, err = m.readers(ctx, org, side.Other())
	return own, other, err
}

// readers gives the people of a side who may read the channel.
func (m *Module) readers(ctx context.Context, org int64, side Side) ([]Person, error) {
	if side == CSIRT {
		org = 0
	}
	return m.deps.People.Holders(ctx, access.System("channel"), org, access.ChannelRead)
}

// Start begins a conversation with the scope's organisation and tells the other
// side by mail. It returns the thread's number.
func (m *Module) Start(ctx context.Context, s access.Scope, a Author, d Draft) (int64, error) {
	if err := s.Require(access.ChannelWrite); err != nil {
		return 0, err
	}
	own, other, err := m.Sides(ctx, s, a.Side)
	if err != nil {
		return 0, err
	}
	if err := d.checkThread(own, other); err != nil {
		return 0, err
	}
	files, err := m.takeIn(ctx, d)
	if err != nil {
		return 0, err
	}
	var t Thread
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if t, err = m.insertThread(ctx, tx, s, a, d); err != nil {
			return err
		}
		if err := m.nameParticipants(ctx, tx, t, a, d.Named, own, other); err != nil {
			return err
		}
		return m.write(ctx, tx, s, a, t, d, files)
	})
	return t.ID, err
}

// Reply adds a message to a conversation. It opens a closed one again.
func (m *Module) Reply(ctx context.Context, s access.Scope, a Author, thread int64, d Draft) error {
	if err := s.Require(access.ChannelWrite); err != nil {
		return err
	}
	if err := d.checkMessage(); err != nil {
		return err
	}
	if _, err := m.thread(ctx, m.deps.DB, s, thread); err != nil {
		return err // before anything is stored for it
	}
	files, err := m.takeIn(ctx, d)
	if err != nil {
		return err
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		t, err := m.thread(ctx, tx, s, thread)
		if err != nil {
			return err
		}
		if !t.Erased.IsZero() {
			return fault.New(fault.Conflict, "channel.erased")
		}
		return m.write(ctx, tx, s, a, t, d, files)
	})
}

// write adds a message with its files, what follows from it, and its mails.
func (m *Module) write(ctx context.Context, tx *db.Tx, s access.Scope, a Author, t Thread, d Draft, files []File) error {
	at := m.now()
	id, err := m.insertMessage(ctx, tx, s, a, t, d.Text, at)
	if err != nil {
		return err
	}
	waiting, err := m.takeUploads(ctx, tx, s, d.Waiting)
	if err != nil {
		return err
	}
	files = append(files, waiting...)
	for _, f := range files {
		if err := m.insertFile(ctx, tx, s, t, id, f); err != nil {
			return err
		}
	}
	if err := m.touch(ctx, tx, s, a, t, id, at); err != nil {
		return err
	}
	if err := m.markRead(ctx, tx, s, a, t.ID, id, at); err != nil {
		return err
	}
	if err := m.notify(ctx, tx, t, a, d.Text, len(files)); err != nil {
		return err
	}
	detail := map[string]any{"tlp": t.TLP, "files": len(files), "side": a.Side}
	if err := m.deps.Audit.Append(ctx, tx, s.Actor(), t.Organisation, "channel.message_written", object(t.ID), detail); err != nil {
		return err
	}
	return m.deps.Bus.Publish(ctx, tx, events.Event{Kind: EventMessage, Organisation: t.Organisation, Payload: Written{t.ID, a.Side, string(t.TLP), t.Named}})
}

func object(thread int64) string { return "channel:" + strconv.FormatInt(thread, 10) }

// Close says that there is nothing more to do; Reopen takes it back.
func (m *Module) Close(ctx context.Context, s access.Scope, thread int64) error {
	return m.setClosed(ctx, s, thread, m.now())
}

// Reopen opens a closed conversation again.
func (m *Module) Reopen(ctx context.Context, s access.Scope, thread int64) error {
	return m.setClosed(ctx, s, thread, time.Time{})
}

func (m *Module) setClosed(ctx context.Context, s access.Scope, thread int64, at time.Time) error {
	if err := s.Require(access.ChannelWrite); err != nil {
		return err
	}
	action := "channel.thread_closed"
	if at.IsZero() {
		action = "channel.thread_reopened"
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		t, err := m.thread(ctx, tx, s, thread)
		if err != nil || t.Closed.IsZero() == at.IsZero() {
			return err // unknown, or so already
		}
		if _, err := tx.Exec(ctx, "UPDATE channel_thread SET closed_at = $2 WHERE id = $1", t.ID, db.Ms(at)); err != nil {
			return err
		}
		return m.deps.Audit.Append(ctx, tx, s.Actor(), t.Organisation, action, object(t.ID), map[string]any{})
	})
}
