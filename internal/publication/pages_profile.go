// SPDX-License-Identifier: EUPL-1.2

package publication

import (
	"maps"
	"slices"
	"strconv"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

const adminPath = "/admin/profile"

func (m *Module) profilePages(g *gate.Gate) {
	edit := gate.Staff(access.ProfileEdit)
	g.Handle("GET "+profilePath, gate.Public(), m.rfc2350, gate.Translated())
	g.Handle("GET "+profileText, gate.Public(), m.profileTextFile)
	g.Handle("GET "+profilePath+"/{file}", gate.Public(), m.profileFile)
	g.Handle("GET "+adminPath, edit, m.profileForm)
	g.Handle("POST "+adminPath, edit, m.saveProfile)
	g.Handle("GET "+adminPath+"/{lang}", edit, m.textsForm)
	g.Handle("POST "+adminPath+"/{lang}", edit, m.saveTexts)
	g.Nav(gate.NavItem{Area: gate.AreaAdmin, Key: "publication.profile", Path: adminPath, Permission: access.ProfileEdit, Order: 12})
}

func (m *Module) rfc2350(r *gate.Request) error {
	p, err := m.Profile(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("publication.rfc2350.short"), profileBody(p, m.Sections(p, r.L)))
}

// profileEdit is the form of the profile, or of its texts in one language.
type profileEdit struct {
	Profile
	Lang  string
	State ui.FormState
}

func (m *Module) profileForm(r *gate.Request) error {
	p, err := m.Profile(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("publication.profile"), factsBody(profileEdit{Profile: p}))
}

func (m *Module) saveProfile(r *gate.Request) error {
	return m.save(r, func(p *Profile, f web.Form) {
		p.Facts = Facts{Name: f.Text("name"), Address: f.Text("address"), Zone: f.Text("zone"), Phone: f.Text("phone"), Fax: f.Text("fax"), Email: f.Text("email")}
	}, func(err error, v profileEdit) error {
		return r.Invalid(err, r.L.T("publication.profile"), factsBody(v))
	})
}

// formLanguage is the language an address names.
func formLanguage(r *gate.Request) (string, error) {
	if lang := r.Param("lang"); slices.Contains(i18n.Languages(), lang) {
		return lang, nil
	}
	return "", fault.New(fault.NotFound, "access.page")
}

func textsTitle(l *i18n.Localizer, lang string) string {
	return l.T("publication.profile.texts_in", "language", i18n.Name(lang))
}

func (m *Module) textsForm(r *gate.Request) error {
	lang, err := formLanguage(r)
	if err != nil {
		return err
	}
	p, err := m.Profile(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	return r.Page(textsTitle(r.L, lang), textsBody(profileEdit{Profile: p, Lang: lang}))
}

func (m *Module) saveTexts(r *gate.Request) error {
	lang, err := formLanguage(r)
	if err != nil {
		return err
	}
	return m.save(r, func(p *Profile, f web.Form) {
		all := maps.Clone(p.Texts)
		if all == nil {
			all = map[string]Texts{}
		}
		all[lang] = Texts{}
		for _, key := range textKeys() {
			all[lang][key] = f.Text(key)
		}
		p.Texts = all
	}, func(err error, v profileEdit) error {
		v.Lang = lang
		return r.Invalid(err, textsTitle(r.L, lang), textsBody(v))
	})
}

// save writes what a form changes over what is kept, when that is still what its
// writer saw; else, or when something is wrong, it shows the form again.
func (m *Module) save(r *gate.Request, change func(*Profile, web.Form), again func(error, profileEdit) error) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	p, err := m.Profile(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	version, err := f.Int("version", 0)
	if err != nil {
		return err
	}
	change(&p, f)
	if _, err = m.SetProfile(r.Context(), r.Scope, version, p); err == nil {
		r.Flash(gate.Success, "publication.profile.saved")
		return r.Redirect(adminPath)
	}
	p.Version = version
	return again(err, profileEdit{Profile: p, State: r.FormState(err)})
}

func (v profileEdit) version() string { return strconv.FormatInt(v.Version, 10) }

func textsPath(lang string) string { return adminPath + "/" + lang }
