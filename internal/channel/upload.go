// SPDX-License-Identifier: EUPL-1.2

package channel

import (
	"context"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// uploadLife is how long a file waits for its message: less than the store
// keeps what belongs to nothing. maxWaiting bounds how many may wait.
const (
	uploadLife = 12 * time.Hour
	maxWaiting = 20
)

// Store takes in a file that comes before its message. Nothing refers to it yet:
// AddUpload follows, or the store's cleaning.
func (m *Module) Store(ctx context.Context, s access.Scope, u Upload, sample bool) (File, error) {
	if err := m.mayUpload(ctx, m.deps.DB, s); err != nil {
		return File{}, err
	}
	return m.store(ctx, u, sample)
}

// AddUpload lets a stored file wait for a message that its sender writes to the
// scope's organisation. It gives the file with its number, and until when it waits.
func (m *Module) AddUpload(ctx context.Context, s access.Scope, f File) (File, time.Time, error) {
	now := m.now()
	err := m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := m.mayUpload(ctx, tx, s); err != nil {
			return err
		}
		org, err := s.Organisation()
		if err != nil {
			return err
		}
		name, err := m.seal(f.Name, "file", org)
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `INSERT INTO channel_upload (organisation_id, person_id, name, size, sha256, blob, scan, finding, created_at)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) RETURNING id`, org, s.Person(), name, f.Size, f.SHA256, f.blob, string(f.Scan), f.Finding, db.Ms(now)).Scan(&f.ID)
	})
	return f, now.Add(uploadLife), err
}

// mayUpload refuses who may not write, or has too many files waiting.
func (m *Module) mayUpload(ctx context.Context, q db.Querier, s access.Scope) error {
	if err := s.Require(access.ChannelWrite); err != nil {
		return err
	}
	org, err := s.Organisation()
	if err != nil {
		return err
	}
	var n int
	err = q.QueryRow(ctx, "SELECT COUNT(*) FROM channel_upload WHERE organisation_id = $1 AND person_id = $2 AND created_at > $3",
		org, s.Person(), db.Ms(m.now().Add(-uploadLife))).Scan(&n)
	if err == nil && n >= maxWaiting {
		return fault.New(fault.Conflict, "channel.uploads_many", fault.P{"limit": maxWaiting})
	}
	return err
}

// takeUploads makes files that waited part of a message: each once, and only
// those its author sent to the same organisation.
func (m *Module) takeUploads(ctx context.Context, tx *db.Tx, s access.Scope, ids []int64) (out []File, err error) {
	org, err := s.Organisation()
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		row := tx.QueryRow(ctx, `DELETE FROM channel_upload WHERE id = $1 AND organisation_id = $2 AND person_id = $3 AND created_at > $4
			RETURNING 0, id, name, size, sha256, blob, scan, finding`, id, org, s.Person(), db.Ms(m.now().Add(-uploadLife)))
		_, f, err := m.scanFile(row, org)
		if db.NotFound(err) {
			return nil, fault.New(fault.Invalid, "channel.form").Field("files", "channel.upload_gone", fault.P{"id": id}).Because(err)
		}
		if err != nil {
			return nil, fmt.Errorf("channel: taking an upload: %w", err)
		}
		out = append(out, f)
	}
	return out, nil
}

// forgetUploads removes those whose message never came; the store removes their files.
func (m *Module) forgetUploads(ctx context.Context, s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	if _, err := m.deps.DB.Exec(ctx, "DELETE FROM channel_upload WHERE created_at <= $1", db.Ms(m.now().Add(-uploadLife))); err != nil {
		return fmt.Errorf("channel: forgetting uploads: %w", err)
	}
	return nil
}
