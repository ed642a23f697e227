// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"net/http"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
)

func (m *Module) neverAPI(a *api.API) {
	read, edit := gate.Staff(access.AdvisoryRead), gate.Staff(access.AdvisorySend)
	api.Get(a, "/never-blocked", read, m.apiNevers, api.Op{ID: "list-never-blocked", Tag: tag, Summary: "List what the CSIRT's people said is never blocked",
		Text: "Besides, the lists for firewalls leave out what comes with the program and the members' own."})
	api.Post(a, "/never-blocked", edit, m.apiAddNever, api.Op{ID: "add-never-blocked", Tag: tag, Status: http.StatusCreated, Summary: "Say that something is never blocked"})
	api.Delete(a, "/never-blocked/{id}", edit, m.apiRemoveNever, api.Op{ID: "remove-never-blocked", Tag: tag, Summary: "Take back that something is never blocked"})
	api.Get(a, "/left-out", read, m.apiLeftOut, api.Op{ID: "list-left-out", Tag: tag, Summary: "List the indicators that are on no list for firewalls, and why", Text: "Up to five hundred."})
}

// neverBlockedJSON is something that is never blocked.
type neverBlockedJSON struct {
	ID    int64     `json:"id"`
	Value string    `json:"value" doc:"A name (.x.example: with all below), an address, a network, a hash."`
	Note  string    `json:"note,omitempty"`
	At    time.Time `json:"at"`
	By    string    `json:"by"`
}

func (m *Module) apiNevers(r *api.Request, _ *api.Nothing) (api.List[neverBlockedJSON], error) {
	all, err := m.Nevers(r.Context(), r.Scope)
	return api.Items(api.Each(all, func(n Never) neverBlockedJSON { return neverBlockedJSON(n) }), ""), err
}

type addNeverBlocked struct {
	Body struct {
		Value string `json:"value" maxLength:"260"`
		Note  string `json:"note,omitempty" maxLength:"200"`
	}
}

func (m *Module) apiAddNever(r *api.Request, in *addNeverBlocked) (neverBlockedJSON, error) {
	n, err := m.AddNever(r.Context(), r.Scope, r.Person.Name, in.Body.Value, in.Body.Note)
	return neverBlockedJSON(n), err
}

func (m *Module) apiRemoveNever(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.RemoveNever(r.Context(), r.Scope, in.ID)
}

// leftOutJSON is an indicator that is on no list for firewalls.
type leftOutJSON struct {
	Advisory int64  `json:"advisory"`
	Title    string `json:"title"`
	Value    string `json:"value,omitempty" doc:"Missing: all of the advisory."`
	Type     string `json:"type,omitempty"`
	Count    int    `json:"count"`
	Reason   Reason `json:"reason" enum:"pap,wide,suffix,own,known,operator,unreadable"`
}

func (m *Module) apiLeftOut(r *api.Request, _ *api.Nothing) (api.List[leftOutJSON], error) {
	all, err := m.LeftOut(r.Context(), r.Scope)
	return api.Items(api.Each(all, func(l Left) leftOutJSON {
		return leftOutJSON{Advisory: l.Alert, Title: l.Title, Value: l.Value, Type: l.Type, Count: l.Count, Reason: l.Reason}
	}), ""), err
}
