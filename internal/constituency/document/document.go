// SPDX-License-Identifier: EUPL-1.2

// Package document reads signed PDF files on their way in, and those that were kept in the
// database, by the SHA-256 of their content, before files went to platform/blob.
package document

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// MaxSize bounds a file, in bytes.
const MaxSize = 10 << 20

// PDF is a file that was read and looks like a whole PDF.
type PDF struct {
	SHA256 string // hexadecimal
	data   []byte
}

// Size is the file's length in bytes.
func (p PDF) Size() int64 { return int64(len(p.data)) }

// Content gives the file's bytes to whoever keeps them.
func (p PDF) Content() io.Reader { return bytes.NewReader(p.data) }

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

// Forget removes a file from the database.
func Forget(ctx context.Context, tx *db.Tx, hash string) error {
	for _, table := range []string{"document_chunk", "document"} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE sha256 = $1", hash); err != nil {
			return fmt.Errorf("removing a file: %w", err)
		}
	}
	return nil
}

// Read gives the content of a file in the database, and an error when it is not what its hash says.
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
