// SPDX-License-Identifier: EUPL-1.2

package hook

import (
	"net/http"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
)

// RegisterAPI declares what the room does for programs.
func (m *Module) RegisterAPI(a *api.API) {
	m.placeAPI(a, place{"/organisations/{org}/webhooks", "", "of the organisation", gate.Member(access.HookRead), gate.Member(access.HookEdit)})
	m.placeAPI(a, place{"/webhooks", "csirt-", "of the CSIRT", gate.Staff(access.HookRead), gate.Staff(access.HookEdit)})
}

// place is where webhooks are: an organisation's, or the CSIRT's.
type place struct {
	path, prefix, whose string
	read, edit          gate.Rule
}

func (m *Module) placeAPI(a *api.API, p place) {
	const tag = "Webhooks"
	one, list := p.path+"/{id}", "The newest first."
	if p.prefix != "" {
		list = "The newest first; with all=true also those of the organisations, which are read and changed at theirs."
	}
	id := func(verb, rest string) string { return verb + "-" + p.prefix + "webhook" + rest }
	const once = "The answer shows the secret, this once. "
	api.Get(a, p.path, p.read, m.apiList, api.Op{ID: id("list", "s"), Tag: tag, Summary: "List the webhooks " + p.whose, Text: list})
	api.Post(a, p.path, p.edit, m.apiCreate, api.Op{ID: id("add", ""), Tag: tag, Status: http.StatusCreated, Once: true, Recent: true, Summary: "Register an address that is told of events", Text: once + "list-webhook-kinds tells what may be asked for."})
	api.Get(a, one, p.read, m.apiHook, api.Op{ID: id("get", ""), Tag: tag, Summary: "Read about a webhook"})
	api.Put(a, one, p.edit, m.apiEdit, api.Op{ID: id("update", ""), Tag: tag, Recent: true, Summary: "Write a webhook whole", Text: "Its secret and its state stay."})
	api.Delete(a, one, p.edit, m.apiDelete, api.Op{ID: id("delete", ""), Tag: tag, Summary: "Delete a webhook and its log"})
	api.Post(a, one+"/secret", p.edit, m.apiRotate, api.Op{ID: id("rotate", "-secret"), Tag: tag, Once: true, Recent: true, Summary: "Give a webhook a new secret", Text: once + "For 24 hours both sign, unless at_once is given."})
	api.Post(a, one+"/test", p.edit, m.apiTest, api.Op{ID: id("test", ""), Tag: tag, Status: http.StatusAccepted, Summary: "Send a test", Text: "Also to a webhook that is paused. Read the delivery to see how it went."})
	api.Post(a, one+"/pause", p.edit, m.apiPause, api.Op{ID: id("pause", ""), Tag: tag, Summary: "Stop sending", Text: "What happens meanwhile is not sent later."})
	api.Post(a, one+"/resume", p.edit, m.apiResume, api.Op{ID: id("resume", ""), Tag: tag, Summary: "Send again, whatever stopped it"})
	api.Get(a, one+"/deliveries", p.read, m.apiLog, api.Op{ID: id("list", "-deliveries"), Tag: tag, Summary: "List what was sent", Text: "The newest first, of the last 90 days."})
	api.Get(a, one+"/deliveries/{delivery}", p.read, m.apiDelivery, api.Op{ID: id("get", "-delivery"), Tag: tag, Summary: "Read about a delivery, with its attempts"})
	api.Post(a, one+"/deliveries/{delivery}/again", p.edit, m.apiAgain, api.Op{ID: id("resend", "-delivery"), Tag: tag, Status: http.StatusAccepted, Summary: "Send a delivery again", Text: "With the same webhook-id and the same body, whatever became of it."})
	api.Get(a, p.path+"-kinds", p.read, m.apiKinds, api.Op{ID: id("list", "-kinds"), Tag: tag, Summary: "List the kinds of events one may ask for"})
}

// webhookJSON is an address that is told of events.
type webhookJSON struct {
	ID           int64     `json:"id"`
	Organisation string    `json:"organisation,omitempty" doc:"Its code, in the list of the territory; missing: the CSIRT's, or the one in the path."`
	Name         string    `json:"name"`
	URL          string    `json:"url,omitempty" doc:"Missing for who may not change it, and in the list of the territory."`
	Host         string    `json:"host" doc:"The part of the address that everybody may see."`
	Kinds        []string  `json:"kinds"`
	Contact      string    `json:"contact" doc:"Is told by mail when the webhook is stopped."`
	Language     string    `json:"language" enum:"it,en,nb" doc:"Of those mails."`
	State        State     `json:"state" enum:"active,paused,failing,gone" doc:"failing: paused after three days without success; gone: it answered 410."`
	Failures     int64     `json:"failures" doc:"In a row."`
	FailingSince time.Time `json:"failing_since,omitzero"`
	SucceededAt  time.Time `json:"succeeded_at,omitzero" doc:"The last success; missing: none yet."`
	Pending      int64     `json:"pending" doc:"Deliveries that wait."`
	CreatedAt    time.Time `json:"created_at"`
	Secret       string    `json:"secret,omitempty" doc:"whsec_…, only in the answer that made it."`
	OldUntil     time.Time `json:"old_secret_until,omitzero" doc:"Until when the secret before signs too."`

	version int64
	address string
}

