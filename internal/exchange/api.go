// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/platform/tlp"
)

const tag = "Exchange"

// RegisterAPI declares what the room does for programs.
func (m *Module) RegisterAPI(a *api.API) {
	m.placeAPI(a, place{"/organisations/{org}/access-keys", "", "of the organisation", gate.Member(access.HookRead), gate.Member(access.HookEdit)})
	m.placeAPI(a, place{"/access-keys", "neighbour-", "of neighbouring CSIRTs", gate.Staff(access.HookRead), gate.Staff(access.HookEdit)})
	m.neverAPI(a)
}

// place is where keys are: an organisation's, or the neighbours'.
type place struct {
	path, prefix, whose string
	read, edit          gate.Rule
}

func (m *Module) placeAPI(a *api.API, p place) {
	const once = "The answer shows the secret, and the addresses to point programs to, this once."
	one := p.path + "/{id}"
	id := func(verb, rest string) string { return verb + "-" + p.prefix + "access-key" + rest }
	api.Get(a, p.path, p.read, m.apiList, api.Op{ID: id("list", "s"), Tag: tag, Summary: "List the keys " + p.whose + " with which programs take alerts", Text: "The newest first."})
	api.Post(a, p.path, p.edit, m.apiCreate, api.Op{ID: id("make", ""), Tag: tag, Status: http.StatusCreated, Once: true, Recent: true, Summary: "Make a key with which a program takes alerts", Text: once})
	api.Get(a, one, p.read, m.apiKey, api.Op{ID: id("get", ""), Tag: tag, Summary: "Read about a key, and when it was used last"})
	api.Put(a, one, p.edit, m.apiEdit, api.Op{ID: id("update", ""), Tag: tag, Recent: true, Summary: "Write a key whole", Text: "Its door and its secret stay."})
	api.Post(a, one+"/secret", p.edit, m.apiRotate, api.Op{ID: id("rotate", ""), Tag: tag, Once: true, Recent: true, Summary: "Give a key a new secret", Text: once + " For 24 hours both open, unless at_once is given."})
	api.Delete(a, one, p.edit, m.apiRevoke, api.Op{ID: id("revoke", ""), Tag: tag, Summary: "Revoke a key", Text: "From now on it opens nothing."})
}

// accessKeyJSON is a key with which a program takes alerts.
type accessKeyJSON struct {
	ID        int64             `json:"id"`
	Name      string            `json:"name"`
	Door      Door              `json:"door" enum:"feed,blocklist,platform" doc:"feed: Atom; blocklist: plain lists for firewalls; platform: TAXII 2.1 and MISP feeds."`
	Upto      tlp.Label         `json:"upto,omitempty" doc:"Of a neighbour's: the most restricted label it is given."`
	Allow     []string          `json:"allow" doc:"Networks it may be used from; none: from anywhere."`
	CreatedAt time.Time         `json:"created_at"`
	UsedAt    time.Time         `json:"used_at,omitzero" doc:"To within five minutes; missing: never."`
	UsedFrom  string            `json:"used_from,omitempty"`
	Secret    string            `json:"secret,omitempty" doc:"Only in the answer that made it."`
	OldUntil  time.Time         `json:"old_secret_until,omitzero" doc:"Until when the secret before opens too."`
	Addresses []accessPointJSON `json:"addresses,omitempty" doc:"Where programs are pointed to; only in the answer that shows the secret."`

	version int64
	address string
}

// accessPointJSON is an address of a program's door.
type accessPointJSON struct {
	Name string `json:"name" doc:"feed, list, taxii or misp."`
	URL  string `json:"url"`
}

// RecordVersion implements api.Versioned.
func (k accessKeyJSON) RecordVersion() int64 { return k.version }

// Location implements api.Located.
func (k accessKeyJSON) Location() string { return k.address }

func (m *Module) keyView(r *api.Request, k Key, secret string) accessKeyJSON {
	number := strconv.FormatInt(k.ID, 10)
	out := accessKeyJSON{ID: k.ID, Name: k.Name, Door: k.Door, Upto: k.Upto, Allow: strings.Fields(writeNetworks(k.Allow)), CreatedAt: k.CreatedAt, UsedAt: k.UsedAt, UsedFrom: k.UsedFrom,
		Secret: secret, OldUntil: k.OldUntil, version: k.Version, address: api.Path("access-keys", number)}
	if r.Org.ID != 0 {
		out.address = api.Path("organisations", r.Org.Code, "access-keys", number)
	}
	if secret != "" {
		out.Addresses = api.Each(m.addresses(k, secret), func(a address) accessPointJSON { return accessPointJSON(a) })
	}
	return out
}

func (m *Module) apiList(r *api.Request, in *api.Paging) (api.List[accessKeyJSON], error) {
	keys, next, err := m.Keys(r.Context(), r.Scope, Filter{After: in.After(), Limit: in.Limit})
	return api.Items(api.Each(keys, func(k Key) accessKeyJSON { return m.keyView(r, k, "") }), next), err
}

// accessKeyEntryJSON is what is said of a key.
type accessKeyEntryJSON struct {
	Name  string    `json:"name" maxLength:"100"`
	Upto  tlp.Label `json:"upto,omitempty" doc:"Of a neighbour's: TLP:CLEAR or TLP:GREEN."`
	Allow []string  `json:"allow,omitempty" maxItems:"50" doc:"Addresses and networks it may be used from."`
}

func (e accessKeyEntryJSON) form(d Door) Form {
	return Form{Name: e.Name, Door: d, Upto: e.Upto, Allow: strings.Join(e.Allow, " ")}
}

type makeAccessKey struct {
	Body struct {
		Name  string    `json:"name" maxLength:"100"`
		Door  Door      `json:"door" enum:"feed,blocklist,platform" doc:"What it opens; this never changes."`
		Upto  tlp.Label `json:"upto,omitempty" doc:"Of a neighbour's: TLP:CLEAR or TLP:GREEN."`
		Allow []string  `json:"allow,omitempty" maxItems:"50" doc:"Addresses and networks it may be used from."`
	}
}

func (m *Module) apiCreate(r *api.Request, in *makeAccessKey) (accessKeyJSON, error) {
	k, secret, err := m.Create(r.Context(), r.Scope, accessKeyEntryJSON{in.Body.Name, in.Body.Upto, in.Body.Allow}.form(in.Body.Door))
	return m.keyView(r, k, secret), err
}

func (m *Module) apiKey(r *api.Request, in *api.ID) (accessKeyJSON, error) {
	k, err := m.Key(r.Context(), r.Scope, in.ID)
	return m.keyView(r, k, ""), err
}

type updateAccessKey struct {
	api.ID
	api.IfMatch
	Body accessKeyEntryJSON
}

func (m *Module) apiEdit(r *api.Request, in *updateAccessKey) (accessKeyJSON, error) {
	k, err := m.Edit(r.Context(), r.Scope, in.ID.ID, in.Version(), in.Body.form(""))
	return m.keyView(r, k, ""), err
}

type rotateAccessKey struct {
	api.ID
	Body struct {
		AtOnce bool `json:"at_once,omitempty" doc:"The old secret ends now: others have learnt it."`
	}
}

func (m *Module) apiRotate(r *api.Request, in *rotateAccessKey) (accessKeyJSON, error) {
	k, secret, err := m.Rotate(r.Context(), r.Scope, in.ID.ID, in.Body.AtOnce)
	return m.keyView(r, k, secret), err
}

func (m *Module) apiRevoke(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.Revoke(r.Context(), r.Scope, in.ID)
}
