// SPDX-License-Identifier: EUPL-1.2

package channel

import (
	"context"
	"fmt"
	"slices"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
)

func (m *Module) insertThread(ctx context.Context, tx *db.Tx, s access.Scope, a Author, d Draft) (Thread, error) {
	org, err := s.Organisation()
	if err != nil {
		return Thread{}, err
	}
	now := m.now()
	t := Thread{Organisation: org, Subject: d.Subject, TLP: d.TLP, Named: len(d.Named) > 0, Started: now, StartedBy: a.Name, StartedSide: a.Side, Life: d.Life}
	subject, err := m.seal(d.Subject, "subject", org)
	if err != nil {
		return Thread{}, err
	}
	err = tx.QueryRow(ctx, `INSERT INTO channel_thread (organisation_id, subject, tlp, named, started_at, started_by, started_name, started_side,
		last_at, last_name, last_side, life_days, expires_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$5,$7,$8,$9,$5) RETURNING id`,
		org, subject, string(t.TLP), t.Named, db.Ms(now), a.ID, a.Name, string(a.Side), t.Life).Scan(&t.ID)
	if err != nil {
		return Thread{}, fmt.Errorf("channel: beginning a thread: %w", err)
	}
	return t, nil
}

// nameParticipants notes who alone may read a thread for named people.
func (m *Module) nameParticipants(ctx context.Context, tx *db.Tx, t Thread, a Author, named []int64, own, other []Person) error {
	if !t.Named {
		return nil
	}
	insert := func(p Person, side Side) error {
		_, err := tx.Exec(ctx, `INSERT INTO channel_participant (thread_id, person_id, name, side) VALUES ($1,$2,$3,$4)
			ON CONFLICT (thread_id, person_id) DO NOTHING`, t.ID, p.ID, p.Name, string(side))
		return err
	}
	if err := insert(a.Person, a.Side); err != nil {
		return err
	}
	for _, side := range []struct {
		people []Person
		side   Side
	}{{own, a.Side}, {other, a.Side.Other()}} {
		for _, p := range side.people {
			if !slices.Contains(named, p.ID) {
				continue
			}
			if err := insert(p, side.side); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *Module) insertMessage(ctx context.Context, tx *db.Tx, s access.Scope, a Author, t Thread, text string, at time.Time) (id int64, err error) {
	body, err := m.seal(text, "body", t.Organisation)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `INSERT INTO channel_message (thread_id, organisation_id, at, person_id, name, side, body)
		VALUES ($1,$2,$3,$4,$5,$6,$7) RETURNING id`, t.ID, t.Organisation, db.Ms(at), s.Person(), a.Name, string(a.Side), body).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("channel: writing a message: %w", err)
	}
	return id, nil
}

func (m *Module) insertFile(ctx context.Context, tx *db.Tx, _ access.Scope, t Thread, message int64, f File) error {
	name, err := m.seal(f.Name, "file", t.Organisation)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO channel_file (message_id, thread_id, organisation_id, name, size, sha256, blob, scan, finding)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)`, message, t.ID, t.Organisation, name, f.Size, f.SHA256, f.blob, string(f.Scan), f.Finding)
	if err != nil {
		return fmt.Errorf("channel: adding a file: %w", err)
	}
	return m.deps.Files.Keep(ctx, tx, f.blob)
}

// touch moves the thread's end, and its life, to the new message.
func (m *Module) touch(ctx context.Context, tx *db.Tx, _ access.Scope, a Author, t Thread, message int64, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE channel_thread SET last_at = $2, last_name = $3, last_side = $4, last_message = $5,
		messages = messages + 1, expires_at = $6, closed_at = NULL WHERE id = $1`,
		t.ID, db.Ms(at), a.Name, string(a.Side), message, db.Ms(at.AddDate(0, 0, t.Life)))
	return err
}

// markRead notes that somebody read everything up to a message.
func (m *Module) markRead(ctx context.Context, q db.Querier, s access.Scope, a Author, thread, message int64, at time.Time) error {
	_, err := q.Exec(ctx, `INSERT INTO channel_read (thread_id, person_id, message_id, name, side, at) VALUES ($1,$2,$3,$4,$5,$6)
		ON CONFLICT (thread_id, person_id, message_id) DO NOTHING`, thread, s.Person(), message, a.Name, string(a.Side), db.Ms(at))
	if err != nil {
		return fmt.Errorf("channel: noting who read: %w", err)
	}
	return nil
}
