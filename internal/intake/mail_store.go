// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"martinella/internal/access"
	"martinella/internal/intake/pull"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/mailcrypt"
)

// forgetJob lets go of mails nothing was made of.
const forgetJob = "intake.forget_mails"

// mailLife is how long those are kept.
const mailLife = 90 * 24 * time.Hour

// maxStored bounds the bytes of all mails nothing was made of: who floods the
// mailbox fills no disk. Beyond it they are noted and not kept.
const maxStored = 2 << 30

// attention is how long the control room speaks of a mail that was left aside.
const attention = 3 * 24 * time.Hour

// WaitingMails counts the mails of the last days that somebody should look at, for
// the control room, and says since when the first of them waits.
func (m *Module) WaitingMails(ctx context.Context, s access.Scope) (n int, oldest time.Time, err error) {
	if err := reads(s); err != nil {
		return 0, oldest, err
	}
	err = m.deps.DB.QueryRow(ctx, `SELECT count(*), min(m.at) FROM intake_mail m JOIN intake_item i ON i.id = m.item_id
		WHERE m.blob <> '' AND m.at > $1 AND i.state = $2`, db.Ms(m.now().Add(-attention)), string(Refused)).Scan(&n, db.Time(&oldest))
	return n, oldest, wrapped(err, "intake: counting mails to look at")
}

// store keeps a mail as it came; it stays if its note is written.
func (m *Module) store(ctx context.Context, l *letter) error {
	var stored int64
	if err := m.deps.DB.QueryRow(ctx, "SELECT COALESCE(sum(size), 0) FROM intake_mail WHERE blob <> ''").Scan(&stored); err != nil {
		return fmt.Errorf("intake: measuring the stored mails: %w", err)
	}
	if stored+l.note.size > maxStored {
		m.deps.Log.Warn("a mail is noted and not kept: too many are", "bytes", stored)
		return nil
	}
	o, err := m.deps.Files.Put(ctx, bytes.NewReader(l.raw), pull.MaxItem)
	if err != nil {
		return fmt.Errorf("intake: storing a mail: %w", err)
	}
	l.note.blob = o.Name
	return nil
}

