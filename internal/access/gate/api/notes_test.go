// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"context"
	"database/sql"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing/fstest"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

var notesSchema = fstest.MapFS{"migrations/0001_notes.sql": {Data: []byte(
	"CREATE TABLE note (id {{id}}, org BIGINT NOT NULL, text TEXT NOT NULL, version BIGINT NOT NULL);")}}

// notes is a room as small as one can be.
type notes struct {
	db    *db.DB
	after func() // called when a note was made, inside the request

	prepared int // how often a file was taken in
}

type noteJSON struct {
	ID      int64  `json:"id"`
	Text    string `json:"text"`
	Version int64  `json:"version"`
}

func (n noteJSON) RecordVersion() int64 { return n.Version }
func (n noteJSON) Location() string {
	return api.Path("organisations", "c_d612", "notes", strconv.FormatInt(n.ID, 10))
}

type listNotes struct {
	api.Paging
	Query string `query:"q" maxLength:"50"`
	Kind  string `query:"kind" enum:"long,short"`
}

type writeNote struct {
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"20"`
	} `nameHint:"NoteText"`
}

type editNote struct {
	api.ID
	api.IfMatch
	writeNote
}

func (n *notes) declare(a *api.API) {
	read, edit := gate.Member(access.ContactRead), gate.Member(access.ContactEdit)
	const path = "/organisations/{org}/notes"
	api.Get(a, path, read, n.list, api.Op{ID: "list-notes", Tag: "Notes", Summary: "List notes"})
	api.Post(a, path, edit, n.add, api.Op{ID: "add-note", Tag: "Notes", Summary: "Add a note", Status: http.StatusCreated, MaxBody: 1000})
	api.Get(a, path+"/{id}", read, n.get, api.Op{ID: "get-note", Tag: "Notes", Summary: "Read a note"})
	api.Put(a, path+"/{id}", edit, n.edit, api.Op{ID: "edit-note", Tag: "Notes", Summary: "Change a note"})
	api.Delete(a, path+"/{id}", edit, n.remove, api.Op{ID: "remove-note", Tag: "Notes", Summary: "Remove a note"})
	api.Post(a, path+"/secret", edit, n.secret, api.Op{ID: "make-secret", Tag: "Notes", Summary: "Make a secret", Once: true})
	api.PostPrepared(a, path+"/file", edit, n.prepare, n.make, api.Op{ID: "upload-note", Tag: "Notes", Summary: "Make a note of a file", Kinds: []string{"application/octet-stream"}, MaxBody: 1000})
	api.Get(a, path+"/{id}/file", read, n.file, api.Op{ID: "get-note-file", Tag: "Notes", Summary: "Read a note as a file"})
}

func (n *notes) list(r *api.Request, in *listNotes) (out api.List[noteJSON], err error) {
	after, _ := strconv.ParseInt(in.After(), 10, 64)
	org, err := r.Scope.Organisation()
	if err != nil {
		return out, err
	}
	rows, err := n.db.Query(r.Context(), "SELECT id, text, version FROM note WHERE org = $1 AND id > $2 ORDER BY id LIMIT $3", org, after, in.Limit+1)
	all, err := db.Collect(rows, err, func(r *sql.Rows) (x noteJSON, err error) { return x, r.Scan(&x.ID, &x.Text, &x.Version) })
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = strconv.FormatInt(all[len(all)-1].ID, 10)
	}
	return api.Items(all, next), err
}

func (n *notes) read(ctx context.Context, s access.Scope, id int64) (x noteJSON, err error) {
	org, err := s.Organisation()
	if err != nil {
		return x, err
	}
	err = n.db.QueryRow(ctx, "SELECT id, text, version FROM note WHERE org = $1 AND id = $2", org, id).Scan(&x.ID, &x.Text, &x.Version)
	if db.NotFound(err) {
		return x, fault.New(fault.NotFound, "access.page")
	}
	return x, err
}

func (n *notes) get(r *api.Request, in *api.ID) (noteJSON, error) {
	return n.read(r.Context(), r.Scope, in.ID)
}

func (n *notes) add(r *api.Request, in *writeNote) (noteJSON, error) {
	var id int64
	org, err := r.Scope.Organisation()
	if err != nil {
		return noteJSON{}, err
	}
	err = n.db.Tx(r.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(r.Context(), "INSERT INTO note (org, text, version) VALUES ($1,$2,1) RETURNING id", org, in.Body.Text).Scan(&id)
	})
	if err != nil {
		return noteJSON{}, err
	}
	if n.after != nil {
		n.after()
	}
	if in.Body.Text == "refused" {
		return noteJSON{}, fault.New(fault.Conflict, "web.form")
	}
	return n.read(r.Context(), r.Scope, id)
}

func (n *notes) edit(r *api.Request, in *editNote) (noteJSON, error) {
	err := n.db.Tx(r.Context(), func(tx *db.Tx) error {
		x, err := n.read(r.Context(), r.Scope, in.ID.ID)
		if err != nil {
			return err
		}
		if x.Version != in.Version() {
			return fault.New(fault.Conflict, "notes.changed_meanwhile")
		}
		_, err = tx.Exec(r.Context(), "UPDATE note SET text = $2, version = version + 1 WHERE id = $1", in.ID.ID, in.Body.Text)
		return err
	})
	if err != nil {
		return noteJSON{}, err
	}
	return n.read(r.Context(), r.Scope, in.ID.ID)
}

func (n *notes) remove(r *api.Request, in *api.ID) (api.Nothing, error) {
	if _, err := n.read(r.Context(), r.Scope, in.ID); err != nil {
		return api.Nothing{}, err
	}
	_, err := n.db.Exec(r.Context(), "DELETE FROM note WHERE id = $1", in.ID)
	return api.Nothing{}, err
}

type secretJSON struct {
	Secret string `json:"secret"`
}

func (n *notes) secret(*api.Request, *api.Nothing) (secretJSON, error) {
	return secretJSON{"shown-once"}, nil
}

// prepare takes a file in: what it writes stays, whatever follows.
func (n *notes) prepare(r *api.Request, _ *api.Nothing) (string, error) {
	n.prepared++
	text, err := io.ReadAll(io.LimitReader(r.R.Body, 20))
	if err == nil {
		_, err = n.db.Exec(r.Context(), "INSERT INTO note (org, text, version) VALUES (0,$1,1)", string(text))
	}
	return string(text), err
}

func (n *notes) make(r *api.Request, _ *api.Nothing, text string) (noteJSON, error) {
	in := &writeNote{}
	in.Body.Text = text
	return n.add(r, in)
}

func (n *notes) file(r *api.Request, in *api.ID) (api.File, error) {
	x, err := n.read(r.Context(), r.Scope, in.ID)
	return api.File{Name: "nota è.txt", Size: int64(len(x.Text)), Hash: "h" + x.Text, Body: io.NopCloser(strings.NewReader(x.Text))}, err
}
