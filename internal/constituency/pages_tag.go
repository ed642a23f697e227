// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"net/url"
	"strings"

	"martinella/internal/access"
	"martinella/internal/access/gate"
)

const tagRoot = "/ops/tags"

func (m *Module) tagPages(g *gate.Gate) {
	read, edit := gate.Staff(access.TerritoryRead), gate.Staff(access.TagEdit)
	g.Handle("GET "+tagRoot, read, m.tagList)
	g.Handle("POST "+tagRoot, edit, m.tagging)
	g.Handle("GET "+tagRoot+"/{tag}/remove", edit, m.dropTagForm)
	g.Handle("POST "+tagRoot+"/{tag}/remove", edit, m.droppingTag)
	g.Handle("GET /ops/members/{org}/tags", edit, m.tagsForm)
	g.Handle("POST /ops/members/{org}/tags", edit, m.settingTags)
}

func (m *Module) tagList(r *gate.Request) error { return m.showTags(r, nil) }

func (m *Module) showTags(r *gate.Request, wrong error) error {
	all, err := m.Tags(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	v := tagsView{Tags: all, CanEdit: r.Scope.Can(access.TagEdit), State: r.FormState(wrong)}
	if wrong != nil {
		return r.Invalid(wrong, r.L.T("constituency.tags.title"), tagsPage(v))
	}
	return r.Page(r.L.T("constituency.tags.title"), tagsPage(v))
}

func (m *Module) tagging(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	added, err := m.TagMany(r.Context(), r.Scope, f.Text("tag"), strings.FieldsFunc(f.Text("codes"), betweenCodes))
	if err != nil {
		return m.showTags(r, err)
	}
	r.Flash(gate.Success, "constituency.tags.added", "tag", TidyTag(f.Text("tag")), "n", added)
	return r.Redirect(tagRoot)
}

// betweenCodes tells what separates codes in a pasted list.
func betweenCodes(r rune) bool { return strings.ContainsRune(" ,;\t\r\n", r) }

func (m *Module) dropTagForm(r *gate.Request) error {
	return r.Page(r.L.T("constituency.tags.drop"), dropTagPage(TidyTag(r.Param("tag"))))
}

func (m *Module) droppingTag(r *gate.Request) error {
	taken, err := m.DropTag(r.Context(), r.Scope, r.Param("tag"))
	if err != nil {
		return err
	}
	r.Flash(gate.Success, "constituency.tags.dropped", "tag", TidyTag(r.Param("tag")), "n", taken)
	return r.Redirect(tagRoot)
}

func (m *Module) tagsForm(r *gate.Request) error { return m.showOwnTags(r, nil) }

func (m *Module) showOwnTags(r *gate.Request, wrong error) error {
	entry, err := m.OrganisationByCode(r.Context(), r.Scope, r.Param("org"))
	if err != nil {
		return err
	}
	o, err := m.Organisation(r.Context(), r.Scope, entry.ID)
	if err != nil {
		return err
	}
	tags, err := m.TagsOf(r.Context(), r.Scope, []int64{o.ID})
	if err != nil {
		return err
	}
	all, err := m.Tags(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	v := ownTagsView{Org: o, Tags: tags[o.ID], All: all, State: r.FormState(wrong)}
	if wrong != nil {
		return r.Invalid(wrong, r.L.T("constituency.tags.title"), ownTagsPage(v))
	}
	return r.Page(r.L.T("constituency.tags.title"), ownTagsPage(v))
}

func (m *Module) settingTags(r *gate.Request) error {
	entry, err := m.OrganisationByCode(r.Context(), r.Scope, r.Param("org"))
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	version, err := f.Int("version", 0)
	if err == nil {
		err = m.SetTags(r.Context(), r.Scope, entry.ID, version, SplitTags(f.Text("tags")))
	}
	if err != nil {
		return m.showOwnTags(r, err)
	}
	r.Flash(gate.Success, "constituency.saved")
	return r.Redirect(memberPath(entry.Code))
}

// taggedPath is the list of the members that have a tag.
func taggedPath(tag string) string { return "/ops/members?tag=" + url.QueryEscape(tag) }