// writeMail notes what is known of a mail; nil: the item is none, or not yet taken.
func (m *Module) writeMail(ctx context.Context, tx *db.Tx, s access.Scope, item int64, n *mailNote) error {
	if n == nil {
		return nil
	}
	if err := m.releaseMails(ctx, tx, s, "i.id = $1", item); err != nil {
		return err
	}
	if n.blob != "" {
		if err := m.deps.Files.Keep(ctx, tx, n.blob); err != nil {
			return err
		}
	}
	proof, err := json.Marshal(n.proof)
	if err != nil {
		return fmt.Errorf("intake: noting how a mail was signed: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO intake_mail (item_id, at, sender, proof, size, sha256, blob) VALUES ($1,$2,$3,$4,$5,$6,$7)
		ON CONFLICT (item_id) DO UPDATE SET sender = excluded.sender, proof = excluded.proof, size = excluded.size, sha256 = excluded.sha256, blob = excluded.blob`,
		item, db.Ms(m.now()), clip(n.sender, 254), string(proof), n.size, n.sha256, n.blob)
	if err != nil || !n.handed {
		return wrapped(err, "intake: noting mail %d", item)
	}
	_, err = tx.Exec(ctx, "UPDATE intake_source SET seen = seen + 1, ok_at = $2 WHERE id = (SELECT source_id FROM intake_item WHERE id = $1)", item, db.Ms(m.now()))
	return wrapped(err, "intake: counting mail %d", item)
}

// wrapped says what failed; nil for what did not.
func wrapped(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

// releaseMails lets go of the stored mails a condition on intake_item i and
// intake_mail m names.
func (m *Module) releaseMails(ctx context.Context, tx *db.Tx, _ access.Scope, where string, args ...any) error {
	type row struct {
		item int64
		blob string
	}
	rows, err := tx.Query(ctx, "SELECT m.item_id, m.blob FROM intake_mail m JOIN intake_item i ON i.id = m.item_id WHERE m.blob <> '' AND "+where, args...)
	all, err := db.Collect(rows, err, func(r *sql.Rows) (x row, err error) { return x, r.Scan(&x.item, &x.blob) })
	if err != nil {
		return fmt.Errorf("intake: looking for stored mails: %w", err)
	}
	for _, x := range all {
		if err := m.deps.Files.Release(ctx, tx, x.blob); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE intake_mail SET blob = '' WHERE item_id = $1", x.item); err != nil {
			return fmt.Errorf("intake: letting go of a mail: %w", err)
		}
	}
	return nil
}

// forget lets go of old mails.
func (m *Module) forget(ctx context.Context, run jobs.Run) error {
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := m.releaseMails(ctx, tx, system(), "m.at < $1", db.Ms(m.now().Add(-mailLife))); err != nil {
			return err
		}
		return run.Complete(ctx, tx)
	})
}

// StoredMail is a mail of a source, with what is known of it.
type StoredMail struct {
	Item
	Proof  mailcrypt.Proof
	Size   int64
	SHA256 string

	blob string
}

// MailItem gives a mail of a source.
func (m *Module) MailItem(ctx context.Context, s access.Scope, source, item int64) (x StoredMail, err error) {
	if err := reads(s); err != nil {
		return x, err
	}
	return m.storedMail(ctx, m.deps.DB, s, source, item)
}

func (m *Module) storedMail(ctx context.Context, q db.Querier, _ access.Scope, source, item int64) (x StoredMail, err error) {
	var params, proof string
	err = q.QueryRow(ctx, "SELECT "+itemColumns+", m.proof, m.size, m.sha256, m.blob FROM intake_item i JOIN intake_mail m ON m.item_id = i.id WHERE i.source_id = $1 AND i.id = $2", source, item).
		Scan(&x.ID, &x.Title, &x.Link, db.Time(&x.FirstAt), db.Time(&x.At), &x.State, &x.Code, &params, &x.Advisory, &x.Revisions, &x.Sender, &x.Stored, &proof, &x.Size, &x.SHA256, &x.blob)
	if db.NotFound(err) {
		return x, fault.New(fault.NotFound, "intake.mail.unknown")
	}
	if err != nil {
		return x, fmt.Errorf("intake: reading mail %d: %w", item, err)
	}
	x.Params = unpack(params)
	if err := json.Unmarshal([]byte(proof), &x.Proof); err != nil {
		return x, fmt.Errorf("intake: how mail %d was signed: %w", item, err)
	}
	return x, nil
}

// OpenMail opens a stored mail as it came; the caller closes it.
func (m *Module) OpenMail(ctx context.Context, s access.Scope, source, item int64) (StoredMail, io.ReadCloser, error) {
	x, err := m.MailItem(ctx, s, source, item)
	if err != nil {
		return x, nil, err
	}
	if x.blob == "" {
		return x, nil, fault.New(fault.NotFound, codeAcceptGone)
	}
	content, err := m.deps.Files.Open(ctx, x.blob)
	return x, content, err
}

// mailSource finds the source mails are handed to: by name, or the only one.
func (m *Module) mailSource(ctx context.Context, q db.Querier, _ access.Scope, name string) (Source, error) {
	rows, err := q.Query(ctx, "SELECT "+sourceColumns+" FROM intake_source WHERE kind = $1 AND ($2 = '' OR name = $2) ORDER BY id", string(Mailbox), name)
	all, err := db.Collect(rows, err, func(r *sql.Rows) (Source, error) { return scanSource(r) })
	switch {
	case err != nil:
		return Source{}, fmt.Errorf("intake: looking for the source of mails: %w", err)
	case len(all) == 0:
		return Source{}, m.noMailSource(ctx, q, name)
	case len(all) > 1:
		return Source{}, fault.New(fault.NotFound, codeWhich, fault.P{"n": len(all)})
	}
	return all[0], nil
}

// noMailSource is the fault of a name that no source of mails has. Where there is
// none at all, the instance is not ready, or another one was meant: that passes.
func (m *Module) noMailSource(ctx context.Context, q db.Querier, name string) error {
	var others int
	if err := q.QueryRow(ctx, "SELECT count(*) FROM intake_source WHERE kind = $1", string(Mailbox)).Scan(&others); err != nil {
		return fmt.Errorf("intake: looking for sources of mails: %w", err)
	}
	kind := fault.NotFound
	if others == 0 {
		kind = fault.Unavailable
	}
	return fault.New(kind, codeNoSource, fault.P{"name": name})
}
