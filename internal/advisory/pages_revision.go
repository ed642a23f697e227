// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/db"
	"martinella/internal/platform/i18n"
)

// revisionView is what one revision changed.
type revisionView struct {
	Number  int
	Step    Step
	Change  string
	Changes []difference
}

// history gives what each revision changed, the newest first; now is the one that holds.
func history(l *i18n.Localizer, earlier []Revision, now Advisory, files []Attachment) []revisionView {
	var out []revisionView
	for i, old := range earlier {
		next := Revision{Number: now.Revision, At: now.Revised.At, By: now.Revised.Name, Entry: now.Entry}
		if i+1 < len(earlier) {
			next = earlier[i+1]
		}
		out = append([]revisionView{{next.Number, Step{next.At, next.By}, next.Change, append(differences(l, old.Entry, next.Entry), fileDifference(l, attachedAt(files, old.Number), attachedAt(files, next.Number))...)}}, out...)
	}
	return out
}

// changesOf says what a draft that revises an advisory would change.
func (m *Module) changesOf(ctx context.Context, s access.Scope, l *i18n.Localizer, draft Advisory) ([]difference, error) {
	if draft.Revises == 0 {
		return nil, nil
	}
	old, err := m.get(ctx, m.deps.DB, s, draft.Revises, "")
	if err != nil {
		return nil, err
	}
	had, err := m.withFiles(ctx, m.deps.DB, s, old)
	return append(differences(l, old.Entry, draft.Entry), fileDifference(l, had.Files, draft.Files)...), err
}

// earlierOf gives a reader the revisions before the one that holds, from the first he was sent.
func (m *Module) earlierOf(ctx context.Context, q db.Querier, s access.Scope, r Received) ([]Revision, error) {
	if r.Revision == r.Since {
		return nil, nil
	}
	return m.revisions(ctx, q, s, r.ID, r.Since)
}

func (m *Module) revising(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	a, err := m.Revise(r.Context(), r.Scope, author(r), id)
	if err != nil {
		return err
	}
	return r.Redirect(opsPath(a.ID, "/edit"))
}
