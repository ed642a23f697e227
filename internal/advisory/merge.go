// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/tlp"
)

// Alike is an advisory that seems to be about the same as another.
type Alike struct {
	ID int64
	// How many CVEs, addresses and titles they have in common.
	CVEs, Links, Titles int
	Advisory            Advisory
}

// Merged is a draft that was merged into an advisory.
type Merged struct {
	ID        int64
	Reference string // empty: it had none, or the advisory took it as its own
	Title     string
	At        time.Time
	By        string
}

// Alike gives those that seem to be about the same as one, the most alike
// first: drafts and what was sent in the last ninety days.
func (m *Module) Alike(ctx context.Context, s access.Scope, id int64) ([]Alike, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	if err := s.Require(access.AdvisoryRead); err != nil {
		return nil, err
	}
	list, err := m.alike(ctx, s, id)
	for i := range list {
		if err == nil {
			list[i].Advisory, err = m.get(ctx, m.deps.DB, s, list[i].ID, "")
		}
	}
	return list, err
}

// Merge makes a draft a part of another advisory that is about the same: what
// it knows is added there, its originals are kept there, and what comes again
// under its reference belongs there. Where the other was sent, that makes the
// draft of its next revision. It gives the draft that has all of it. Faults:
// advisory.merge_self and advisory.merge_revision, Invalid; advisory.not_sent, Conflict, for
// one that was withdrawn; advisory.attachments_many where their files are too many for one; those of Edit.
func (m *Module) Merge(ctx context.Context, s access.Scope, who Author, id, version, into int64) (out Advisory, err error) {
	if err := m.mayWrite(s); err != nil {
		return out, err
	}
	if id == into {
		return out, fault.New(fault.Invalid, "advisory.merge").Field("into", "advisory.merge_self")
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		draft, target, err := m.pair(ctx, tx, s, id, version, into)
		if err != nil {
			return err
		}
		if out, err = m.merge(ctx, tx, s, who, draft, target); err != nil {
			return err
		}
		return m.deps.Audit.Append(ctx, tx, s.Actor(), 0, "advisory.merged", object(target.ID), map[string]any{"merged": draft.ID, "reference": draft.Reference, "title": draft.Title()})
	})
	return out, err
}

// pair reads both, in the order of their ids, so that two who merge the other way round do not wait for each other.
func (m *Module) pair(ctx context.Context, tx *db.Tx, s access.Scope, id, version, into int64) (draft, target Advisory, err error) {
	for _, x := range []int64{min(id, into), max(id, into)} {
		if x == id {
			draft, err = m.unsent(ctx, tx, s, id, version)
		} else {
			target, err = m.get(ctx, tx, s, into, db.ForUpdate(tx))
		}
		if err != nil {
			return draft, target, err
		}
	}
	if draft.Revises != 0 || target.Revises != 0 {
		return draft, target, fault.New(fault.Invalid, "advisory.merge").Field("into", "advisory.merge_revision")
	}
	return draft, target, nil
}

func (m *Module) merge(ctx context.Context, tx *db.Tx, s access.Scope, who Author, draft, target Advisory) (Advisory, error) {
	reference := draft.Reference
	if target.Sent.At.IsZero() && target.Reference == "" {
		target.Reference, reference = draft.Reference, ""
	}
	into := target
	if !target.Sent.At.IsZero() {
		var err error
		if into, err = m.revision(ctx, tx, s, who, target, target.Entry); err != nil {
			return target, err
		}
	}
	if err := m.moveFiles(ctx, tx, s, draft.ID, into.ID); err != nil {
		return target, err
	}
	if err := m.moveMerged(ctx, tx, s, draft, target.ID, reference, who); err != nil {
		return target, err
	}
	into.Entry = into.with(draft.Entry).tidy()
	if err := into.check(); err != nil {
		return into, err
	}
	if err := m.update(ctx, tx, s, into, who); err != nil {
		return into, err
	}
	return m.get(ctx, tx, s, into.ID, "")
}

// with adds what another entry knows: the graver severity, the stricter labels,
// its findings, and its texts under a heading where they fit.
func (e Entry) with(x Entry) Entry {
	e.Severity = Severities()[min(slices.Index(Severities(), e.Severity), slices.Index(Severities(), x.Severity))]
	e.TLP, e.PAP = stricter(e.TLP, x.TLP), stricterPAP(e.PAP, x.PAP)
	e.CVEs = first(distinct(append(slices.Clone(e.CVEs), x.CVEs...), strings.ToUpper), maxCVEs)
	e.Links = first(distinct(append(slices.Clone(e.Links), x.Links...), func(s string) string { return s }), maxLinks)
	e.Products = first(tidyProducts(append(slices.Clone(e.Products), x.Products...)), maxProducts)
	e.Indicators = first(tidyIndicators(append(slices.Clone(e.Indicators), x.Indicators...)), MaxIndicators)
	e.Audience, e.Source = cmp.Or(e.Audience, x.Audience), cmp.Or(e.Source, x.Source)
	e.Texts = maps.Clone(e.Texts)
	for lang, t := range x.Texts {
		e.Texts[lang] = e.Texts[lang].with(t)
	}
	return e
}

func first[T any](list []T, most int) []T { return list[:min(len(list), most)] }

func stricter(a, b tlp.Label) tlp.Label {
	return tlp.Labels()[min(slices.Index(tlp.Labels(), a), slices.Index(tlp.Labels(), b))]
}

// stricterPAP is the more restricted of two; none is the least.
func stricterPAP(a, b PAP) PAP {
	if a == "" || b == "" {
		return a + b
	}
	return PAPs()[min(slices.Index(PAPs(), a), slices.Index(PAPs(), b))]
}

// with puts another text under this one, as far as it fits; the original has all of it.
func (t Text) with(x Text) Text {
	switch {
	case t.Title == "":
		return x
	case t.Body == x.Body || x.Body == "":
		return t
	}
	if body := joined(t.Body, "## "+x.Title, x.Body); utf8.RuneCountInString(body) <= maxBody {
		t.Body = body
	}
	return t
}
