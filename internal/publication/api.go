// SPDX-License-Identifier: EUPL-1.2

package publication

import (
	"time"

	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/publication/csaf"
)

// RegisterAPI declares the operations that do what the public pages do.
func (m *Module) RegisterAPI(a *api.API) {
	api.Get(a, "/public-alerts", gate.Public(), m.apiList, api.Op{ID: "list-public-alerts", Tag: "Public alerts", Summary: "List the alerts for everybody",
		Text: "The newest first. Programs that follow them rather read the ROLIE feed of the CSAF provider: see `/.well-known/csaf/provider-metadata.json`."})
	api.Get(a, "/public-alerts/{name}", gate.Public(), m.apiGet, api.Op{ID: "get-public-alert", Tag: "Public alerts", Summary: "Read an alert for everybody"})
	m.profileAPI(a)
	api.Get(a, "/service-status", gate.Public(), m.apiStatus, api.Op{ID: "get-service-status", Tag: "Status", Summary: "Read how the service is", Text: "In few words, for everybody. Programs that watch the machine ask `/readyz` and `/metrics`."})
}

type publicTextJSON struct {
	Title   string `json:"title"`
	Summary string `json:"summary,omitempty"`
	Body    string `json:"body" doc:"Markdown."`
}

type publicFileJSON struct {
	Name    string `json:"name"`
	Size    int64  `json:"size"`
	SHA256  string `json:"sha256"`
	Address string `json:"address" doc:"Where everybody may fetch it."`
}

type publicAlertJSON struct {
	Name        string                    `json:"name" doc:"In addresses."`
	ID          string                    `json:"id" doc:"The tracking id of its CSAF document."`
	Kind        string                    `json:"kind" enum:"alert,bulletin"`
	Severity    string                    `json:"severity" enum:"critical,high,medium,low"`
	Reference   string                    `json:"reference,omitempty" doc:"Of the source."`
	Texts       map[string]publicTextJSON `json:"texts" doc:"By language."`
	Main        string                    `json:"main_language,omitempty" doc:"Of the text for whoever reads none of the others."`
	CVEs        []string                  `json:"cves,omitempty"`
	Scores      []publicScoreJSON         `json:"cvss,omitempty" doc:"Of the CVEs, as far as they are known; the best first."`
	Indicators  []publicIndicatorJSON     `json:"indicators,omitempty" doc:"Only of an alert that is PAP:CLEAR."`
	References  []string                  `json:"references,omitempty" doc:"Addresses."`
	Products    []string                  `json:"products,omitempty"`
	Attachments []publicFileJSON          `json:"attachments,omitempty"`
	ReleasedAt  time.Time                 `json:"released_at"`
	ChangedAt   time.Time                 `json:"changed_at"`
	WithdrawnAt time.Time                 `json:"withdrawn_at,omitzero"`
	Why         string                    `json:"withdrawn_because,omitempty"`
	Document    string                    `json:"document" doc:"The address of its CSAF 2.0 document."`
}

// publicScoreJSON is a CVSS score of a CVE.
type publicScoreJSON struct {
	CVE     string  `json:"cve"`
	Version string  `json:"version" doc:"3.1"`
	Vector  string  `json:"vector,omitempty"`
	Score   float64 `json:"score"`
}

// publicIndicatorJSON is an indicator of compromise for who reads.
type publicIndicatorJSON struct {
	Type    string    `json:"type" enum:"ip,network,domain,url,email,md5,sha1,sha256,sha512"`
	Value   string    `json:"value" doc:"Defanged; programs take them from TAXII, MISP and the blocklists."`
	Comment string    `json:"comment,omitempty"`
	Until   time.Time `json:"until,omitzero" doc:"The last day."`
}

func (m *Module) publicView(p Published) publicAlertJSON {
	out := publicAlertJSON{Name: p.Name, ID: p.Tracking, Kind: p.Kind, Severity: p.Severity, Reference: p.Reference, Main: p.Main, Texts: map[string]publicTextJSON{}, CVEs: p.CVEs, References: p.Links,
		ReleasedAt: p.Released, ChangedAt: p.Changed, WithdrawnAt: p.Withdrawn.At, Why: p.Withdrawn.Why, Document: m.documentURL(p)}
	for lang, t := range p.Texts {
		out.Texts[lang] = publicTextJSON(t)
	}
	out.Scores = api.Each(p.Scores, func(s csaf.Score) publicScoreJSON { return publicScoreJSON{s.CVE, s.Version, s.Vector, s.Base} })
	out.Indicators = api.Each(p.Indicators, func(i Indicator) publicIndicatorJSON { return publicIndicatorJSON(i) })
	for _, x := range p.Products {
		out.Products = append(out.Products, x.Text)
	}
	for _, f := range p.Files {
		out.Attachments = append(out.Attachments, publicFileJSON{f.Name, f.Size, f.SHA256, m.deps.BaseURL + p.filePath(f)})
	}
	return out
}

func (m *Module) documentURL(p Published) string {
	return m.deps.BaseURL + csaf.White + "/" + p.Path()
}

type listPublic struct{ api.Paging }

func (m *Module) apiList(r *api.Request, in *listPublic) (api.List[publicAlertJSON], error) {
	p, err := m.List(r.Context(), r.Scope, in.After(), in.Limit)
	return api.Items(api.Each(p.Alerts, m.publicView), p.Next), err
}

type namedAlert struct {
	Name string `path:"name" maxLength:"200"`
}

func (m *Module) apiGet(r *api.Request, in *namedAlert) (publicAlertJSON, error) {
	p, err := m.Get(r.Context(), r.Scope, in.Name)
	if err != nil {
		return publicAlertJSON{}, err
	}
	return m.publicView(p), nil
}
