// SPDX-License-Identifier: EUPL-1.2

package publication

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/publication/csaf"
)

// Publish writes down what everybody may see of an advisory, as it is now. What
// is published already, with a signature of the present key, is left as it is;
// an alert that is no longer for everybody leaves what was published untouched:
// it cannot be called back.
func (m *Module) Publish(ctx context.Context, s access.Scope, id int64) error {
	a, err := m.deps.Alerts.Public(ctx, s, id)
	if fault.Of(err).Kind == fault.NotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("publishing advisory %d: %w", id, err)
	}
	before, old, ok, err := m.kept(ctx, m.deps.DB, s, id)
	if err != nil || ok && before.Version >= a.Version && old.madeFor == m.madeFor(old) {
		return err
	}
	p := m.published(a, before)
	own, err := m.Profile(ctx, s)
	if err != nil {
		return err
	}
	title, doc, err := m.sign(p, own, old)
	if err != nil {
		return fmt.Errorf("publishing %s: %w", p.Tracking, err)
	}
	return m.deps.DB.Within(ctx, func(ctx context.Context, tx *db.Tx) error {
		return m.publish(ctx, tx, s, p, before.Version, title, doc)
	})
}

// publish writes it, unless somebody else published meanwhile: who comes later sees more.
func (m *Module) publish(ctx context.Context, tx *db.Tx, s access.Scope, p Published, version int64, title string, doc Document) error {
	if err := m.stepOn(ctx, tx); err != nil { // waits for the other
		return err
	}
	now, _, _, err := m.kept(ctx, tx, s, p.ID)
	if err != nil || now.Version != version {
		return err
	}
	if err := m.keep(ctx, tx, s, p, title, doc); err != nil {
		return err
	}
	return m.deps.Audit.Append(ctx, tx, s.Actor(), 0, "publication.published", "published:"+p.Tracking,
		map[string]any{"advisory": p.ID, "version": p.Version, "sha256": doc.SHA256, "key": doc.Fingerprint})
}

// published names an alert: as it was named before, if it was.
func (m *Module) published(a Alert, before Published) Published {
	a.Revisions = m.history(a, before)
	p := Published{Alert: a, Tracking: before.Tracking, Name: before.Name, Year: before.Year, Released: a.Revisions[0].At}
	doc := csaf.Alert{Revisions: a.Revisions, Withdrawn: a.Withdrawn}
	if p.Changed = doc.Changed(); p.Tracking != "" {
		return p
	}
	p.Year = doc.Folder()
	p.Tracking = fmt.Sprintf("%s-%s-%04d", m.deps.Prefix, p.Year, a.ID)
	p.Name = strings.TrimSuffix(csaf.FileName(p.Tracking), ".json")
	return p
}

// history is that of what was public: what says something else than the last
// time is its next revision, whether or not its room tells of one.
func (m *Module) history(a Alert, before Published) []csaf.Revision {
	if len(before.Revisions) == 0 || len(a.Revisions) > len(before.Revisions) || same(a, before.Alert) {
		return longer(a.Revisions, before.Revisions)
	}
	return append(slices.Clone(before.Revisions), csaf.Revision{At: m.now()})
}

func longer(a, b []csaf.Revision) []csaf.Revision {
	if len(b) > len(a) {
		return b
	}
	return a
}

// same says whether two say the same, apart from their versions and what became of them.
func same(a, b Alert) bool {
	for _, x := range []*Alert{&a, &b} {
		x.Version, x.Revisions, x.Withdrawn = 0, nil, csaf.Withdrawal{}
	}
	one, err := json.Marshal(a)
	two, other := json.Marshal(b)
	return err == nil && other == nil && bytes.Equal(one, two)
}

