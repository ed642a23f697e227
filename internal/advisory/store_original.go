// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"fmt"
	"io"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// byReference gives the advisory that has a reference, or that something which
// had it was merged into; 0 where none has.
func (m *Module) byReference(ctx context.Context, q db.Querier, _ access.Scope, reference string) (id int64, err error) {
	if reference == "" {
		return 0, nil
	}
	err = q.QueryRow(ctx, `SELECT id FROM advisory WHERE reference = $1
		UNION ALL SELECT into_id FROM advisory_merged WHERE reference = $1 AND NOT EXISTS (SELECT 1 FROM advisory WHERE reference = $1)`, reference).Scan(&id)
	if db.NotFound(err) {
		return 0, nil
	}
	return id, err
}

func (m *Module) keepOriginal(ctx context.Context, tx *db.Tx, _ access.Scope, id int64, who Author, in incoming) error {
	if err := m.deps.Files.Keep(ctx, tx, in.stored.Name); err != nil {
		return err
	}
	proof, err := packProof(in.proof)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO advisory_original (advisory_id, at, by_name, name, format, size, sha256, blob, proof) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
		id, db.Ms(m.now()), who.Name, in.name, string(in.doc.Format), in.stored.Size, in.stored.SHA256, in.stored.Name, proof)
	return err
}

// Originals gives what an advisory was made of, the first first.
func (m *Module) Originals(ctx context.Context, s access.Scope, id int64) ([]Original, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	if err := s.Require(access.AdvisoryRead); err != nil {
		return nil, err
	}
	return m.originals(ctx, m.deps.DB, s, id)
}

func (m *Module) originals(ctx context.Context, q db.Querier, _ access.Scope, id int64) ([]Original, error) {
	rows, err := q.Query(ctx, "SELECT id, at, by_name, name, format, size, sha256, blob, proof FROM advisory_original WHERE advisory_id = $1 ORDER BY id", id)
	out, err := db.Collect(rows, err, func(r *sql.Rows) (o Original, err error) {
		var proof string
		if err := r.Scan(&o.ID, db.Time(&o.At), &o.By, &o.Name, &o.Format, &o.Size, &o.SHA256, &o.blob, &proof); err != nil {
			return o, err
		}
		o.Proof, err = unpackProof(proof)
		return o, err
	})
	if err != nil {
		return nil, fmt.Errorf("advisory %d: its originals: %w", id, err)
	}
	return out, nil
}

// OpenOriginal opens one as it came; the caller closes it.
func (m *Module) OpenOriginal(ctx context.Context, s access.Scope, id, original int64) (Original, io.ReadCloser, error) {
	all, err := m.Originals(ctx, s, id)
	if err != nil {
		return Original{}, nil, err
	}
	for _, o := range all {
		if o.ID == original {
			content, err := m.deps.Files.Open(ctx, o.blob)
			return o, content, err
		}
	}
	return Original{}, nil, fault.New(fault.NotFound, "advisory.unknown")
}

// releaseOriginals lets go of the files of an advisory that is deleted.
func (m *Module) releaseOriginals(ctx context.Context, tx *db.Tx, s access.Scope, id int64) error {
	all, err := m.originals(ctx, tx, s, id)
	if err != nil {
		return err
	}
	for _, o := range all {
		if err := m.deps.Files.Release(ctx, tx, o.blob); err != nil {
			return err
		}
	}
	return nil
}
