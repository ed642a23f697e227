// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"net/http"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
)

func (m *Module) savedAPI(a *api.API) {
	const tag, root = "Advisories", "/saved-audiences"
	read, edit := gate.Staff(access.AdvisoryRead), gate.Staff(access.AdvisoryEdit)
	api.Get(a, root, read, m.apiSavedList, api.Op{ID: "list-saved-audiences", Tag: tag, Summary: "List the saved audiences", Text: "All of them, by name. In an audience, list:NAME stands for one."})
	api.Get(a, "/audience-words", read, m.apiAudienceWords, api.Op{ID: "list-audience-words", Tag: tag, Summary: "List what can be written in an audience", Text: "Tiers, sectors, provinces, tags and saved audiences there are."})
	api.Post(a, root, edit, m.apiAddSaved, api.Op{ID: "add-saved-audience", Tag: tag, Status: http.StatusCreated, Summary: "Save an audience under a name"})
	api.Get(a, root+"/{id}", read, m.apiSaved, api.Op{ID: "get-saved-audience", Tag: tag, Summary: "Read a saved audience"})
	api.Put(a, root+"/{id}", edit, m.apiEditSaved, api.Op{ID: "update-saved-audience", Tag: tag, Summary: "Write a saved audience whole", Text: "Drafts that name it mean what it is when they are sent."})
	api.Delete(a, root+"/{id}", edit, m.apiForget, api.Op{ID: "delete-saved-audience", Tag: tag, Summary: "Delete a saved audience"})
}

// savedAudienceEntryJSON is what is written of a saved audience.
type savedAudienceEntryJSON struct {
	Name     string `json:"name" minLength:"1" maxLength:"60" doc:"Kept in small letters; no two have the same."`
	Audience string `json:"audience" minLength:"1" maxLength:"4000" doc:"As an advisory's; it cannot name another list."`
	Note     string `json:"note,omitempty" maxLength:"2000"`
}

// SavedAudienceEntry is embedded so that its fields stand beside the others.
type SavedAudienceEntry = savedAudienceEntryJSON

// savedAudienceJSON is an audience kept under a name.
type savedAudienceJSON struct {
	ID int64 `json:"id"`
	SavedAudienceEntry
	ChangedAt time.Time `json:"changed_at"`
	ChangedBy string    `json:"changed_by"`

	version int64
}

// RecordVersion implements api.Versioned.
func (v savedAudienceJSON) RecordVersion() int64 { return v.version }

// Location implements api.Located.
func (v savedAudienceJSON) Location() string {
	return api.Path("saved-audiences", strconv.FormatInt(v.ID, 10))
}

func viewSaved(v Saved) savedAudienceJSON {
	return savedAudienceJSON{v.ID, savedAudienceEntryJSON{v.Name, v.Audience, v.Note}, v.Changed.At, v.Changed.Name, v.Version}
}

func (m *Module) apiSavedList(r *api.Request, _ *api.Nothing) (api.List[savedAudienceJSON], error) {
	all, err := m.AudiencesSaved(r.Context(), r.Scope)
	return api.Items(api.Each(all, viewSaved), ""), err
}

func (m *Module) apiSaved(r *api.Request, in *api.ID) (savedAudienceJSON, error) {
	v, err := m.SavedAudience(r.Context(), r.Scope, in.ID)
	return viewSaved(v), err
}

type addSaved struct{ Body savedAudienceEntryJSON }

func (m *Module) apiAddSaved(r *api.Request, in *addSaved) (savedAudienceJSON, error) {
	v, err := m.SaveAudience(r.Context(), r.Scope, caller(r), Saved{Name: in.Body.Name, Audience: in.Body.Audience, Note: in.Body.Note})
	return viewSaved(v), err
}

type editSaved struct {
	api.ID
	api.IfMatch
	Body savedAudienceEntryJSON
}

func (m *Module) apiEditSaved(r *api.Request, in *editSaved) (savedAudienceJSON, error) {
	v, err := m.SaveAudience(r.Context(), r.Scope, caller(r), Saved{ID: in.ID.ID, Version: in.Version(), Name: in.Body.Name, Audience: in.Body.Audience, Note: in.Body.Note})
	return viewSaved(v), err
}

func (m *Module) apiForget(r *api.Request, in *stepAdvisory) (api.Nothing, error) {
	return api.Nothing{}, m.ForgetAudience(r.Context(), r.Scope, in.ID.ID, in.Version())
}
