// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"bytes"
	"io"
	"maps"
	"slices"
	"time"

	"martinella/internal/access/gate/api"
	"martinella/internal/platform/blob"
	"martinella/internal/platform/fault"
)

// conditionsJSON is a version of the conditions as somebody reads it.
type conditionsJSON struct {
	Version         string    `json:"version"`
	Tier            Tier      `json:"tier" doc:"Empty: for every tier without its own."`
	Effective       time.Time `json:"effective" doc:"From when it holds."`
	NeedsAcceptance bool      `json:"needs_acceptance" doc:"Who accepted an earlier version must accept this one."`
	GraceDays       int       `json:"grace_days"`
	Language        string    `json:"language" doc:"Of the text: the one asked for, or Italian."`
	Paragraphs      []string  `json:"paragraphs"`
	SHA256          string    `json:"sha256" doc:"Of the paragraphs with an empty line between them, in UTF-8."`
	Changed         string    `json:"changed" doc:"What changed since the version before."`
}

func conditionsView(c Conditions, lang string) conditionsJSON {
	return conditionsJSON{c.Version, c.Tier, c.Effective.UTC(), c.NeedsAcceptance, c.GraceDays, c.Language(lang), c.In(lang), c.Hash(lang), c.Changed.In(lang)}
}

// acceptanceJSON is that a body accepted a version.
type acceptanceJSON struct {
	Version  string    `json:"version"`
	Language string    `json:"language"`
	SHA256   string    `json:"sha256" doc:"Of the text that was shown."`
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	How      string    `json:"how" doc:"registration or portal."`
}

// signedFileJSON is a signed copy a body handed over.
type signedFileJSON struct {
	ID       int64     `json:"id"`
	Version  string    `json:"version"`
	SHA256   string    `json:"sha256"`
	Size     int64     `json:"size" doc:"In bytes."`
	Filename string    `json:"filename"`
	At       time.Time `json:"at"`
	By       string    `json:"by"`

	org string
}

// Location implements api.Located.
func (f signedFileJSON) Location() string {
	return api.Path("organisations", f.org, "agreement", "files", strconvID(f.ID))
}

func signedView(org string, f SignedFile) signedFileJSON {
	return signedFileJSON{f.ID, f.Version, f.SHA256, f.Size, f.Filename, f.At, f.Name, org}
}

// agreementJSON is how a body stands towards the conditions.
type agreementJSON struct {
	Current  conditionsJSON   `json:"current"`
	Next     *conditionsJSON  `json:"next,omitzero" doc:"Published, and holds later."`
	Wanted   string           `json:"wanted,omitempty" doc:"The version that must be accepted; missing when none must."`
	Until    time.Time        `json:"until,omitzero" doc:"Until when."`
	Late     bool             `json:"late" doc:"That is over."`
	Accepted []acceptanceJSON `json:"accepted" doc:"The newest first."`
	Files    []signedFileJSON `json:"files" doc:"The newest first."`
}

func (m *Module) apiAgreement(r *api.Request, _ *api.Nothing) (agreementJSON, error) {
	a, err := m.Agreement(r.Context(), r.Scope)
	if err != nil {
		return agreementJSON{}, err
	}
	lang := r.L.Lang()
	out := agreementJSON{Current: conditionsView(a.Current, lang), Late: a.Late(m.now()),
		Accepted: api.Each(a.Accepted, func(x Acceptance) acceptanceJSON {
			return acceptanceJSON{x.Version, x.Language, x.SHA256, x.At, x.Name, x.How}
		}),
		Files: api.Each(a.Files, func(f SignedFile) signedFileJSON { return signedView(r.Org.Code, f) })}
	if a.Next != nil {
		next := conditionsView(*a.Next, lang)
		out.Next = &next
	}
	if a.Wanted != nil {
		out.Wanted, out.Until = a.Wanted.Version, a.Until.UTC()
	}
	return out, nil
}

type acceptInput struct {
	Body struct {
		Version  string `json:"version" minLength:"1" maxLength:"20"`
		Language string `json:"language,omitempty" enum:"it,en,nb" doc:"In which the text was read; missing: the one asked for."`
	} `nameHint:"AgreementAcceptance"`
}

func (m *Module) apiAccept(r *api.Request, in *acceptInput) (agreementJSON, error) {
	if err := m.Accept(r.Context(), r.Scope, r.Person.Name, in.Body.Version, orDefault(in.Body.Language, r.L.Lang())); err != nil {
		return agreementJSON{}, err
	}
	return m.apiAgreement(r, nil)
}

type signedQuery struct {
	Filename string `query:"filename" maxLength:"300" doc:"What the file is called."`
}

// apiStoreSigned takes the file in before the transaction.
func (m *Module) apiStoreSigned(r *api.Request, _ *signedQuery) (blob.Object, error) {
	return m.StoreSigned(r.Context(), r.Scope, r.R.Body)
}

func (m *Module) apiKeepSigned(r *api.Request, in *signedQuery, stored blob.Object) (signedFileJSON, error) {
	if err := m.AddSigned(r.Context(), r.Scope, r.Person.Name, in.Filename, stored); err != nil {
		return signedFileJSON{}, err
	}
	a, err := m.Agreement(r.Context(), r.Scope)
	if err != nil || len(a.Files) == 0 {
		return signedFileJSON{}, err
	}
	return signedView(r.Org.Code, a.Files[0]), nil
}

