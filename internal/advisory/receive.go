// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"martinella/internal/access"
	"martinella/internal/advisory/audience"
	"martinella/internal/advisory/parse"
	"martinella/internal/platform/blob"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/mailcrypt"
	"martinella/internal/platform/pdftext"
	"martinella/internal/platform/tlp"
)

// Original is something an advisory was made of.
type Original struct {
	ID     int64
	At     time.Time
	By     string
	Name   string
	Format string
	Size   int64
	SHA256 string
	Proof  *mailcrypt.Proof // of a mail: who sent it, how it was signed; nil: it is none, or one brought by hand without any of it
	blob   string
}

// incoming is an alert from outside, stored and read, before anything is made of it.
type incoming struct {
	doc    parse.Document
	entry  Entry
	name   string
	before int64 // the advisory that its earlier revision became; 0: none
	proof  *mailcrypt.Proof
	stored blob.Object
}

// Receive makes a draft of an alert from outside and keeps it as it came. One
// whose reference is here already is known: where it says something new of an
// advisory that was sent, it becomes the draft of its next revision; else it is
// kept beside the advisory that has it, which does not change. Faults: those of
// package parse; advisory.entry.
func (m *Module) Receive(ctx context.Context, s access.Scope, who Author, name string, data []byte) (a Advisory, known bool, err error) {
	in, err := m.takeIn(ctx, s, name, data)
	if err != nil {
		return a, false, err
	}
	return m.draftOf(ctx, s, who, in, nil)
}

// takeIn reads an alert and stores it; outside of any transaction.
func (m *Module) takeIn(ctx context.Context, s access.Scope, name string, data []byte) (in incoming, err error) {
	return m.takeFrom(ctx, s, Incoming{Name: name, Data: data})
}

// takeFrom is takeIn of what came from a source by itself.
func (m *Module) takeFrom(ctx context.Context, s access.Scope, x Incoming) (in incoming, err error) {
	if err := m.mayWrite(s); err != nil {
		return in, err
	}
	if x, err = m.opened(ctx, s, x); err != nil {
		return in, err
	}
	in.name, in.before, in.proof = clip(x.Name), x.Before, x.Proof
	if in.doc, err = m.readAlert(ctx, x.Name, x.reading()); err != nil {
		return in, err
	}
	in.doc = x.hinted(in.doc)
	if in.entry, err = m.entryOf(ctx, s, in.doc); err != nil {
		return in, err
	}
	if in.entry = in.entry.tidy(); in.entry.check() != nil {
		return in, in.entry.check()
	}
	in.stored, err = m.deps.Files.Put(ctx, bytes.NewReader(x.Data), parse.Limit)
	return in, err
}

// readAlert reads a PDF as the text in it, all else as it is; of a mail also the
// alerts it carries as files.
func (m *Module) readAlert(ctx context.Context, name string, data []byte) (parse.Document, error) {
	if !pdftext.IsPDF(data) {
		d, err := parse.Parse(name, data)
		if err != nil {
			return d, err
		}
		return parse.WithEnclosed(d, func(pdf []byte) ([]byte, error) {
			text, err := m.deps.PDF.Text(ctx, pdf)
			return []byte(text), err
		}), nil
	}
	text, err := m.deps.PDF.Text(ctx, data)
	if err != nil {
		return parse.Document{}, err
	}
	return parse.Parse("text/plain", []byte(text))
}

func (m *Module) draftOf(ctx context.Context, s access.Scope, who Author, in incoming, then func(ctx context.Context, tx *db.Tx, id int64, known bool) error) (a Advisory, known bool, err error) {
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		id, err := m.heardOf(ctx, tx, s, in)
		if known = id != 0; err == nil && known {
			id, err = m.heardAgain(ctx, tx, s, who, id, in)
		} else if err == nil {
			id, err = m.insert(ctx, tx, s, in.entry, who, 0)
		}
		if err != nil {
			return err
		}
		if err := m.keepOriginal(ctx, tx, s, id, who, in); err != nil {
			return err
		}
		if a, err = m.get(ctx, tx, s, id, ""); err != nil {
			return err
		}
		if err := m.audit(ctx, tx, s, a, "advisory.received"); err != nil || then == nil {
			return err
		}
		return then(ctx, tx, a.stays(), known)
	})
	return a, known, err
}

// stays is the id by which an advisory is found also when its draft was sent.
func (a Advisory) stays() int64 {
	if a.Revises != 0 {
		return a.Revises
	}
	return a.ID
}

// heardOf gives the advisory that has the reference of an alert, or was made of
// its earlier revision; 0 for none.
func (m *Module) heardOf(ctx context.Context, tx *db.Tx, s access.Scope, in incoming) (int64, error) {
	id, err := m.byReference(ctx, tx, s, in.entry.Reference)
	if err != nil || id != 0 || in.before == 0 {
		return id, err
	}
	a, err := m.get(ctx, tx, s, in.before, "")
	if fault.KindOf(err) == fault.NotFound { // deleted meanwhile, or merged
		return m.mergedInto(ctx, tx, s, in.before)
	}
	return a.ID, err
}

// heardAgain gives where an alert belongs whose reference an advisory has: that
// advisory, or the draft of its next revision, which is begun if it says something new.
func (m *Module) heardAgain(ctx context.Context, tx *db.Tx, s access.Scope, who Author, id int64, in incoming) (int64, error) {
	all, err := m.originals(ctx, tx, s, id)
	if err != nil || slices.ContainsFunc(all, func(o Original) bool { return o.SHA256 == in.stored.SHA256 }) {
		return id, err
	}
	old, err := m.get(ctx, tx, s, id, db.ForUpdate(tx))
	if err != nil || old.State != Sent {
		return id, err
	}
	e := in.entry
	e.Audience, e.AckWithin = old.Audience, old.AckWithin // whom it was sent to was somebody's decision
	draft, err := m.revision(ctx, tx, s, who, old, e)
	return draft.ID, err
}

