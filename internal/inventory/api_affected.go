// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
)

func (m *Module) affectedAPI(a *api.API) {
	const tag, path = "Names", "/names/affected"
	confirm := gate.Staff(access.NameConfirm)
	api.Get(a, path, confirm, m.apiAffected, api.Op{ID: "list-affected-names", Tag: tag, Summary: "List assigners' names of products nobody has said the meaning of", Text: "Those in most CVEs first."})
	api.Post(a, path+"/confirm", confirm, m.apiConfirmAffected, api.Op{ID: "confirm-affected-name", Tag: tag, Summary: "Say what product an assigner's name means", Text: "Twice does nothing more."})
	api.Get(a, path+"/confirmed", confirm, m.apiConfirmedAffected, api.Op{ID: "list-confirmed-affected-names", Tag: tag, Summary: "List what was said of assigners' names", Text: "The newest first."})
	api.Delete(a, path+"/confirmed/{id}", confirm, m.apiForgetAffected, api.Op{ID: "forget-affected-name", Tag: tag, Summary: "Take back what was said of an assigner's name"})
}

// affectedNameJSON is a product as an assigner of CVEs calls it.
type affectedNameJSON struct {
	Vendor     string                 `json:"vendor"`
	Name       string                 `json:"name"`
	CVEs       int                    `json:"cves" doc:"How many it is in."`
	Candidates []productCandidateJSON `json:"candidates" nullable:"false"`
}

func (m *Module) apiAffected(r *api.Request, in *api.Paging) (out api.List[affectedNameJSON], err error) {
	if m.deps.AffectedNames == nil {
		return api.Items([]affectedNameJSON{}, ""), nil
	}
	all, err := m.affectedRows(r, parseAffected(in.After()), in.Limit+1)
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = all[in.Limit-1].cursor()
	}
	return api.Items(api.Each(all, func(a affectedRow) affectedNameJSON {
		return affectedNameJSON{a.Vendor, a.Product, a.CVEs, api.Each(a.Best, candidateView)}
	}), next), err
}

type confirmAffectedInput struct {
	Body struct {
		Vendor  string `json:"vendor" maxLength:"500"`
		Name    string `json:"name" minLength:"1" maxLength:"500"`
		Product string `json:"product" minLength:"1" maxLength:"500" doc:"part:vendor:product"`
	} `nameHint:"AffectedNameChoice"`
}

func (m *Module) apiConfirmAffected(r *api.Request, in *confirmAffectedInput) (api.Nothing, error) {
	return api.Nothing{}, m.ConfirmAffected(r.Context(), r.Scope, in.Body.Vendor, in.Body.Name, in.Body.Product)
}

// confirmedAffectedJSON is what was said of an assigner's name.
type confirmedAffectedJSON struct {
	ID      int64  `json:"id"`
	Vendor  string `json:"vendor"`
	Name    string `json:"name"`
	Product string `json:"product" doc:"part:vendor:product"`
}

func (m *Module) apiConfirmedAffected(r *api.Request, in *api.Paging) (api.List[confirmedAffectedJSON], error) {
	all, err := m.ConfirmedAffected(r.Context(), r.Scope, in.Before(), in.Limit+1)
	return api.Newest(all, in, func(c Confirmed) int64 { return c.ID }, func(c Confirmed) confirmedAffectedJSON {
		return confirmedAffectedJSON{c.ID, c.Vendor, c.Product, refOf(c.Target.Part, c.Target.Vendor, c.Target.Product)}
	}), err
}

func (m *Module) apiForgetAffected(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.ForgetAffected(r.Context(), r.Scope, in.ID)
}
