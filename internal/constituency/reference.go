// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"martinella/internal/constituency/check"
	"martinella/internal/constituency/word"
	"martinella/internal/platform/i18n"
)

// Text is a short text in several languages, by tag.
type Text = word.Text

// Municipality is a commune of the territory.
type Municipality struct {
	ISTAT     string `json:"istat"`
	Name      string `json:"name"`
	Province  string `json:"province"`
	Plate     string `json:"plate"`
	Cadastral string `json:"cadastral"`
	Code      string `json:"ipa_guess"` // the code IndicePA's convention gives it
}

// Label is how a municipality is offered and typed: "Firenze (FI)".
func (m Municipality) Label() string { return m.Name + " (" + m.Plate + ")" }

// OrganisationType is a kind of body.
type OrganisationType struct {
	ID   string `json:"id"`
	Name Text   `json:"name"`
}

// ContactRole is what a contact is for, and which of his fields that makes necessary.
type ContactRole struct {
	ID        string   `json:"id"`
	Requires  []string `json:"requires"` // form fields: "email", "phone", "phone_24h"
	Expected  bool     `json:"expected"` // the record is incomplete without one
	Call      int      `json:"call"`     // order in which to telephone; 0: not in an emergency
	Digest    bool     `json:"digest"`   // gets the digest unless he says no
	Under     string   `json:"under"`    // the role above it in the chart
	Countries []string `json:"countries"`
	Name      Text     `json:"name"`
}

// In says whether the role exists in a country.
func (r ContactRole) In(country string) bool {
	return len(r.Countries) == 0 || slices.Contains(r.Countries, country)
}

// Reference is the domain data the room works with. It does not change once loaded.
type Reference struct {
	Municipalities []Municipality
	Provinces      []string
	Types          []OrganisationType
	Roles          []ContactRole
	Catalogue      Catalogue
	Conditions     []Conditions // oldest first
}

// LoadReference reads the data from the files of package data.
func LoadReference(files fs.FS) (*Reference, error) {
	var geo struct{ Comuni []Municipality }
	var types struct{ Types []OrganisationType }
	var roles struct{ Roles []ContactRole }
	r := &Reference{}
	for name, into := range map[string]any{
		"geo/comuni-toscana.json":              &geo,
		"constituency/organisation-types.json": &types,
		"constituency/contact-roles.json":      &roles,
		"services/catalogue.json":              &r.Catalogue,
	} {
		if err := readJSON(files, name, into); err != nil {
			return nil, err
		}
	}
	r.Municipalities, r.Types, r.Roles = geo.Comuni, types.Types, roles.Roles
	for _, m := range r.Municipalities {
		if !slices.Contains(r.Provinces, m.Province) {
			r.Provinces = append(r.Provinces, m.Province)
		}
	}
	slices.Sort(r.Provinces)
	return r, r.loadConditions(files)
}

// Names gives what the kinds of bodies and the tiers are called, by language
// and by the keys "sector.ID" and "tier.ID".
func Names(files fs.FS) (map[string]map[string]string, error) {
	var types struct{ Types []OrganisationType }
	if err := readJSON(files, "constituency/organisation-types.json", &types); err != nil {
		return nil, err
	}
	var services Catalogue
	if err := readJSON(files, "services/catalogue.json", &services); err != nil {
		return nil, err
	}
	out := map[string]map[string]string{}
	for _, lang := range i18n.Languages() {
		out[lang] = map[string]string{}
		for _, t := range types.Types {
			out[lang]["sector."+t.ID] = t.Name.In(lang)
		}
		for _, t := range services.Tiers {
			out[lang]["tier."+string(t.ID)] = t.Name.In(lang)
		}
	}
	return out, nil
}

func (r *Reference) loadConditions(files fs.FS) error {
	names, err := fs.Glob(files, "conditions/*.json")
	if err != nil {
		return fmt.Errorf("conditions: %w", err)
	}
	for _, name := range names { // in order of version
		var c Conditions
		if err := readJSON(files, name, &c); err != nil {
			return err
		}
		if c.Effective, err = time.Parse(time.DateOnly, c.From); err != nil {
			return fmt.Errorf("conditions %s: %w", name, err)
		}
		r.Conditions = append(r.Conditions, c)
	}
	sortConditions(r.Conditions)
	if len(r.Conditions) == 0 {
		return fmt.Errorf("conditions: there are none to accept")
	}
	return nil
}

func readJSON(files fs.FS, name string, into any) error {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("domain data: %w", err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("domain data %s: %w", name, err)
	}
	return nil
}

// CurrentConditions are those a new registration accepts.
func (r *Reference) CurrentConditions() Conditions { return r.Conditions[len(r.Conditions)-1] }

// ConditionsOf gives a version of the conditions.
func (r *Reference) ConditionsOf(version string) (Conditions, bool) {
	i := slices.IndexFunc(r.Conditions, func(c Conditions) bool { return c.Version == version })
	if i < 0 {
		return Conditions{}, false
	}
	return r.Conditions[i], true
}

// Type gives a kind of body by its id.
func (r *Reference) Type(id string) (OrganisationType, bool) {
	i := slices.IndexFunc(r.Types, func(t OrganisationType) bool { return t.ID == id })
	if i < 0 {
		return OrganisationType{}, false
	}
	return r.Types[i], true
}

// Role gives a contact's role by its id.
func (r *Reference) Role(id string) (ContactRole, bool) {
	for i := range r.Roles {
		if r.Roles[i].ID == id {
			return r.Roles[i], true
		}
	}
	return ContactRole{}, false
}

// Municipality gives a municipality by its ISTAT code.
func (r *Reference) Municipality(istat string) (Municipality, bool) {
	i := slices.IndexFunc(r.Municipalities, func(m Municipality) bool { return m.ISTAT == istat })
	if istat == "" || i < 0 {
		return Municipality{}, false
	}
	return r.Municipalities[i], true
}

// MunicipalityNamed finds a municipality by what somebody typed: "Firenze",
// "firenze (FI)", "Comune di Firenze", or its ISTAT code.
func (r *Reference) MunicipalityNamed(typed string) (Municipality, bool) {
	if m, ok := r.Municipality(strings.TrimSpace(typed)); ok {
		return m, true
	}
	key := check.NameKey(typed)
	for _, m := range r.Municipalities {
		if name := check.NameKey(m.Name); key != "" && (key == name || key == name+" "+strings.ToLower(m.Plate)) {
			return m, true
		}
	}
	return Municipality{}, false
}

// MunicipalitiesLike gives up to limit municipalities whose name has a word that begins
// with what was typed, those whose name begins with it first.
func (r *Reference) MunicipalitiesLike(typed string, limit int) []Municipality {
	key := check.Fold(typed)
	var first, then []Municipality
	for _, m := range r.Municipalities {
		switch name := check.Fold(m.Name); {
		case strings.HasPrefix(name, key):
			first = append(first, m)
		case strings.Contains(name, " "+key):
			then = append(then, m)
		}
	}
	all := append(first, then...)
	return all[:min(limit, len(all))]
}