// sign makes the document with its hashes. The signature of the same bytes by
// the same key is kept, for who fetched them has it; where nothing can be signed
// any more, it is kept too.
func (m *Module) sign(p Published, own Profile, old Document) (title string, d Document, err error) {
	lang, text := p.In(m.deps.Language)
	if d.Body, err = csaf.Make(m.csafAlert(p, lang, text), m.publisher(own), m.deps.BaseURL+csaf.White+"/"+p.Path(), m.words(lang, p)); err != nil {
		return "", d, err
	}
	short, long := sha256.Sum256(d.Body), sha512.Sum512(d.Body)
	d.SHA256, d.SHA512, d.Changed = hex.EncodeToString(short[:]), hex.EncodeToString(long[:]), p.Changed
	signer := m.signs()
	switch {
	case bytes.Equal(d.Body, old.Body) && (signer == "" || signer == old.Fingerprint):
		d.Fingerprint, d.Signature = old.Fingerprint, old.Signature
	case signer != "":
		d.Fingerprint = signer
		d.Signature, err = m.deps.PGP.Detached(d.Body, m.now())
	}
	d.madeFor = m.madeFor(d)
	return text.Title, d, err
}

// madeFor is what a document depends on besides its alert: the key, while there
// is one that signs, and our address.
func (m *Module) madeFor(d Document) string {
	if signer := m.signs(); signer != "" {
		return signer + " " + m.deps.BaseURL
	}
	return d.Fingerprint + " " + m.deps.BaseURL
}

func (m *Module) csafAlert(p Published, lang string, text Text) csaf.Alert {
	return csaf.Alert{
		ID: p.Tracking, Reference: p.Reference, Source: p.Source, Lang: lang, Title: text.Title, Summary: text.Summary, Body: text.Body, CVEs: p.CVEs, Scores: p.Scores, Links: p.Links,
		Products: p.Products, Files: m.fileLinks(p), Revisions: p.Revisions, Withdrawn: p.Withdrawn, Page: m.deps.BaseURL + alertsPath + "/" + p.Name,
	}
}

// fileLinks are where the files of an alert are.
func (m *Module) fileLinks(p Published) (out []csaf.File) {
	for _, f := range p.Files {
		out = append(out, csaf.File{Name: f.Name, URL: m.deps.BaseURL + p.filePath(f)})
	}
	return out
}

func (m *Module) publisher(own Profile) csaf.Publisher {
	contact := strings.Join(notEmpty(own.Email, own.Phone), ", ")
	return csaf.Publisher{Name: m.deps.Name, Namespace: m.deps.BaseURL, Contact: contact, Authority: m.deps.Owner}
}

func notEmpty(all ...string) (out []string) {
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// words are the sentences a document has of its own.
func (m *Module) words(lang string, p Published) csaf.Words {
	l := m.deps.Bundle.Localizer(lang, m.deps.Zone)
	return csaf.Words{
		First: l.T("publication.csaf.first"), Revised: l.T("publication.csaf.revised"), Withdrawn: l.T("publication.csaf.withdrawn"), TakenBack: l.T("publication.csaf.taken_back"),
		Named: l.T("publication.csaf.named"), Unassigned: l.T("publication.csaf.unassigned"), Document: l.T("publication.csaf.document"), Page: l.T("publication.csaf.page"),
		Severity: l.T("publication.severity." + p.Severity), Details: l.T("publication.csaf.details"), Source: l.T("publication.csaf.source"),
	}
}

// renewStep is how many alerts are compared at a time.
const renewStep = 500

// Renew publishes what should be and is not: alerts of before this room was, and
// all of them again when there is another key; the security.txt before it ends; and
// the profile as it is now.
func (m *Module) Renew(ctx context.Context, s access.Scope) error {
	if _, _, err := m.SecurityText(ctx, s); err != nil {
		return err
	}
	if err := m.MakeReady(ctx, s); err != nil {
		return err
	}
	for after := int64(0); ; {
		wanted, err := m.deps.Alerts.PublicVersions(ctx, s, after, renewStep)
		if err != nil || len(wanted) == 0 {
			return err
		}
		has, err := m.versions(ctx, s, after, wanted[len(wanted)-1].ID)
		if err != nil {
			return err
		}
		for _, v := range wanted {
			if has[v.ID] >= v.Version {
				continue
			}
			if err := m.Publish(ctx, s, v.ID); err != nil {
				return err
			}
		}
		after = wanted[len(wanted)-1].ID
	}
}
