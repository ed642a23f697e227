// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate/api"
)

// accountJSON is who asks.
type accountJSON struct {
	ID            int64           `json:"id"`
	Email         string          `json:"email"`
	Name          string          `json:"name"`
	Language      string          `json:"language"`
	SecondFactor  bool            `json:"second_factor" doc:"He signs in with a second factor."`
	StaffRoles    []access.Role   `json:"staff_roles" doc:"His roles in the CSIRT."`
	Organisations []belongingJSON `json:"organisations" doc:"Where he has a role."`
	Permissions   []string        `json:"permissions" doc:"What the request may do, anywhere: of a token, what is left of his permissions."`
	Token         int64           `json:"token,omitzero" doc:"The token of the request; missing in a browser."`
}

// RecordVersion implements api.Versioned: what can be changed of it.
func (a accountJSON) RecordVersion() int64 { return api.Fingerprint(a.Name, a.Language) }

type belongingJSON struct {
	Organisation string      `json:"organisation" doc:"Its code."`
	Name         string      `json:"name"`
	Role         access.Role `json:"role"`
}

func belongingView(b Belonging) belongingJSON {
	return belongingJSON{b.Organisation.Code, b.Organisation.Name, b.Role}
}

func (m *Module) apiAccount(r *api.Request, _ *api.Nothing) (accountJSON, error) {
	p, err := m.Me(r.Context(), r.Scope)
	if err != nil {
		return accountJSON{}, err
	}
	orgs, err := m.MyOrganisations(r.Context(), r.Scope)
	out := accountJSON{ID: p.ID, Email: p.Email, Name: p.Name, Language: p.Language, SecondFactor: p.SecondFactor,
		StaffRoles: r.Principal().Staff, Organisations: api.Each(orgs, belongingView), Token: r.Session().Token}
	for _, x := range access.Permissions() {
		if r.Principal().Grants().Has(x) {
			out.Permissions = append(out.Permissions, x.String())
		}
	}
	return out, err
}

type profileInput struct {
	api.IfUnchanged
	Body struct {
		Name     string `json:"name" minLength:"1" maxLength:"120"`
		Language string `json:"language" enum:"it,en,nb"`
	} `nameHint:"Profile"`
}

func (m *Module) apiSetProfile(r *api.Request, in *profileInput) (accountJSON, error) {
	read := func(r *api.Request) (accountJSON, error) { return m.apiAccount(r, nil) }
	return api.Change(r, &in.IfUnchanged, read, func(r *api.Request) error {
		return m.SetProfile(r.Context(), r.Scope, in.Body.Name, in.Body.Language)
	})
}

// sessionJSON is a browser somebody signed in with.
type sessionJSON struct {
	ID        int64     `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at" doc:"To a minute."`
	Address   string    `json:"address"`
	Browser   string    `json:"browser"`
}

func (m *Module) apiSessions(r *api.Request, _ *api.Paging) (api.List[sessionJSON], error) {
	all, err := m.Sessions(r.Context(), r.Scope)
	return api.Items(api.Each(all, func(s Session) sessionJSON {
		return sessionJSON{s.ID, s.CreatedAt, s.SeenAt, s.Address, browser(s.UserAgent)}
	}), ""), err
}

func (m *Module) apiEndSession(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.EndSession(r.Context(), r.Scope, in.ID)
}

// tokenJSON is a token as it can be shown.
type tokenJSON struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	Hint      string    `json:"hint" doc:"How it begins."`
	Person    string    `json:"person" doc:"In whose name it acts."`
	Scopes    []string  `json:"scopes"`
	Addresses []string  `json:"addresses" doc:"Networks it is good from; none: from everywhere."`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
	RevokedAt time.Time `json:"revoked_at,omitzero"`
	UsedAt    time.Time `json:"used_at,omitzero" doc:"To some minutes; missing when never."`
	UsedFrom  string    `json:"used_from,omitzero"`

	path string
}

// Location implements api.Located.
func (t tokenJSON) Location() string { return t.path + "/" + strconv.FormatInt(t.ID, 10) }

// madeTokenJSON shows the token itself, this once.
type madeTokenJSON struct {
	TokenJSON
	Token string `json:"token" doc:"The token: it is not shown again."`
}

// TokenJSON lets a made token have the fields of a token.
type TokenJSON = tokenJSON

func tokenView(r *api.Request, t APIToken) tokenJSON {
	path := "/account/tokens"
	if r.Org.ID != 0 {
		path = api.Path("organisations", r.Org.Code, "tokens")
	}
	return tokenJSON{t.ID, t.Name, t.Hint, t.PersonName, t.Scopes, api.Each(t.Addresses, netip.Prefix.String), t.CreatedAt, t.ExpiresAt, t.RevokedAt, t.UsedAt, t.UsedFrom, path}
}

func (m *Module) apiTokens(r *api.Request, _ *api.Paging) (api.List[tokenJSON], error) {
	all, err := m.Tokens(r.Context(), r.Scope)
	return api.Items(api.Each(all, func(t APIToken) tokenJSON { return tokenView(r, t) }), ""), err
}

func (m *Module) apiToken(r *api.Request, in *api.ID) (tokenJSON, error) {
	t, err := m.Token(r.Context(), r.Scope, in.ID)
	return tokenView(r, t), err
}

type makeTokenInput struct {
	Body struct {
		Name      string   `json:"name" minLength:"1" maxLength:"80" doc:"Which program it is for."`
		Scopes    []string `json:"scopes" minItems:"1" maxItems:"40" doc:"Names of permissions; also account, for one's own account, and step-up, for what asks people for a second factor anew."`
		Days      int      `json:"days,omitzero" minimum:"1" maximum:"365" default:"90" doc:"Of life."`
		Addresses []string `json:"addresses,omitempty" maxItems:"20" doc:"Addresses or networks it is good from."`
	} `nameHint:"NewToken"`
}

func (m *Module) apiMakeToken(r *api.Request, in *makeTokenInput) (madeTokenJSON, error) {
	form := TokenForm{Name: in.Body.Name, Scopes: in.Body.Scopes, Days: in.Body.Days, Addresses: strings.Join(in.Body.Addresses, ",")}
	t, text, err := m.NewToken(r.Context(), r.Principal(), r.Scope, form)
	t.PersonName = r.Person.Name
	return madeTokenJSON{tokenView(r, t), text}, err
}

func (m *Module) apiRevokeToken(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.RevokeToken(r.Context(), r.Scope, in.ID)
}
