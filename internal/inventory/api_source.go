// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"net/http"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
)

func (m *Module) sourceAPI(a *api.API) {
	const tag, path = "Sources", "/organisations/{org}/stack/sources"
	edit := gate.Member(access.StackEdit)
	api.Get(a, path, edit, m.apiSources, api.Op{ID: "list-sources", Tag: tag, Summary: "List the servers the inventory is fetched from", Text: "All are in one answer; there are ten at most."})
	api.Post(a, path, edit, m.apiAddSource, api.Op{ID: "add-source", Tag: tag, Status: http.StatusCreated, Summary: "Fetch the inventory from a server", Text: "One that the administrators of the portal allow. It is asked soon after."})
	api.Get(a, path+"/{id}", edit, m.apiSource, api.Op{ID: "get-source", Tag: tag, Summary: "Read how fetching from a server goes", Text: "Its password is never given back."})
	api.Put(a, path+"/{id}", edit, m.apiEditSource, api.Op{ID: "update-source", Tag: tag, Summary: "Write a server's settings whole", Text: "Without a password the one there is stays, unless the address is another."})
	api.Post(a, path+"/{id}/run", edit, m.apiRunSource, api.Op{ID: "run-source", Tag: tag, Status: http.StatusAccepted, Summary: "Ask a server now", Text: "In the background: get-source tells how it went."})
	api.Delete(a, path+"/{id}", edit, m.apiRemoveSource, api.Op{ID: "remove-source", Tag: tag, Summary: "Forget a server and its password", Text: "What came from it stays."})
}

// sourceJSON is a server an inventory is fetched from.
type sourceJSON struct {
	ID int64 `json:"id"`
	SourceSettingsJSON
	State    string    `json:"state" enum:"waiting,running,good,failed"`
	Next     time.Time `json:"next,omitzero" doc:"When it is asked next; missing: never, it is paused."`
	Last     time.Time `json:"last,omitzero" doc:"When it was asked last."`
	LastGood time.Time `json:"last_good,omitzero"`
	Failure  string    `json:"failure,omitempty" doc:"The code of why the last attempt failed."`
	Why      string    `json:"why,omitempty" doc:"The same in words."`
	Assets   int64     `json:"assets" doc:"What the last good attempt brought: hosts and systems."`
	Added    int64     `json:"added"`
	Changed  int64     `json:"changed"`
	Removed  int64     `json:"removed"`

	org     string
	version int64
}

// SourceSettingsJSON is what is said of a server, but for its password.
type SourceSettingsJSON struct {
	Name      string `json:"name" minLength:"1" maxLength:"500"`
	URL       string `json:"url" minLength:"1" maxLength:"500" doc:"https, with a name and port the administrators allow."`
	User      string `json:"user" minLength:"1" maxLength:"500"`
	Authority string `json:"authority,omitempty" maxLength:"50000" doc:"PEM: who signed its certificate; missing: one of the usual authorities."`
	Every     int    `json:"every" minimum:"1" maximum:"744" doc:"Hours from one time to the next."`
	Paused    bool   `json:"paused,omitempty"`
}

// SourceEntryJSON is what is said of a server.
type SourceEntryJSON struct {
	SourceSettingsJSON
	Password string `json:"password,omitempty" maxLength:"500"`
}

func (x SourceEntryJSON) entry() SourceEntry {
	return SourceEntry{x.Name, x.URL, x.User, x.Password, x.Authority, x.Every, x.Paused}
}

// RecordVersion implements api.Versioned: only settings count, not how it went.
func (x sourceJSON) RecordVersion() int64 { return x.version }

// Location implements api.Located.
func (x sourceJSON) Location() string {
	return api.Path("organisations", x.org, "stack", "sources", strconv.FormatInt(x.ID, 10))
}

func sourceOf(r *api.Request, p PullSource) sourceJSON {
	out := sourceJSON{ID: p.ID, SourceSettingsJSON: SourceSettingsJSON{p.Name, p.URL, p.User, p.Authority, p.Every, p.Paused}, State: p.State,
		Last: p.LastAt, LastGood: p.LastGoodAt, Assets: p.Hosts, Added: p.Fresh, Changed: p.Changed, Removed: p.Gone, org: r.Org.Code, version: p.UpdatedAt.UnixMilli()}
	if !p.Paused {
		out.Next = p.NextAt
	}
	if p.Fault != nil {
		out.Failure, out.Why = p.Fault.Code, r.Say(p.Fault)
	}
	return out
}

func (m *Module) apiSources(r *api.Request, _ *api.Paging) (api.List[sourceJSON], error) {
	all, err := m.Sources(r.Context(), r.Scope)
	return api.Items(api.Each(all, func(p PullSource) sourceJSON { return sourceOf(r, p) }), ""), err
}

func (m *Module) apiSource(r *api.Request, in *api.ID) (sourceJSON, error) {
	p, err := m.PullSource(r.Context(), r.Scope, in.ID)
	if err != nil {
		return sourceJSON{}, err
	}
	return sourceOf(r, p), nil
}

type addSourceInput struct{ Body SourceEntryJSON }

func (m *Module) apiAddSource(r *api.Request, in *addSourceInput) (sourceJSON, error) {
	return m.apiSaveSource(r, 0, in.Body, 0)
}

type editSourceInput struct {
	api.ID
	api.IfMatch
	Body SourceEntryJSON
}

func (m *Module) apiEditSource(r *api.Request, in *editSourceInput) (sourceJSON, error) {
	return m.apiSaveSource(r, in.ID.ID, in.Body, in.Version())
}

func (m *Module) apiSaveSource(r *api.Request, id int64, e SourceEntryJSON, seen int64) (sourceJSON, error) {
	id, err := m.saveSource(r.Context(), r.Scope, id, e.entry(), seen)
	if err != nil {
		return sourceJSON{}, err
	}
	return m.apiSource(r, &api.ID{ID: id})
}

func (m *Module) apiRunSource(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.PullNow(r.Context(), r.Scope, in.ID)
}

func (m *Module) apiRemoveSource(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.RemoveSource(r.Context(), r.Scope, in.ID)
}