// entryOf writes the draft: what was read, in the order people read it.
func (m *Module) entryOf(ctx context.Context, s access.Scope, d parse.Document) (Entry, error) {
	e := Entry{Kind: Alert, Severity: Medium, TLP: tlp.Amber, AckWithin: 24 * time.Hour, PAP: PAP(d.PAP)}
	if d.Kind == parse.KindBulletin {
		e.Kind, e.AckWithin = Bulletin, 0
	}
	if d.Reference != nil {
		e.Reference = d.Reference.Value
	}
	var err error
	if e.Severity, err = m.severity(ctx, s, d); err != nil {
		return e, err
	}
	if d.TLP.Known() {
		e.TLP = d.TLP
	}
	lang := d.Language
	if lang != i18n.English && lang != i18n.Norwegian {
		lang = i18n.Italian
	}
	e.Content = Content{Main: lang, Texts: map[string]Text{lang: {Title: draftTitle(d), Body: m.draftBody(m.deps.Bundle.Localizer(lang, nil), d)}}}
	e.CVEs = d.CVEs[:min(len(d.CVEs), maxCVEs)]
	for _, link := range d.References[:min(len(d.References), maxLinks)] {
		e.Links = append(e.Links, link.URL)
	}
	e.findingsOf(d)
	e.Audience, err = m.suggest(ctx, s, e.TLP, d)
	return e, err
}

// severity is what an alert says of itself, else what is known of its CVEs, else medium.
func (m *Module) severity(ctx context.Context, s access.Scope, d parse.Document) (Severity, error) {
	if d.Severity.Level != "" && d.Severity.Level != parse.LevelNone {
		return Severity(d.Severity.Level), nil
	}
	worst, exploited, err := m.deps.Technology.Gravity(ctx, s, d.CVEs[:min(len(d.CVEs), suggested)])
	switch {
	case err != nil:
		return Medium, fmt.Errorf("advisory: how grave its CVEs are: %w", err)
	case worst >= 9:
		return Critical, nil
	case worst >= 7 || exploited:
		return High, nil
	case worst > 0 && worst < 4:
		return Low, nil
	}
	return Medium, nil
}

func draftTitle(d parse.Document) string {
	title := strings.Join(strings.Fields(d.Title), " ")
	if title == "" {
		title = "—"
	}
	if r := []rune(title); len(r) > maxTitle {
		return string(r[:maxTitle-1]) + "…"
	}
	return title
}

// draftBody writes the sections that have no field of their own, and at the end
// what was not understood: the analyst decides what becomes of it.
func (m *Module) draftBody(l *i18n.Localizer, d parse.Document) string {
	var parts []string
	if d.Summary != "" && len(d.Sections) == 0 {
		parts = append(parts, asMarkdown(d.Summary))
	}
	for _, s := range d.Sections {
		switch {
		case s.Kind == parse.SectionCVEs || s.Kind == parse.SectionReferences || s.Kind == parse.SectionIndicators:
			continue // they have fields of their own
		case s.Title != "":
			parts = append(parts, "## "+s.Title)
		}
		parts = append(parts, asMarkdown(s.Text))
	}
	if n := len(d.Indicators) - MaxIndicators; n > 0 {
		parts = append(parts, l.T("advisory.draft.more_indicators", "n", n))
	}
	if len(d.Unparsed) > 0 {
		parts = append(parts, "## "+l.T("advisory.draft.unparsed"), strings.Join(d.Unparsed, "\n\n"))
	}
	body := joined(parts...)
	if utf8.RuneCountInString(body) > maxBody {
		return string([]rune(body)[:maxBody-1]) + "…"
	}
	return body
}

// Defang writes an address so that no program makes a link of it.
func Defang(value string) string {
	return strings.NewReplacer("http", "hxxp", "://", "[://]", ".", "[.]", "@", "[at]").Replace(value)
}

// suggested bounds what an audience is suggested of.
const suggested = 20

// suggest names those whom it touches: by its CVEs that are open at somebody,
// else by its products that somebody declared; nobody where neither is known.
func (m *Module) suggest(ctx context.Context, s access.Scope, label tlp.Label, d parse.Document) (string, error) {
	if label == tlp.Red {
		return "", nil // for people the analyst names
	}
	var products []string
	for _, p := range d.Products {
		if p.Product != "" {
			products = append(products, strings.TrimSpace(p.Vendor+" "+p.Product))
		}
	}
	for _, questions := range [][]string{d.CVEs, products} {
		touching, err := m.touching(ctx, s, distinct(questions, strings.ToLower))
		if err != nil || len(touching.Parts) == 1 {
			return append(touching.Parts, audience.Expr{})[0].String(), err
		}
		if len(touching.Parts) > 1 {
			return touching.String(), nil
		}
	}
	return "", nil
}

func (m *Module) touching(ctx context.Context, s access.Scope, questions []string) (audience.Expr, error) {
	out := audience.Expr{Op: audience.Or}
	for _, q := range questions[:min(len(questions), suggested)] {
		found, err := m.deps.Technology.Running(ctx, s, q)
		if err != nil {
			return out, err
		}
		if len(found) > 0 {
			out.Parts = append(out.Parts, audience.Expr{Key: audience.Uses, Value: q})
		}
	}
	return out, nil
}
