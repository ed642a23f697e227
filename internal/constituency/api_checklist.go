// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"fmt"
	"time"

	"martinella/internal/access/gate/api"
	"martinella/internal/constituency/completeness"
	"martinella/internal/constituency/onboarding"
	"martinella/internal/platform/fault"
)

// completenessJSON is how complete a record is.
type completenessJSON struct {
	Score   int                    `json:"score" doc:"0-100; 100 only when nothing is missing."`
	Version string                 `json:"version" doc:"Of the list of what counts."`
	Items   []completenessItemJSON `json:"items"`
}

// completenessItemJSON is something a complete record has.
type completenessItemJSON struct {
	ID      string  `json:"id"`
	Name    string  `json:"name" doc:"In the language asked for."`
	Why     string  `json:"why" doc:"Why it counts."`
	Weight  int     `json:"weight"`
	Points  float64 `json:"points" doc:"Of weight."`
	Have    int     `json:"have"`
	Need    int     `json:"need"`
	Missing bool    `json:"missing" doc:"Something can be added."`
}

func (m *Module) apiCompleteness(r *api.Request, _ *api.Nothing) (completenessJSON, error) {
	s, err := m.Score(r.Context(), r.Scope)
	lang := r.L.Lang()
	return completenessJSON{s.Value, s.Version, api.Each(s.Lines, func(l completeness.Line) completenessItemJSON {
		return completenessItemJSON{l.ID, l.Name.In(lang), l.Why.In(lang), l.Weight, l.Points, l.Have, l.Need, l.Missing()}
	})}, err
}

// onboardingJSON is the onboarding questionnaire with its answers.
type onboardingJSON struct {
	Version  string        `json:"version"`
	Source   string        `json:"source" doc:"Where the questions come from."`
	Answered int           `json:"answered"`
	All      int           `json:"all"`
	Sections []sectionJSON `json:"sections"`
}

// sectionJSON is a part of the questionnaire.
type sectionJSON struct {
	ID    string         `json:"id"`
	Title string         `json:"title" doc:"In the language asked for, as all texts."`
	Lead  string         `json:"lead"`
	Items []questionJSON `json:"items"`
}

// questionJSON is a question with its answer.
type questionJSON struct {
	ID       string          `json:"id"`
	Kind     onboarding.Kind `json:"kind" enum:"yes_no,date,text,computed" doc:"computed: the portal counts it, and nobody answers."`
	Dated    bool            `json:"dated" doc:"A yes has a day: since when, or when last revised."`
	Question string          `json:"question"`
	Help     string          `json:"help"`
	Count    int             `json:"count" doc:"Of a computed one."`
	Value    string          `json:"value" doc:"yes or no, a day, or words; empty: not answered."`
	Day      string          `json:"day,omitempty" format:"date" doc:"Of a dated yes."`
	Note     string          `json:"note,omitempty" doc:"The words that go with yes or no."`
	By       string          `json:"by,omitempty" doc:"Who answered."`
	At       time.Time       `json:"at,omitzero"`
}

func sectionJSONOf(sec onboarding.Section, v Onboarding, lang string) sectionJSON {
	return sectionJSON{sec.ID, sec.Title.In(lang), sec.Lead.In(lang), api.Each(sec.Items, func(i onboarding.Item) questionJSON {
		a := v.Answers[i.ID]
		return questionJSON{i.ID, i.Kind, i.Dated, i.Question.In(lang), i.Help.In(lang), v.Facts[i.Fact], a.Value, a.Day, a.Note, a.By, a.At}
	})}
}

func (m *Module) apiOnboarding(r *api.Request, _ *api.Nothing) (onboardingJSON, error) {
	v, err := m.Onboarding(r.Context(), r.Scope)
	return onboardingJSON{v.List.Version, v.List.Source, v.Answered, v.All, api.Each(v.List.Sections, func(s onboarding.Section) sectionJSON {
		return sectionJSONOf(s, v, r.L.Lang())
	})}, err
}

// SectionPath names a section in the path.
type SectionPath struct {
	Section string `path:"section" maxLength:"60" doc:"The section's id."`
}

func (m *Module) apiSection(r *api.Request, in *SectionPath) (sectionJSON, error) {
	v, err := m.Onboarding(r.Context(), r.Scope)
	if err != nil {
		return sectionJSON{}, err
	}
	sec, ok := v.List.Section(in.Section)
	if !ok {
		return sectionJSON{}, fault.New(fault.NotFound, "access.page")
	}
	return sectionJSONOf(sec, v, r.L.Lang()), nil
}

