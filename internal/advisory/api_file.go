// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"net/http"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/platform/filein"
)

func (m *Module) fileAPI(a *api.API) {
	const tag, files = "Advisories", "/advisories/{id}/attachments"
	read, edit := gate.Staff(access.AdvisoryRead), gate.Staff(access.AdvisoryEdit)
	api.PostPrepared(a, files, edit, m.apiStoreFile, m.apiAddFile, api.Op{ID: "add-advisory-attachment", Tag: tag, Status: http.StatusCreated, Summary: "Add a file to a draft", Kinds: []string{"application/octet-stream"}, MaxBody: MaxAttachment + 1<<10,
		Text: "The body is the file. Up to 10 files of 20 MB, 50 MB in all. One in which a scanner finds malware is refused; without a scanner it is marked unscanned. A proposed advisory has then to be proposed again."})
	api.Get(a, files+"/{attachment}", read, m.apiFile, api.Op{ID: "get-advisory-attachment", Tag: tag, MaxFile: MaxAttachment, Summary: "Fetch a file of an advisory"})
	api.Post(a, files+"/{attachment}/visibility", edit, m.apiShowFile, api.Op{ID: "show-advisory-attachment", Tag: tag, Summary: "Say whether everybody may have a draft's file", Text: "While the advisory is TLP:CLEAR; nobody but its readers otherwise."})
	api.Delete(a, files+"/{attachment}", edit, m.apiRemoveFile, api.Op{ID: "remove-advisory-attachment", Tag: tag, Summary: "Take a file out of a draft"})
	api.Get(a, "/organisations/{org}/advisories/{id}/attachments/{attachment}", gate.Member(access.AdvisoryRead), m.apiReceivedFile, api.Op{ID: "get-received-advisory-attachment", Tag: tag, MaxFile: MaxAttachment, Summary: "Fetch a file of an advisory sent to the organisation",
		Text: "By whoever may read the advisory, while it holds. Above TLP:AMBER it is noted in the audit log."})
}

// advisoryAttachmentJSON is a file of an advisory.
type advisoryAttachmentJSON struct {
	ID     int64          `json:"id"`
	Name   string         `json:"name"`
	Size   int64          `json:"size"`
	SHA256 string         `json:"sha256"`
	Scan   filein.Verdict `json:"scan" enum:"clean,unscanned"`
	Public bool           `json:"public,omitempty" doc:"Everybody may have it while the advisory is TLP:CLEAR."`
	Since  int            `json:"since_revision"`
	Until  int            `json:"until_revision,omitempty" doc:"It is no part of what holds."`
}

func fileJSON(f Attachment) advisoryAttachmentJSON {
	return advisoryAttachmentJSON{f.ID, f.Name, f.Size, f.SHA256, f.Scan, f.Public, f.Since, f.Until}
}

type addFile struct {
	api.ID
	Filename string `query:"filename" maxLength:"500" required:"true" doc:"What the file is called."`
	Public   bool   `query:"public" doc:"Everybody may have it while the advisory is TLP:CLEAR."`
}

func (m *Module) apiStoreFile(r *api.Request, in *addFile) (filein.File, error) {
	return m.StoreAttachment(r.Context(), r.Scope, in.ID.ID, in.Filename, r.R.Body)
}

func (m *Module) apiAddFile(r *api.Request, in *addFile, stored filein.File) (advisoryAttachmentJSON, error) {
	f, err := m.AddAttachment(r.Context(), r.Scope, caller(r), in.ID.ID, stored, in.Public)
	return fileJSON(f), err
}

type advisoryFile struct {
	api.ID
	Attachment int64 `path:"attachment" minimum:"1"`
}

func (m *Module) apiFile(r *api.Request, in *advisoryFile) (api.File, error) {
	f, content, err := m.OpenAttachment(r.Context(), r.Scope, in.ID.ID, in.Attachment)
	return api.File{Name: f.Name, Size: f.Size, Hash: f.SHA256, Body: content}, err
}

func (m *Module) apiReceivedFile(r *api.Request, in *advisoryFile) (api.File, error) {
	f, content, err := m.OpenReceived(r.Context(), r.Scope, caller(r), in.ID.ID, in.Attachment)
	return api.File{Name: f.Name, Size: f.Size, Hash: f.SHA256, Body: content}, err
}

type showFile struct {
	api.ID
	Attachment int64 `path:"attachment" minimum:"1"`
	Body       struct {
		Public bool `json:"public"`
	}
}

func (m *Module) apiShowFile(r *api.Request, in *showFile) (api.Nothing, error) {
	return api.Nothing{}, m.ShowAttachment(r.Context(), r.Scope, caller(r), in.ID.ID, in.Attachment, in.Body.Public)
}

func (m *Module) apiRemoveFile(r *api.Request, in *advisoryFile) (api.Nothing, error) {
	return api.Nothing{}, m.RemoveAttachment(r.Context(), r.Scope, caller(r), in.ID.ID, in.Attachment)
}
