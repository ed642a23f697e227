// SPDX-License-Identifier: EUPL-1.2

package channel

import (
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate/api"
	"martinella/internal/platform/tlp"
)

// conversationJSON is a conversation, as lists show it.
type conversationJSON struct {
	ID           int64     `json:"id"`
	Organisation string    `json:"organisation" doc:"Its code."`
	Subject      string    `json:"subject" doc:"Empty once erased."`
	TLP          tlp.Label `json:"tlp" enum:"TLP:RED,TLP:AMBER+STRICT,TLP:AMBER,TLP:GREEN,TLP:CLEAR"`
	Named        bool      `json:"named" doc:"Only the people it names may read it."`
	Started      time.Time `json:"started"`
	StartedBy    string    `json:"started_by"`
	StartedSide  Side      `json:"started_side" enum:"csirt,member"`
	Last         time.Time `json:"last" doc:"When the last message was written."`
	LastBy       string    `json:"last_by"`
	LastSide     Side      `json:"last_side" enum:"csirt,member"`
	Messages     int64     `json:"messages"`
	Life         int       `json:"life" doc:"Days after its last message until its content is erased."`
	Expires      time.Time `json:"expires"`
	Closed       time.Time `json:"closed,omitzero" doc:"Missing: open."`
	Erased       time.Time `json:"erased,omitzero" doc:"Missing: not yet."`
	Unread       bool      `json:"unread" doc:"For you."`
}

// Location implements api.Located.
func (c conversationJSON) Location() string {
	return api.Path("organisations", c.Organisation, "channel", strconv.FormatInt(c.ID, 10))
}

func conversationView(org string, t Thread) conversationJSON {
	return conversationJSON{t.ID, org, t.Subject, t.TLP, t.Named, t.Started, t.StartedBy, t.StartedSide, t.Last, t.LastBy, t.LastSide,
		t.Messages, t.Life, t.Expires, t.Closed, t.Erased, t.Unread}
}

func (m *Module) apiThreads(r *api.Request, in *api.Paging) (api.List[conversationJSON], error) {
	p, err := m.List(r.Context(), r.Scope, Filter{After: in.After(), Limit: min(in.Limit, 100)})
	return api.Items(api.Each(p.Threads, func(t Thread) conversationJSON { return conversationView(r.Org.Code, t) }), p.Next), err
}

type territoryQuery struct {
	api.Paging
	Waiting bool `query:"waiting" doc:"Only open ones whose last word is the member's."`
}

func (m *Module) apiTerritory(r *api.Request, in *territoryQuery) (out api.List[conversationJSON], err error) {
	p, err := m.List(r.Context(), r.Scope, Filter{After: in.After(), Limit: min(in.Limit, 100), Waiting: in.Waiting})
	if err != nil {
		return out, err
	}
	orgs, err := m.deps.Organisations.Organisations(r.Context(), access.System("channel"), organisationsOf(p.Threads))
	code := map[int64]string{}
	for _, o := range orgs {
		code[o.ID] = o.Code
	}
	return api.Items(api.Each(p.Threads, func(t Thread) conversationJSON { return conversationView(code[t.Organisation], t) }), p.Next), err
}

// aboutConversationJSON is a conversation with whom it names.
type aboutConversationJSON struct {
	ConversationJSON
	Participants []channelParticipantJSON `json:"participants" nullable:"false" doc:"Of one for named people."`
}

// ConversationJSON lets a conversation be part of what is told of it.
type ConversationJSON = conversationJSON

// channelParticipantJSON is somebody whom a conversation names.
type channelParticipantJSON struct {
	Name string `json:"name"`
	Side Side   `json:"side" enum:"csirt,member"`
}

func (m *Module) apiThread(r *api.Request, in *api.ID) (aboutConversationJSON, error) {
	return m.aboutThread(r, in.ID)
}

func (m *Module) aboutThread(r *api.Request, id int64) (out aboutConversationJSON, err error) {
	t, err := m.thread(r.Context(), m.deps.DB, r.Scope, id)
	if err != nil {
		return out, err
	}
	out.ConversationJSON = conversationView(r.Org.Code, t)
	if !t.Named {
		return out, nil
	}
	people, err := m.participants(r.Context(), r.Scope, t)
	out.Participants = api.Each(people, func(p Participant) channelParticipantJSON { return channelParticipantJSON(p) })
	return out, err
}

// channelPersonJSON is somebody who may be named in a conversation.
type channelPersonJSON struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Side Side   `json:"side" enum:"csirt,member"`
}

func (m *Module) apiPeople(r *api.Request, _ *api.Paging) (out api.List[channelPersonJSON], err error) {
	side := author(r).Side
	own, other, err := m.Sides(r.Context(), r.Scope, side)
	people := api.Each(own, func(p Person) channelPersonJSON { return channelPersonJSON{p.ID, p.Name, side} })
	return api.Items(append(people, api.Each(other, func(p Person) channelPersonJSON { return channelPersonJSON{p.ID, p.Name, side.Other()} })...), ""), err
}

func (m *Module) apiClose(r *api.Request, in *api.ID) (aboutConversationJSON, error) {
	if err := m.Close(r.Context(), r.Scope, in.ID); err != nil {
		return aboutConversationJSON{}, err
	}
	return m.aboutThread(r, in.ID)
}

func (m *Module) apiReopen(r *api.Request, in *api.ID) (aboutConversationJSON, error) {
	if err := m.Reopen(r.Context(), r.Scope, in.ID); err != nil {
		return aboutConversationJSON{}, err
	}
	return m.aboutThread(r, in.ID)
}

func (m *Module) apiErase(r *api.Request, in *api.ID) (aboutConversationJSON, error) {
	if err := m.Erase(r.Context(), r.Scope, author(r).Side, in.ID); err != nil {
		return aboutConversationJSON{}, err
	}
	return m.aboutThread(r, in.ID)
}
