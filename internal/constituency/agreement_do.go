// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"martinella/internal/access"
	"martinella/internal/constituency/document"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// maxSignedFiles bounds how many signed copies a body may hand over.
const maxSignedFiles = 40

// CurrentConditions are those a new registration accepts.
func (m *Module) CurrentConditions(ctx context.Context) (Conditions, error) {
	return m.currentConditions(ctx, m.db)
}

func (m *Module) currentConditions(ctx context.Context, q db.Querier) (Conditions, error) {
	all, err := m.allConditions(ctx, q)
	return standing(all, None, nil, m.now()).Current, err
}

// Agreement is how a body stands towards the conditions, with everything it accepted and signed.
type Agreement struct {
	Standing
	Accepted []Acceptance // the newest first
	Files    []SignedFile
}

// Agreement gives how the scope's organisation stands.
func (m *Module) Agreement(ctx context.Context, s access.Scope) (out Agreement, err error) {
	o, err := m.Own(ctx, s)
	if err != nil {
		return out, err
	}
	if out, err = m.agreementOf(ctx, m.db, o); err != nil {
		return out, err
	}
	out.Files, err = signedFiles(ctx, m.db, o.ID)
	return out, err
}

func (m *Module) agreementOf(ctx context.Context, q db.Querier, o Organisation) (out Agreement, err error) {
	all, err := m.allConditions(ctx, q)
	if err != nil {
		return out, err
	}
	if out.Accepted, err = acceptances(ctx, q, o.ID, all); err != nil {
		return out, err
	}
	out.Standing = standing(all, o.Tier, out.Accepted, m.now())
	return out, nil
}

// Accept records that the scope's organisation accepts a version, in the language in which its
// text was shown. Only the version that holds, or the next one, can be accepted.
func (m *Module) Accept(ctx context.Context, s access.Scope, by, version, lang string) error {
	return m.changing(ctx, s, func(tx *db.Tx, o Organisation) error {
		a, err := m.agreementOf(ctx, tx, o)
		if err != nil {
			return err
		}
		c := a.Current
		if a.Next != nil && version == a.Next.Version {
			c = *a.Next
		}
		if version != c.Version {
			return fault.New(fault.Conflict, "constituency.conditions_changed")
		}
		if err := m.accept(ctx, tx, s, o, c, Acceptance{Language: c.Language(lang), Name: by, How: "portal"}); err != nil {
			return err
		}
		return m.rescore(ctx, tx, o.ID)
	})
}

func (m *Module) accept(ctx context.Context, tx *db.Tx, s access.Scope, o Organisation, c Conditions, a Acceptance) error {
	a.Version, a.SHA256, a.At, a.Actor = c.Version, c.Hash(a.Language), m.now(), s.Actor()
	if err := insertAcceptance(ctx, tx, o.ID, a); err != nil {
		return err
	}
	return m.deps.Audit.Append(ctx, tx, s.Actor(), o.ID, "agreement.accepted", "organisation:"+o.Code,
		map[string]any{"version": a.Version, "language": a.Language, "sha256": a.SHA256, "how": a.How})
}

// KeepSigned keeps a signed copy (a PDF of at most document.MaxSize bytes) for the scope's
// organisation.
func (m *Module) KeepSigned(ctx context.Context, s access.Scope, by, filename string, r io.Reader) error {
	if err := s.Require(access.OrganisationEdit); err != nil {
		return err
	}
	pdf, err := document.ReadPDF(r, "file")
	if err != nil {
		return err
	}
	return m.changing(ctx, s, func(tx *db.Tx, o Organisation) error {
		have, err := signedFiles(ctx, tx, o.ID)
		if err != nil {
			return err
		}
		if len(have) >= maxSignedFiles {
			return fault.New(fault.Invalid, "constituency.agreement_file").Field("file", "constituency.agreement_files_full", fault.P{"n": maxSignedFiles})
		}
		a, err := m.agreementOf(ctx, tx, o)
		if err != nil {
			return err
		}
		return m.keepSigned(ctx, tx, s, o, SignedFile{Version: a.Current.Version, SHA256: pdf.SHA256, Size: pdf.Size(), Filename: fileName(filename), Name: by}, pdf)
	})
}

func (m *Module) keepSigned(ctx context.Context, tx *db.Tx, s access.Scope, o Organisation, f SignedFile, pdf document.PDF) error {
	if err := document.Put(ctx, tx, pdf, m.now()); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO agreement_file (organisation_id, version, sha256, size, filename, at, actor, name) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)",
		o.ID, f.Version, f.SHA256, f.Size, f.Filename, db.Ms(m.now()), s.Actor(), f.Name)
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
	f, err := scanFile(m.db.QueryRow(ctx, "SELECT "+fileColumns+" FROM agreement_file WHERE id = $1 AND organisation_id = $2", id, org))
	if db.NotFound(err) {
		return f, nil, fault.New(fault.NotFound, "access.page").Because(err)
	}
	if err != nil {
		return f, nil, fmt.Errorf("reading a signed copy: %w", err)
	}
	data, err := document.Read(ctx, m.db, f.SHA256)
	return f, data, err
}
