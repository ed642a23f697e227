// SPDX-License-Identifier: EUPL-1.2

// Package document keeps signed PDF files in the database, once each, by the SHA-256 of their
// content. What is kept under a hash never changes.
package document

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// MaxSize bounds a file, in bytes.
const MaxSize = 10 << 20

// chunkSize is how much of a file one row holds.
const chunkSize = 256 << 10

// PDF is a file that was read and looks like a whole PDF.
type PDF struct {
	SHA256 string // hexadecimal
	data   []byte
}

// Size is the file's length in bytes.
func (p PDF) Size() int64 { return int64(len(p.data)) }

// ReadPDF reads a file of at most MaxSize bytes. A larger one is a TooLarge fault; one that does
// not begin and end as a PDF does (ISO 32000-2, 7.5.2 and 7.5.5) is Invalid on the field.
func ReadPDF(r io.Reader, field string) (PDF, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return PDF{}, fmt.Errorf("reading a file: %w", err)
	}
	if len(data) > MaxSize {
		return PDF{}, fault.New(fault.TooLarge, "web.body_too_large", fault.P{"limit": "10 MB"})
	}
	tail := data[max(0, len(data)-1024):]
	if !bytes.HasPrefix(data, []byte("%PDF-")) || !bytes.Contains(tail, []byte("%%EOF")) {
		return PDF{}, fault.New(fault.Invalid, "constituency.agreement_file").Field(field, "constituency.not_a_pdf")
	}
	sum := sha256.Sum256(data)
	return PDF{SHA256: hex.EncodeToString(sum[:]), data: data}, nil
}

// Put keeps a file; one that is kept already stays as it is.
func Put(ctx context.Context, tx *db.Tx, p PDF, now time.Time) error {
	result, err := tx.Exec(ctx, "INSERT INTO document (sha256, size, created_at) VALUES ($1,$2,$3) ON CONFLICT (sha256) DO NOTHING", p.SHA256, p.Size(), db.Ms(now))
	if err != nil {
		return fmt.Errorf("keeping a file: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return err
	}
	for seq := 0; seq*chunkSize < len(p.data); seq++ {
		part := p.data[seq*chunkSize : min((seq+1)*chunkSize, len(p.data))]
		if _, err := tx.Exec(ctx, "INSERT INTO document_chunk (sha256, seq, data) VALUES ($1,$2,$3)", p.SHA256, seq, part); err != nil {
			return fmt.Errorf("keeping a file: %w", err)
		}
	}
	return nil
}

// Read gives a file's content, and an error when it is not what its hash says.
func Read(ctx context.Context, q db.Querier, hash string) (_ []byte, err error) {
	rows, err := q.Query(ctx, "SELECT data FROM document_chunk WHERE sha256 = $1 ORDER BY seq", hash)
	if err != nil {
		return nil, fmt.Errorf("reading a file: %w", err)
	}
	defer rows.Close()
	var out []byte
	for rows.Next() {
		var part []byte
		if err := rows.Scan(&part); err != nil {
			return nil, fmt.Errorf("reading a file: %w", err)
		}
		out = append(out, part...)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading a file: %w", err)
	}
	if sum := sha256.Sum256(out); hex.EncodeToString(sum[:]) != hash {
		return nil, fmt.Errorf("file %s is damaged: %d bytes with another hash", hash, len(out))
	}
	return out, nil
}
