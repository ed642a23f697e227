// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"net/http"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/platform/fault"
)

func (m *Module) mergePages(g *gate.Gate) {
	edit := gate.Staff(access.AdvisoryEdit)
	g.Handle("GET /ops/advisories/{id}/merge", edit, m.mergePage)
	g.Handle("POST /ops/advisories/{id}/merge", edit, m.merging)
}

func (m *Module) mergeAPI(a *api.API) {
	const tag = "Advisories"
	api.Get(a, "/advisories/{id}/similar", gate.Staff(access.AdvisoryRead), m.apiAlike, api.Op{ID: "list-similar-advisories", Tag: tag, Summary: "List advisories that seem to be about the same",
		Text: "Drafts and what was sent in the last ninety days, with what they have in common; five at most, the most alike first."})
	api.Post(a, "/advisories/{id}/merging", gate.Staff(access.AdvisoryEdit), m.apiMerge, api.Op{ID: "merge-advisory", Tag: tag, Summary: "Merge a draft into another advisory about the same",
		Text: "Its findings, texts and originals are added there, its reference leads there, and it is no more. Where the other was sent, the draft of its next revision is answered."})
}

// withMerges adds what an unsent advisory may be the same as, and what was merged into it.
func (v *oneView) withMerges(m *Module, r *gate.Request) (err error) {
	if v.Merged, err = m.Merged(r.Context(), r.Scope, v.ID); err != nil || !v.mergeable() {
		return err
	}
	v.Alike, err = m.Alike(r.Context(), r.Scope, v.ID)
	return err
}

// mergeable says whether it can be merged into another.
func (v oneView) mergeable() bool { return v.CanEdit && v.unsent() && v.Revises == 0 }

func (m *Module) mergePage(r *gate.Request) error { return m.showMerge(r, r.Query().Get("into"), nil) }

func (m *Module) showMerge(r *gate.Request, chosen string, wrong error) error {
	a, err := m.inPath(r)
	if err != nil {
		return err
	}
	v := mergeView{Advisory: a, State: r.FormState(wrong)}
	if v.Alike, err = m.Alike(r.Context(), r.Scope, a.ID); err != nil {
		return err
	}
	if v.Into, err = strconv.ParseInt(chosen, 10, 64); err != nil && len(v.Alike) > 0 {
		v.Into = v.Alike[0].ID
	}
	if wrong != nil {
		return r.Invalid(wrong, r.L.T("advisory.merge"), mergeBody(v))
	}
	return r.Page(r.L.T("advisory.merge"), mergeBody(v))
}

func (m *Module) merging(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	f, version, err := versionOf(r)
	if err != nil {
		return err
	}
	into, err := strconv.ParseInt(f.Text("into"), 10, 64)
	if err != nil {
		return m.showMerge(r, "", fault.New(fault.Invalid, "advisory.merge").Field("into", "advisory.merge_into"))
	}
	a, err := m.Merge(r.Context(), r.Scope, author(r), id, version, into)
	if fault.KindOf(err) == fault.Invalid {
		return m.showMerge(r, f.Text("into"), err)
	}
	if err != nil {
		return err
	}
	r.Flash(gate.Success, "advisory.merge.done")
	return r.Redirect(opsPath(a.ID, ""))
}

// ledOn leads from a draft that was merged to where it is now.
func (m *Module) ledOn(r *gate.Request, failed error) error {
	id, err := r.ID("id")
	if err != nil || fault.KindOf(failed) != fault.NotFound {
		return failed
	}
	into, err := m.mergedInto(r.Context(), m.deps.DB, r.Scope, id)
	if err != nil || into == 0 {
		return failed
	}
	http.Redirect(r.W, r.R, opsPath(into, ""), http.StatusFound)
	return nil
}

// similarJSON is an advisory that seems to be about the same.
type similarJSON struct {
	ID        int64     `json:"id"`
	Title     string    `json:"title"`
	Reference string    `json:"reference,omitempty"`
	State     State     `json:"state" enum:"draft,proposed,sent"`
	ChangedAt time.Time `json:"changed_at"`
	CVEs      int       `json:"cves_in_common"`
	Links     int       `json:"references_in_common"`
	Titles    int       `json:"titles_in_common"`
}

func (m *Module) apiAlike(r *api.Request, in *api.ID) (api.List[similarJSON], error) {
	if _, err := m.Get(r.Context(), r.Scope, in.ID); err != nil {
		return api.List[similarJSON]{}, err
	}
	list, err := m.Alike(r.Context(), r.Scope, in.ID)
	return api.Items(api.Each(list, func(x Alike) similarJSON {
		return similarJSON{x.ID, x.Advisory.Title(r.L.Lang()), x.Advisory.Reference, x.Advisory.State, x.Advisory.Changed, x.CVEs, x.Links, x.Titles}
	}), ""), err
}

type mergeInput struct {
	api.ID
	api.IfMatch
	Body struct {
		Into int64 `json:"into" doc:"The id of the advisory it becomes a part of."`
	} `nameHint:"AdvisoryMerge"`
}

func (m *Module) apiMerge(r *api.Request, in *mergeInput) (advisoryJSON, error) {
	a, err := m.Merge(r.Context(), r.Scope, caller(r), in.ID.ID, in.Version(), in.Body.Into)
	return advisoryView(a), err
}
