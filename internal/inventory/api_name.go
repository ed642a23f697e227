// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/fault"
)

func (m *Module) nameAPI(a *api.API) {
	const tag, path = "Names", "/names"
	read, confirm := gate.Member(access.StackRead), gate.Staff(access.NameConfirm)
	api.Get(a, "/organisations/{org}/stack/products", read, m.apiSuggest, api.Op{ID: "suggest-products", Tag: tag, Summary: "Find products by the beginning of what people call them", Text: "The best first, at most limit."})
	api.Get(a, "/organisations/{org}/stack/items/{id}/candidates", read, m.apiCandidates, api.Op{ID: "list-stack-item-candidates", Tag: tag, Summary: "List what product an item may be", Text: "The best first; confirm-stack-item says which it is."})
	api.Get(a, path, confirm, m.apiNames, api.Op{ID: "list-names", Tag: tag, Summary: "List the names nobody has resolved", Text: "Those that most organisations have first; it does not say which."})
	api.Get(a, path+"/details", confirm, m.apiName, api.Op{ID: "get-name", Tag: tag, Summary: "Read all that is known of a name", Text: "With its candidates, what members said it means, and who has it."})
	api.Get(a, path+"/products", confirm, m.apiSuggest, api.Op{ID: "suggest-products-for-names", Tag: tag, Summary: "Find products for a name", Text: "As suggest-products, for the CSIRT."})
	api.Post(a, path+"/confirm", confirm, m.apiConfirmName, api.Op{ID: "confirm-name", Tag: tag, Summary: "Say for all what a name means", Text: "An empty product: none that is known."})
	api.Post(a, path+"/confirm-many", confirm, m.apiConfirmNames, api.Op{ID: "confirm-names", Tag: tag, Summary: "Say for all what several names mean", Text: "All of them or, when one cannot be, none."})
	api.Get(a, path+"/confirmed", confirm, m.apiConfirmedNames, api.Op{ID: "list-confirmed-names", Tag: tag, Summary: "List what was said for all", Text: "The newest first."})
	api.Post(a, path+"/forget", confirm, m.apiForgetName, api.Op{ID: "forget-name", Tag: tag, Summary: "Take back what was said of a name for all", Text: "The items that followed it are identified anew. Twice does nothing more."})
	m.affectedAPI(a)
}

// productJSON is a product of the dictionary.
type productJSON struct {
	Product string `json:"product" doc:"part:vendor:product, as other operations take it."`
	Name    string `json:"name" doc:"As people read it."`
	CVEs    int    `json:"cves" doc:"How many name it."`
}

type suggestQuery struct {
	api.Paging
	Query string `query:"q" required:"true" minLength:"1" maxLength:"200" doc:"What was typed; a version in it does no harm."`
}

func (m *Module) apiSuggest(r *api.Request, in *suggestQuery) (out api.List[productJSON], err error) {
	x, err := m.index(r.Context())
	if err != nil {
		return out, err
	}
	hits := x.Search(names.WithoutVersion(in.Query), in.Limit)
	return api.Items(api.Each(hits, func(h names.Hit) productJSON { return productJSON{h.Ref(), h.Label(), h.Count} }), ""), nil
}

// productCandidateJSON is a product that a name may mean.
type productCandidateJSON struct {
	Product    string       `json:"product" doc:"part:vendor:product"`
	Name       string       `json:"name" doc:"As people read it."`
	Confidence int          `json:"confidence" doc:"0 to 100."`
	Reason     names.Reason `json:"reason" doc:"From what it follows."`
	Version    string       `json:"version,omitempty" doc:"Found in the name."`
}

func candidateView(c names.Candidate) productCandidateJSON {
	return productCandidateJSON{c.Ref(), c.Label(), c.Confidence, c.Reason, c.Version}
}

type candidatesQuery struct {
	api.ID
	api.Paging
}

func (m *Module) apiCandidates(r *api.Request, in *candidatesQuery) (out api.List[productCandidateJSON], err error) {
	i, err := m.Item(r.Context(), r.Scope, in.ID.ID)
	if err != nil {
		return out, err
	}
	all, err := m.Candidates(r.Context(), i, in.Limit)
	return api.Items(api.Each(all, candidateView), ""), err
}

// NameJSON is a name nobody has resolved.
type NameJSON struct {
	Key           string                 `json:"key"`
	Label         string                 `json:"label" doc:"As somebody typed it."`
	Publisher     string                 `json:"publisher,omitempty"`
	Organisations int                    `json:"organisations" doc:"How many have it."`
	Items         int                    `json:"items"`
	Proposals     int                    `json:"proposals" doc:"How many organisations said what it means to them."`
	Candidates    []productCandidateJSON `json:"candidates" nullable:"false" doc:"What it may mean, the best first."`
}

func nameView(n Name) NameJSON {
	return NameJSON{n.Key, n.Label, n.Publisher, n.Organisations, n.Items, n.Proposals, api.Each(n.Best, candidateView)}
}

