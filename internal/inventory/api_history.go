// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"time"

	"martinella/internal/access/gate/api"
)

// stackVersionJSON is what an item was for a while.
type stackVersionJSON struct {
	Change string    `json:"change" doc:"added, edited, imported or identified."`
	From   time.Time `json:"from"`
	To     time.Time `json:"to,omitzero" doc:"Missing: it still is."`
	Who    string    `json:"who" doc:"Such as person:12."`
	StackFieldsJSON
}

func stackVersionView(v Version) stackVersionJSON {
	return stackVersionJSON{v.Change, v.From, v.To, v.Who, fieldsOf(v.Content)}
}

type historyQuery struct {
	api.ID
	api.Paging
}

func (m *Module) apiHistory(r *api.Request, in *historyQuery) (api.List[stackVersionJSON], error) {
	all, next, err := m.HistoryAfter(r.Context(), r.Scope, in.ID.ID, in.After(), in.Limit)
	return api.Items(api.Each(all, stackVersionView), next), err
}

type changesQuery struct {
	From time.Time `query:"from" required:"true"`
	To   time.Time `query:"to" doc:"Missing: now."`
}

// stackChangesJSON is what became of a stack between two moments.
type stackChangesJSON struct {
	From     time.Time         `json:"from"`
	To       time.Time         `json:"to"`
	Complete bool              `json:"complete" doc:"false: there are more than can be told; choose a shorter time."`
	Items    []stackChangeJSON `json:"items"`
}

// stackChangeJSON is what became of one item.
type stackChangeJSON struct {
	Item   int64             `json:"item"`
	Before *stackVersionJSON `json:"before,omitempty" doc:"Missing: it was added."`
	After  *stackVersionJSON `json:"after,omitempty" doc:"Missing: it was removed."`
}

func (m *Module) apiChanges(r *api.Request, in *changesQuery) (out stackChangesJSON, err error) {
	if in.To.IsZero() {
		in.To = m.now()
	}
	out.From, out.To = in.From.UTC(), in.To.UTC()
	list, complete, err := m.Changes(r.Context(), r.Scope, in.From, in.To)
	out.Complete = complete
	out.Items = api.Each(list, func(d Difference) stackChangeJSON {
		return stackChangeJSON{d.Item, versionOrNil(d.Before), versionOrNil(d.After)}
	})
	return out, err
}

func versionOrNil(v *Version) *stackVersionJSON {
	if v == nil {
		return nil
	}
	view := stackVersionView(*v)
	return &view
}

// stackCountsJSON counts items.
type stackCountsJSON struct {
	Total   int `json:"total"`
	Waiting int `json:"waiting" doc:"A person must say what they are."`
}

func (m *Module) apiCounts(r *api.Request, _ *api.Nothing) (stackCountsJSON, error) {
	c, err := m.Counts(r.Context(), r.Scope)
	return stackCountsJSON{c.Total, c.Waiting()}, err
}
