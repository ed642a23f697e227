// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"martinella/internal/access"
	"martinella/internal/constituency/document"
	"martinella/internal/platform/blob"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// maxSignedFiles bounds how many signed copies a body may hand over.
const maxSignedFiles = 40

// Files keeps signed copies. *blob.Store implements it.
type Files interface {
	Put(ctx context.Context, r io.Reader, limit int64) (blob.Object, error)
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	Keep(ctx context.Context, tx *db.Tx, name string) error
}

// KeepSigned keeps a signed copy (a PDF of at most document.MaxSize bytes) for the scope's
// organisation.
func (m *Module) KeepSigned(ctx context.Context, s access.Scope, by, filename string, r io.Reader) error {
	stored, err := m.StoreSigned(ctx, s, r)
	if err != nil {
		return err
	}
	return m.AddSigned(ctx, s, by, filename, stored)
}

// StoreSigned takes a signed copy in. Nothing refers to it yet: AddSigned follows, or the
// store's cleaning.
func (m *Module) StoreSigned(ctx context.Context, s access.Scope, r io.Reader) (blob.Object, error) {
	if err := s.Require(access.OrganisationEdit); err != nil {
		return blob.Object{}, err
	}
	if err := roomForSigned(ctx, m.db, s); err != nil {
		return blob.Object{}, err
	}
	pdf, err := document.ReadPDF(r, "file")
	if err != nil {
		return blob.Object{}, err
	}
	return m.deps.Files.Put(ctx, pdf.Content(), document.MaxSize)
}

// AddSigned makes a stored file a signed copy of the scope's organisation.
func (m *Module) AddSigned(ctx context.Context, s access.Scope, by, filename string, stored blob.Object) error {
	return m.changing(ctx, s, func(tx *db.Tx, o Organisation) error {
		if err := roomForSigned(ctx, tx, s); err != nil {
			return err
		}
		a, err := m.agreementOf(ctx, tx, o)
		if err != nil {
			return err
		}
		return m.addSigned(ctx, tx, s, o, SignedFile{Version: a.Current.Version, SHA256: stored.SHA256, Size: stored.Size, Filename: fileName(filename), Name: by, blob: stored.Name})
	})
}

func roomForSigned(ctx context.Context, q db.Querier, s access.Scope) error {
	org, err := s.Organisation()
	if err != nil {
		return err
	}
	have, err := signedFiles(ctx, q, org)
	if err == nil && len(have) >= maxSignedFiles {
		return fault.New(fault.Invalid, "constituency.agreement_file").Field("file", "constituency.agreement_files_full", fault.P{"n": maxSignedFiles})
	}
	return err
}

func (m *Module) addSigned(ctx context.Context, tx *db.Tx, s access.Scope, o Organisation, f SignedFile) error {
	if err := m.deps.Files.Keep(ctx, tx, f.blob); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO agreement_file (organisation_id, version, sha256, size, filename, at, actor, name, blob) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
		o.ID, f.Version, f.SHA256, f.Size, f.Filename, db.Ms(m.now()), s.Actor(), f.Name, f.blob)
	if err != nil {
		return fmt.Errorf("keeping a signed copy of organisation %d: %w", o.ID, err)
	}
	return m.deps.Audit.Append(ctx, tx, s.Actor(), o.ID, "agreement.signed", "organisation:"+o.Code, map[string]any{"version": f.Version, "sha256": f.SHA256})
}

// fileName keeps the last part of what a browser called a file, of a bearable length.
func fileName(name string) string {
	name = strings.TrimSpace(path.Base(strings.ReplaceAll(name, `\`, "/")))
	if name == "" || name == "." || name == "/" {
		name = "documento.pdf"
	}
	for utf8.RuneCountInString(name) > 120 {
		_, size := utf8.DecodeRuneInString(name)
		name = name[size:]
	}
	return name
}

// Signed gives a signed copy of the scope's organisation with its content.
func (m *Module) Signed(ctx context.Context, s access.Scope, id int64) (SignedFile, []byte, error) {
	org, err := s.Organisation()
	if err != nil {
		return SignedFile{}, nil, err
	}
	if err := s.Require(access.OrganisationRead); err != nil {
		return SignedFile{}, nil, err
	}
	f, data, err := m.signedCopy(ctx, org, id)
	if err != nil && f.ID != 0 && f.blob == "" { // perhaps it was moved at this very moment
		f, data, err = m.signedCopy(ctx, org, id)
	}
	return f, data, err
}

func (m *Module) signedCopy(ctx context.Context, org, id int64) (SignedFile, []byte, error) {
	f, err := scanFile(m.db.QueryRow(ctx, "SELECT "+fileColumns+" FROM agreement_file WHERE id = $1 AND organisation_id = $2", id, org))
	if db.NotFound(err) {
		return f, nil, fault.New(fault.NotFound, "access.page").Because(err)
	}
	if err != nil {
		return f, nil, fmt.Errorf("reading a signed copy: %w", err)
	}
	if f.blob == "" {
		data, err := document.Read(ctx, m.db, f.SHA256)
		return f, data, err
	}
	r, err := m.deps.Files.Open(ctx, f.blob)
	if err != nil {
		return f, nil, fmt.Errorf("opening a signed copy: %w", err)
	}
	data, err := io.ReadAll(r) // at most document.MaxSize; whole, so that no damaged one is begun
	return f, data, errors.Join(err, r.Close())
}