type namesQuery struct {
	api.Paging
	Query       string `query:"q" maxLength:"200"`
	Accessories bool   `query:"accessories" doc:"Also what comes along with a product and is none."`
}

func (m *Module) apiNames(r *api.Request, in *namesQuery) (api.List[NameJSON], error) {
	p, err := m.Names(r.Context(), r.Scope, NameQuery{Text: phraseOf(in.Query), Accessories: in.Accessories, After: in.After(), Limit: in.Limit})
	return api.Items(api.Each(p.Names, nameView), p.Next), err
}

// nameDetailsJSON is all that is known of a name.
type nameDetailsJSON struct {
	NameJSON
	Proposed []nameProposalJSON `json:"proposed" nullable:"false" doc:"What members said it means, the most frequent first."`
	Holders  []nameHolderJSON   `json:"holders" nullable:"false" doc:"Members that have it, those of most items first, at most 20."`
}

// nameProposalJSON is what members said a name means.
type nameProposalJSON struct {
	Product       string `json:"product" doc:"Empty: none that is known."`
	Organisations int    `json:"organisations"`
}

// nameHolderJSON is a member that has a name.
type nameHolderJSON struct {
	Organisation string `json:"organisation" doc:"Its code."`
	Name         string `json:"name"`
	Items        int    `json:"items"`
}

type nameQuery struct {
	Name string `query:"name" required:"true" minLength:"1" maxLength:"1000" doc:"Its key."`
}

func (m *Module) apiName(r *api.Request, in *nameQuery) (out nameDetailsJSON, err error) {
	c, err := m.describeName(r.Context(), r.Scope, in.Name)
	if err == nil && c == nil {
		err = fault.New(fault.NotFound, "inventory.name_gone")
	}
	if err != nil {
		return out, err
	}
	c.Best = c.Options
	out.NameJSON = nameView(c.Name)
	for _, p := range c.Proposals {
		out.Proposed = append(out.Proposed, nameProposalJSON{refOf(p.Part, p.Vendor, p.Product), p.Organisations})
		out.NameJSON.Proposals += p.Organisations
	}
	out.Holders = api.Each(c.Holders, func(h Holder) nameHolderJSON { return nameHolderJSON{h.Code, h.Name, h.Items} })
	return out, nil
}

// refOf is a product as programs carry it; "" for none.
func refOf(part, vendor, product string) string {
	if product == "" {
		return ""
	}
	return names.Product{Part: part, Vendor: vendor, Product: product}.Ref()
}

// NameMeaningJSON says what a name means.
type NameMeaningJSON struct {
	Name    string `json:"name" minLength:"1" maxLength:"1000" doc:"The name's key."`
	Product string `json:"product" maxLength:"500" doc:"part:vendor:product, or empty for none that is known."`
}

type confirmNameInput struct {
	Body NameMeaningJSON `nameHint:"NameChoice"`
}

func (m *Module) apiConfirmName(r *api.Request, in *confirmNameInput) (api.Nothing, error) {
	return api.Nothing{}, m.ConfirmName(r.Context(), r.Scope, in.Body.Name, in.Body.Product)
}

type confirmNamesInput struct {
	Body struct {
		Names []NameMeaningJSON `json:"names" minItems:"1" maxItems:"500"`
	} `nameHint:"NameChoices"`
}

func (m *Module) apiConfirmNames(r *api.Request, in *confirmNamesInput) (touchedJSON, error) {
	choices := api.Each(in.Body.Names, func(n NameMeaningJSON) NameChoice { return NameChoice{n.Name, n.Product} })
	return touchedJSON{int64(len(choices))}, m.ConfirmNames(r.Context(), r.Scope, choices)
}

// confirmedNameJSON is what was said of a name for all.
type confirmedNameJSON struct {
	Key     string    `json:"key"`
	Label   string    `json:"label" doc:"As somebody typed it."`
	Product string    `json:"product" doc:"Empty: none that is known."`
	By      string    `json:"by" doc:"Such as person:12."`
	At      time.Time `json:"at"`
}

func (m *Module) apiConfirmedNames(r *api.Request, in *api.Paging) (api.List[confirmedNameJSON], error) {
	all, next, err := m.ConfirmedNames(r.Context(), r.Scope, in.After(), in.Limit)
	return api.Items(api.Each(all, func(n NameConfirmed) confirmedNameJSON {
		return confirmedNameJSON{n.Key, n.Label, refOf(n.Part, n.Vendor, n.Product), n.By, n.At}
	}), next), err
}

type forgetNameInput struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"1000" doc:"Its key."`
	} `nameHint:"NameToForget"`
}

func (m *Module) apiForgetName(r *api.Request, in *forgetNameInput) (api.Nothing, error) {
	return api.Nothing{}, m.ForgetName(r.Context(), r.Scope, in.Body.Name)
}
