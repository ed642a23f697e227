// SPDX-License-Identifier: EUPL-1.2

package publication

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/db"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/pdf"
)

const pdfKind = "application/pdf"

// profilePDFIn is where the profile is as a PDF, in one language; its signature has ".asc" after it.
func profilePDFIn(lang string) string { return profilePath + "/" + lang + ".pdf" }

// SignedFile is a file with its detached signature; "" there was no key.
type SignedFile struct {
	Body      []byte
	Signature string
	Made      time.Time

	of string
}

// ProfilePDF gives the profile as PDF/A in a language, as it was made and signed;
// one that says something else than is true now is made anew.
func (m *Module) ProfilePDF(ctx context.Context, s access.Scope, lang string) (SignedFile, error) {
	l := m.deps.Bundle.Localizer(lang, m.deps.Zone)
	p, err := m.Profile(ctx, s)
	if err != nil {
		return SignedFile{}, err
	}
	name, of := "rfc2350."+lang+".pdf", m.madeOf(pdfKind+"\n"+m.plain(p, l))
	kept, err := m.keptFile(ctx, s, name)
	if err != nil || kept.of == of {
		return kept, err
	}
	f := SignedFile{Made: m.now().UTC().Truncate(time.Second), of: of}
	if f.Body, err = pdf.Write(m.profileDocument(p, l, f.Made)); err != nil {
		return f, err
	}
	if m.signs() != "" {
		if f.Signature, err = m.deps.PGP.Detached(f.Body, f.Made); err != nil {
			return f, err
		}
	}
	return f, m.keepFile(ctx, s, name, f)
}

// profileDocument writes the profile down for paper.
func (m *Module) profileDocument(p Profile, l *i18n.Localizer, at time.Time) pdf.Document {
	title := l.T("publication.rfc2350.title", "csirt", p.Name)
	d := pdf.Document{Title: title, Author: p.Name, Lang: l.Lang(), Made: at, Blocks: []pdf.Block{{Level: 1, Text: title}}}
	d.Foot = func(page, pages int) string {
		return l.T("publication.rfc2350.foot", "title", title, "page", page, "pages", pages)
	}
	for _, x := range m.Sections(p, l) {
		number := x.Number
		if x.depth() == 1 {
			number += "."
		}
		d.Blocks = append(d.Blocks, pdf.Block{Level: x.depth() + 1, Text: number + " " + x.Title})
		for _, line := range x.Lines {
			if strings.HasPrefix(line.Href, "/") {
				line.Href = m.deps.BaseURL + line.Href
			}
			d.Blocks = append(d.Blocks, pdf.Block{Text: line.Text, Lang: x.Lang, Href: line.Href})
		}
	}
	return d
}

// profileFile answers with the file an address names: "it.txt", "it.pdf", "it.pdf.asc".
func (m *Module) profileFile(r *gate.Request) error {
	lang, ending, _ := strings.Cut(r.Param("file"), ".")
	if !i18n.Known(lang) || ending != "txt" && ending != "pdf" && ending != "pdf.asc" {
		return unknownFile()
	}
	r.W.Header().Set("Content-Language", lang)
	if ending == "txt" {
		return m.profileTextOf(r, lang)
	}
	f, err := m.ProfilePDF(r.Context(), r.Scope, lang)
	switch {
	case err != nil:
		return err
	case ending == "pdf":
		return give(r, file{kind: pdfKind, body: f.Body, changed: f.Made})
	case f.Signature == "":
		return unknownFile()
	}
	return give(r, file{kind: signKind, body: []byte(f.Signature), changed: f.Made})
}

// MakeReady makes what of the profile is signed, so that who asks for it need not wait.
func (m *Module) MakeReady(ctx context.Context, s access.Scope) error {
	var errs []error
	for _, lang := range i18n.Languages() {
		_, text := m.ProfileText(ctx, s, m.deps.Bundle.Localizer(lang, m.deps.Zone))
		_, paper := m.ProfilePDF(ctx, s, lang)
		errs = append(errs, text, paper)
	}
	return errors.Join(errs...)
}

func (m *Module) keptFile(ctx context.Context, _ access.Scope, name string) (f SignedFile, err error) {
	err = m.deps.DB.QueryRow(ctx, "SELECT made_of, made_at, body, signature FROM publication_file WHERE name = $1", name).Scan(&f.of, db.Time(&f.Made), &f.Body, &f.Signature)
	if db.NotFound(err) {
		return SignedFile{}, nil
	}
	return f, err
}

func (m *Module) keepFile(ctx context.Context, _ access.Scope, name string, f SignedFile) error {
	return m.deps.DB.Within(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO publication_file (name, made_of, made_at, body, signature) VALUES ($1,$2,$3,$4,$5)
			ON CONFLICT (name) DO UPDATE SET made_of = EXCLUDED.made_of, made_at = EXCLUDED.made_at, body = EXCLUDED.body, signature = EXCLUDED.signature`,
			name, f.of, db.Ms(f.Made), f.Body, f.Signature)
		if err != nil {
			return fmt.Errorf("keeping %s: %w", name, err)
		}
		return nil
	})
}
