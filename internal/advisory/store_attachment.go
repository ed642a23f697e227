// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/filein"
)

// attachments gives all of an advisory, the first first.
func (m *Module) attachments(ctx context.Context, q db.Querier, _ access.Scope, id int64) ([]Attachment, error) {
	rows, err := q.Query(ctx, "SELECT id, at, by_name, name, size, sha256, blob, scan, public, since, COALESCE(until, 0) FROM advisory_attachment WHERE advisory_id = $1 ORDER BY id", id)
	out, err := db.Collect(rows, err, func(r *sql.Rows) (f Attachment, err error) {
		return f, r.Scan(&f.ID, db.Time(&f.At), &f.By, &f.Name, &f.Size, &f.SHA256, &f.blob, (*string)(&f.Scan), &f.Public, &f.Since, &f.Until)
	})
	if err != nil {
		return nil, fmt.Errorf("advisory %d: its files: %w", id, err)
	}
	return out, nil
}

// withFiles adds to an advisory the files it has now.
func (m *Module) withFiles(ctx context.Context, q db.Querier, s access.Scope, a Advisory) (Advisory, error) {
	all, err := m.attachments(ctx, q, s, a.ID)
	a.Files = holding(all)
	return a, err
}

// withPublicFiles adds those everybody may have; none of what was withdrawn.
func (m *Module) withPublicFiles(ctx context.Context, s access.Scope, a Advisory) (Advisory, error) {
	if a.State != Sent {
		return a, nil
	}
	a, err := m.withFiles(ctx, m.deps.DB, s, a)
	a.Files = slices.DeleteFunc(a.Files, func(f Attachment) bool { return !f.Public })
	return a, err
}

func (m *Module) insertAttachment(ctx context.Context, tx *db.Tx, _ access.Scope, advisory int64, f Attachment) (id int64, err error) {
	err = tx.QueryRow(ctx, `INSERT INTO advisory_attachment (advisory_id, at, by_name, name, size, sha256, blob, scan, public, since)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10) RETURNING id`, advisory, db.Ms(f.At), f.By, f.Name, f.Size, f.SHA256, f.blob, string(f.Scan), f.Public, f.Since).Scan(&id)
	return id, err
}

// copyFiles gives the draft of a revision the files that hold.
func (m *Module) copyFiles(ctx context.Context, tx *db.Tx, _ access.Scope, from, to int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO advisory_attachment (advisory_id, at, by_name, name, size, sha256, blob, scan, public, since)
		SELECT CAST($2 AS BIGINT), at, by_name, name, size, sha256, blob, scan, public, since FROM advisory_attachment WHERE advisory_id = $1 AND until IS NULL ORDER BY id`, from, to)
	return err
}

// replaceFiles puts a draft's files in the place of those of the advisory it
// revises: what it left out stays as what earlier revisions had.
func (m *Module) replaceFiles(ctx context.Context, tx *db.Tx, s access.Scope, draft, old Advisory) error {
	now, err := m.attachments(ctx, tx, s, draft.ID)
	if err != nil {
		return err
	}
	had, err := m.attachments(ctx, tx, s, old.ID)
	if err != nil {
		return err
	}
	had = holding(had)
	for _, f := range had {
		i := slices.IndexFunc(now, func(n Attachment) bool { return n.blob == f.blob })
		query, value := "UPDATE advisory_attachment SET until = $2 WHERE id = $1", any(old.Revision)
		if i >= 0 {
			query, value = "UPDATE advisory_attachment SET public = $2 WHERE id = $1", now[i].Public
		}
		if _, err := tx.Exec(ctx, query, f.ID, value); err != nil {
			return err
		}
	}
	for _, f := range now {
		if slices.ContainsFunc(had, func(h Attachment) bool { return h.blob == f.blob }) {
			continue // its row goes with the draft
		}
		if _, err := tx.Exec(ctx, "UPDATE advisory_attachment SET advisory_id = $2, since = $3 WHERE id = $1", f.ID, old.ID, old.Revision+1); err != nil {
			return err
		}
	}
	return nil
}

// moveFiles gives a draft's files to another draft, but those it has too.
func (m *Module) moveFiles(ctx context.Context, tx *db.Tx, s access.Scope, from, to int64) error {
	moved, err := m.attachments(ctx, tx, s, from)
	if err != nil || len(moved) == 0 {
		return err
	}
	have, err := m.attachments(ctx, tx, s, to)
	if err != nil {
		return err
	}
	for _, f := range moved {
		if slices.ContainsFunc(have, func(h Attachment) bool { return h.SHA256 == f.SHA256 }) {
			continue // it goes with the draft
		}
		if err := room(have, filein.File{Size: f.Size, SHA256: f.SHA256}); err != nil {
			return fault.New(fault.Invalid, "advisory.merge").Field("into", "advisory.attachments_many", fault.P{"limit": maxAttachments, "size": maxAttached >> 20})
		}
		if _, err := tx.Exec(ctx, "UPDATE advisory_attachment SET advisory_id = $2 WHERE id = $1", f.ID, to); err != nil {
			return err
		}
		have = append(have, f)
	}
	return nil
}

// dropFiles lets go of the files of a draft that is deleted.
func (m *Module) dropFiles(ctx context.Context, tx *db.Tx, s access.Scope, id int64) error {
	all, err := m.attachments(ctx, tx, s, id)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM advisory_attachment WHERE advisory_id = $1", id); err != nil {
		return err
	}
	for _, f := range all {
		if err := m.releaseUnused(ctx, tx, s, f.blob); err != nil {
			return err
		}
	}
	return nil
}

// releaseUnused lets go of an object that no row names any more.
func (m *Module) releaseUnused(ctx context.Context, tx *db.Tx, _ access.Scope, name string) error {
	var n int
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM advisory_attachment WHERE blob = $1", name).Scan(&n); err != nil || n > 0 {
		return err
	}
	return m.deps.Files.Release(ctx, tx, name)
}