type sectionInput struct {
	SectionPath
	api.IfUnchanged
	Body struct {
		Answers []AnswerJSON `json:"answers" maxItems:"200"`
	} `nameHint:"OnboardingAnswers"`
}

// AnswerJSON is the answer to a question.
type AnswerJSON struct {
	Item  string `json:"item" maxLength:"60" doc:"The question's id."`
	Value string `json:"value,omitempty" maxLength:"4000" doc:"yes or no, a day, or words; empty: not answered."`
	Day   string `json:"day,omitempty" maxLength:"10" doc:"Of a dated yes."`
	Note  string `json:"note,omitempty" maxLength:"4000" doc:"The words that go with yes or no."`
}

func (m *Module) apiAnswerSection(r *api.Request, in *sectionInput) (sectionJSON, error) {
	read := func(r *api.Request) (sectionJSON, error) { return m.apiSection(r, &in.SectionPath) }
	return api.Change(r, &in.IfUnchanged, read, func(r *api.Request) error {
		now, err := read(r)
		if err != nil {
			return err
		}
		field, err := answered(now, in.Body.Answers)
		if err != nil {
			return err
		}
		return m.AnswerOnboarding(r.Context(), r.Scope, in.Section, r.Person.Name, field)
	})
}

// answered gives answers as the page's form has them; an answer to what is not asked is an error.
func answered(sec sectionJSON, answers []AnswerJSON) (func(string) string, error) {
	asked, fields := map[string]bool{}, map[string]string{}
	for _, q := range sec.Items {
		asked[q.ID] = q.Kind != onboarding.Computed
	}
	problems := fault.New(fault.Invalid, "constituency.onboarding")
	for i, a := range answers {
		if !asked[a.Item] {
			problems.Field(fmt.Sprintf("answers[%d].item", i), "api.field.unknown")
		}
		fields[a.Item], fields[a.Item+"_day"], fields[a.Item+"_note"] = a.Value, a.Day, a.Note
	}
	return func(name string) string { return fields[name] }, problems.OrNil()
}

func (m *Module) apiConfirmation(r *api.Request, _ *api.Nothing) (confirmationJSON, error) {
	c, _, err := m.Confirmation(r.Context(), r.Scope)
	return m.confirmationView(c), err
}

func (m *Module) apiConfirm(r *api.Request, _ *api.Nothing) (confirmationJSON, error) {
	if err := m.Confirm(r.Context(), r.Scope, r.Person.Name); err != nil {
		return confirmationJSON{}, err
	}
	return m.apiConfirmation(r, nil)
}

// familyJSON is whom a body belongs to, and who belongs to it.
type familyJSON struct {
	Code     string         `json:"code"`
	Parent   *relativeJSON  `json:"parent,omitzero"`
	Children []relativeJSON `json:"children" doc:"Those that are, or want to become, members; by name, 500 at most."`
	Version  int64          `json:"version" doc:"Of the body's record."`
}

// RecordVersion implements api.Versioned.
func (f familyJSON) RecordVersion() int64 { return f.Version }

func (m *Module) familyOf(r *api.Request, id int64) (familyJSON, error) {
	o, err := m.Organisation(r.Context(), r.Scope, id)
	if err != nil {
		return familyJSON{}, err
	}
	f, err := m.FamilyOf(r.Context(), r.Scope, o)
	out := familyJSON{Code: o.Code, Children: api.Each(f.Children, relativeView), Version: o.Version}
	if f.Parent != nil {
		p := relativeView(*f.Parent)
		out.Parent = &p
	}
	return out, err
}

func (m *Module) apiOwnFamily(r *api.Request, _ *api.Nothing) (familyJSON, error) {
	return m.familyOf(r, r.Org.ID)
}

func (m *Module) apiFamily(r *api.Request, _ *api.Nothing) (familyJSON, error) {
	found, err := m.OrganisationByCode(r.Context(), r.Scope, r.Param("org"))
	if err != nil {
		return familyJSON{}, err
	}
	return m.familyOf(r, found.ID)
}

type parentInput struct {
	api.IfMatch
	Body struct {
		Parent string `json:"parent" maxLength:"100" doc:"The code of the body it belongs to; empty: of none."`
	} `nameHint:"ParentChoice"`
}

func (m *Module) apiSetParent(r *api.Request, in *parentInput) (familyJSON, error) {
	found, err := m.OrganisationByCode(r.Context(), r.Scope, r.Param("org"))
	if err != nil {
		return familyJSON{}, err
	}
	if err := m.SetParent(r.Context(), r.Scope, found.ID, in.Version(), in.Body.Parent); err != nil {
		return familyJSON{}, err
	}
	return m.familyOf(r, found.ID)
}
