// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"time"

	"martinella/internal/access/gate/api"
)

// advisoryRevisionJSON is an advisory as it was sent at some time.
type advisoryRevisionJSON struct {
	Number int       `json:"number"`
	SentAt time.Time `json:"sent_at"`
	SentBy string    `json:"sent_by"`
	AdvisoryEntry
}

func revisionOf(v Revision) advisoryRevisionJSON {
	return advisoryRevisionJSON{v.Number, v.At, v.By, entryView(v.Entry)}
}

func (m *Module) apiRevise(r *api.Request, in *api.ID) (advisoryJSON, error) {
	a, err := m.Revise(r.Context(), r.Scope, caller(r), in.ID)
	return advisoryView(a), err
}

func (m *Module) apiRevisions(r *api.Request, in *api.ID) (api.List[advisoryRevisionJSON], error) {
	if _, err := m.Get(r.Context(), r.Scope, in.ID); err != nil {
		return api.List[advisoryRevisionJSON]{}, err
	}
	all, err := m.Revisions(r.Context(), r.Scope, in.ID)
	return api.Items(api.Each(all, revisionOf), ""), err
}
