// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
)

func (m *Module) tagAPI(a *api.API) {
	const tag = "Members"
	read, edit := gate.Staff(access.TerritoryRead), gate.Staff(access.TagEdit)
	api.Get(a, "/tags", read, m.apiTags, api.Op{ID: "list-tags", Tag: tag, Summary: "List the CSIRT's own words for bodies", Text: "In order of the alphabet. An alert is addressed to those that have one by `tag:NAME`."})
	api.Post(a, "/tags", edit, m.apiTagMany, api.Op{ID: "tag-members", Tag: tag, Summary: "Give a tag to many bodies", Text: "To all or, when a code is not known, to none."})
	api.Delete(a, "/tags/{tag}", edit, m.apiDropTag, api.Op{ID: "remove-tag", Tag: tag, Summary: "Take a tag away from all bodies"})
	api.Get(a, "/members/{org}/tags", read, m.apiTagsOf, api.Op{ID: "get-member-tags", Tag: tag, Summary: "Read a body's tags"})
	api.Put(a, "/members/{org}/tags", edit, m.apiSetTags, api.Op{ID: "set-member-tags", Tag: tag, Summary: "Write a body's tags whole", Text: "Those not named are taken away."})
}

// tagJSON is a tag with how many members have it.
type tagJSON struct {
	Tag     string `json:"tag"`
	Members int    `json:"members" doc:"Accredited bodies that have it."`
}

func (m *Module) apiTags(r *api.Request, _ *api.Nothing) (api.List[tagJSON], error) {
	all, err := m.Tags(r.Context(), r.Scope)
	return api.Items(api.Each(all, func(t Tagged) tagJSON { return tagJSON(t) }), ""), err
}

type tagManyInput struct {
	Body struct {
		Tag   string   `json:"tag" maxLength:"100"`
		Codes []string `json:"codes" minItems:"1" maxItems:"2000" doc:"Of the bodies, in any case of letters."`
	} `nameHint:"Tagging"`
}

// taggedJSON is what became of it.
type taggedJSON struct {
	Tag   string `json:"tag" doc:"As it is kept: in small letters."`
	Added int    `json:"added" doc:"Bodies that did not have it."`
}

func (m *Module) apiTagMany(r *api.Request, in *tagManyInput) (taggedJSON, error) {
	added, err := m.TagMany(r.Context(), r.Scope, in.Body.Tag, in.Body.Codes)
	return taggedJSON{TidyTag(in.Body.Tag), added}, err
}

type tagInput struct {
	Tag string `path:"tag" maxLength:"200"`
}

func (m *Module) apiDropTag(r *api.Request, in *tagInput) (api.Nothing, error) {
	_, err := m.DropTag(r.Context(), r.Scope, in.Tag)
	return api.Nothing{}, err
}

// tagsJSON are a body's tags.
type tagsJSON struct {
	Code    string   `json:"code"`
	Tags    []string `json:"tags" doc:"In order of the alphabet."`
	Version int64    `json:"version"`
}

// RecordVersion implements api.Versioned.
func (t tagsJSON) RecordVersion() int64 { return t.Version }

func (m *Module) apiTagsOf(r *api.Request, _ *api.Nothing) (tagsJSON, error) {
	entry, err := m.OrganisationByCode(r.Context(), r.Scope, r.Param("org"))
	if err != nil {
		return tagsJSON{}, err
	}
	o, err := m.Organisation(r.Context(), r.Scope, entry.ID)
	if err != nil {
		return tagsJSON{}, err
	}
	tags, err := m.TagsOf(r.Context(), r.Scope, []int64{o.ID})
	return tagsJSON{o.Code, append([]string{}, tags[o.ID]...), o.Version}, err
}

type setTagsInput struct {
	api.IfMatch
	Body struct {
		Tags []string `json:"tags" maxItems:"20" doc:"In any order; kept in small letters, each once."`
	} `nameHint:"TagChoice"`
}

func (m *Module) apiSetTags(r *api.Request, in *setTagsInput) (tagsJSON, error) {
	entry, err := m.OrganisationByCode(r.Context(), r.Scope, r.Param("org"))
	if err != nil {
		return tagsJSON{}, err
	}
	if err := m.SetTags(r.Context(), r.Scope, entry.ID, in.Version(), in.Body.Tags); err != nil {
		return tagsJSON{}, err
	}
	return m.apiTagsOf(r, nil)
}