func (m *Module) apiSigned(r *api.Request, in *api.ID) (api.File, error) {
	f, data, err := m.Signed(r.Context(), r.Scope, in.ID)
	return api.File{Name: f.Filename, Size: f.Size, Hash: f.SHA256, Body: io.NopCloser(bytes.NewReader(data))}, err
}

// agreementVersionJSON is a version of the conditions, in all its languages.
type agreementVersionJSON struct {
	Version         string              `json:"version"`
	Tier            Tier                `json:"tier" doc:"Empty: for every tier without its own."`
	Effective       time.Time           `json:"effective"`
	NeedsAcceptance bool                `json:"needs_acceptance"`
	GraceDays       int                 `json:"grace_days"`
	PublishedAt     time.Time           `json:"published_at,omitzero" doc:"Missing: it came with the program."`
	PublishedBy     string              `json:"published_by,omitempty"`
	AcceptedBy      int                 `json:"accepted_by" doc:"How many members accepted it."`
	Texts           []agreementTextJSON `json:"texts"`
}

// Location implements api.Located.
func (v agreementVersionJSON) Location() string { return api.Path("agreements", v.Version) }

// agreementTextJSON is the text of a version in a language.
type agreementTextJSON struct {
	Language   string   `json:"language"`
	Paragraphs []string `json:"paragraphs"`
	SHA256     string   `json:"sha256"`
	Changed    string   `json:"changed"`
}

func versionView(c Conditions, accepted int) agreementVersionJSON {
	out := agreementVersionJSON{c.Version, c.Tier, c.Effective.UTC(), c.NeedsAcceptance, c.GraceDays, c.PublishedAt, c.PublishedBy, accepted, nil}
	for _, lang := range slices.Sorted(maps.Keys(c.Paragraphs)) {
		out.Texts = append(out.Texts, agreementTextJSON{lang, c.In(lang), c.Hash(lang), c.Changed.In(lang)})
	}
	return out
}

func (m *Module) apiConditions(r *api.Request, _ *api.Paging) (out api.List[agreementVersionJSON], err error) {
	all, err := m.allConditions(r.Context(), m.db)
	if err != nil {
		return out, err
	}
	counts, err := acceptedBy(r.Context(), m.db)
	return api.Items(api.Each(all, func(c Conditions) agreementVersionJSON { return versionView(c, counts[c.Version]) }), ""), err
}

type versionInput struct {
	Version string `path:"version" maxLength:"20"`
}

func (m *Module) apiOneConditions(r *api.Request, in *versionInput) (agreementVersionJSON, error) {
	all, err := m.apiConditions(r, nil)
	if err != nil {
		return agreementVersionJSON{}, err
	}
	i := slices.IndexFunc(all.Items, func(v agreementVersionJSON) bool { return v.Version == in.Version })
	if i < 0 {
		return agreementVersionJSON{}, fault.New(fault.NotFound, "access.page")
	}
	return all.Items[i], nil
}

type publishInput struct {
	Body struct {
		Version         string             `json:"version" maxLength:"20"`
		Tier            Tier               `json:"tier,omitempty" enum:"basic,full" doc:"Missing: for every tier without its own."`
		Effective       string             `json:"effective" format:"date" doc:"A day; it begins at midnight in the instance's zone."`
		NeedsAcceptance bool               `json:"needs_acceptance"`
		GraceDays       int64              `json:"grace_days" minimum:"0" maximum:"365"`
		Texts           []AgreementNewText `json:"texts" minItems:"1" maxItems:"3" doc:"Italian is needed; the others fall back to it."`
	} `nameHint:"NewAgreement"`
}

// AgreementNewText is the text of a new version in a language.
type AgreementNewText struct {
	Language string `json:"language" enum:"it,en,nb"`
	Text     string `json:"text" maxLength:"60000" doc:"Paragraphs apart by an empty line."`
	Changed  string `json:"changed,omitempty" maxLength:"4000" doc:"What changed since the version before."`
}

func (m *Module) apiPublish(r *api.Request, in *publishInput) (agreementVersionJSON, error) {
	day, err := time.Parse(time.DateOnly, in.Body.Effective)
	if err != nil {
		return agreementVersionJSON{}, fault.New(fault.Invalid, "constituency.agreement").Because(err).Field("effective", "constituency.agreement_day")
	}
	n := NewConditions{Version: in.Body.Version, Tier: in.Body.Tier, Effective: day, NeedsAcceptance: in.Body.NeedsAcceptance, GraceDays: in.Body.GraceDays,
		By: r.Person.Name, Texts: map[string]string{"it": ""}, Changed: map[string]string{}}
	for _, t := range in.Body.Texts {
		n.Texts[t.Language], n.Changed[t.Language] = t.Text, t.Changed
	}
	if err := m.Publish(r.Context(), r.Scope, n); err != nil {
		return agreementVersionJSON{}, err
	}
	return m.apiOneConditions(r, &versionInput{n.Version})
}