// RecordVersion implements api.Versioned.
func (w webhookJSON) RecordVersion() int64 { return w.version }

// Location implements api.Located.
func (w webhookJSON) Location() string { return w.address }

func webhookView(r *api.Request, h Hook, secret string) webhookJSON {
	address := api.Path("webhooks", number(h.ID))
	if r.Org.ID != 0 {
		address = api.Path("organisations", r.Org.Code, "webhooks", number(h.ID))
	}
	out := webhookJSON{ID: h.ID, Name: h.Name, URL: h.URL, Host: h.Host(), Kinds: h.Kinds, Contact: h.Contact, Language: h.Language, State: h.State, Failures: h.Failures,
		FailingSince: h.FailingSince, SucceededAt: h.SucceededAt, Pending: h.Pending, CreatedAt: h.CreatedAt, Secret: secret, OldUntil: h.OldUntil, version: h.Version, address: address}
	if !r.Scope.Can(access.HookEdit) {
		out.URL = "" // it may hold a secret
	}
	return out
}

type webhooksQuery struct {
	api.Paging
	All bool `query:"all" doc:"Of the whole territory; for the CSIRT."`
}

func (m *Module) apiList(r *api.Request, in *webhooksQuery) (api.List[webhookJSON], error) {
	p, err := m.List(r.Context(), r.Scope, Filter{All: in.All, After: in.After(), Limit: in.Limit})
	if err != nil {
		return api.List[webhookJSON]{}, err
	}
	orgs := map[int64]Organisation{}
	if in.All {
		if orgs, err = m.owners(r, p.Hooks); err != nil {
			return api.List[webhookJSON]{}, err
		}
	}
	return api.Items(api.Each(p.Hooks, func(h Hook) webhookJSON {
		out := webhookView(r, h, "")
		if o, others := orgs[h.Organisation]; others {
			out.Organisation, out.URL = o.Code, ""
		}
		return out
	}), p.Next), nil
}

// webhookEntryJSON is what is said of a webhook.
type webhookEntryJSON struct {
	Name     string   `json:"name" maxLength:"100"`
	URL      string   `json:"url" maxLength:"1000" doc:"https, reachable from the internet, without user name and without #."`
	Kinds    []string `json:"kinds" minItems:"1" maxItems:"50"`
	Contact  string   `json:"contact" maxLength:"254" doc:"An e-mail address."`
	Language string   `json:"language,omitempty" enum:"it,en,nb"`
}

func (e webhookEntryJSON) form() Form {
	return Form{Name: e.Name, URL: e.URL, Kinds: e.Kinds, Contact: e.Contact, Language: e.Language}
}

type addWebhook struct{ Body webhookEntryJSON }

func (m *Module) apiCreate(r *api.Request, in *addWebhook) (webhookJSON, error) {
	h, secret, err := m.Create(r.Context(), r.Scope, in.Body.form())
	return webhookView(r, h, secret), err
}

func (m *Module) apiHook(r *api.Request, in *api.ID) (webhookJSON, error) {
	h, err := m.Hook(r.Context(), r.Scope, in.ID)
	return webhookView(r, h, ""), err
}

type editWebhook struct {
	api.ID
	api.IfMatch
	Body webhookEntryJSON
}

func (m *Module) apiEdit(r *api.Request, in *editWebhook) (webhookJSON, error) {
	h, err := m.Edit(r.Context(), r.Scope, in.ID.ID, in.Version(), in.Body.form())
	return webhookView(r, h, ""), err
}

func (m *Module) apiDelete(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.Delete(r.Context(), r.Scope, in.ID)
}

type rotateWebhook struct {
	api.ID
	Body struct {
		AtOnce bool `json:"at_once,omitempty" doc:"The old secret ends now: others have learnt it."`
	}
}

func (m *Module) apiRotate(r *api.Request, in *rotateWebhook) (webhookJSON, error) {
	h, secret, err := m.Rotate(r.Context(), r.Scope, in.ID.ID, in.Body.AtOnce)
	return webhookView(r, h, secret), err
}

func (m *Module) apiPause(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.Pause(r.Context(), r.Scope, in.ID)
}

func (m *Module) apiResume(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.Resume(r.Context(), r.Scope, in.ID)
}

// webhookKindJSON is a kind of event.
type webhookKindJSON struct {
	Kind string `json:"kind"`
	Text string `json:"text" doc:"What it tells, in the language asked for."`
}

func (m *Module) apiKinds(r *api.Request, _ *api.Paging) (api.List[webhookKindJSON], error) {
	return api.Items(api.Each(m.Offered(r.Scope), func(k string) webhookKindJSON {
		return webhookKindJSON{k, r.L.T(kindKey(k))}
	}), ""), nil
}
