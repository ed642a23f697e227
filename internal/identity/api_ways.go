// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"strings"
	"time"

	"martinella/internal/access/gate/api"
	"martinella/internal/platform/web"
)

func (m *Module) apiEndOthers(r *api.Request, _ *api.Nothing) (api.Nothing, error) {
	keep := int64(0)
	if r.Session().Token == 0 {
		now, err := m.current(r)
		if err != nil {
			return api.Nothing{}, err
		}
		keep = now.ID
	}
	return api.Nothing{}, m.EndOtherSessions(r.Context(), r.Scope, keep)
}

// securityJSON is how an account is protected.
type securityJSON struct {
	SecondFactor  bool `json:"second_factor"`
	Passkeys      int  `json:"passkeys" doc:"How many there are."`
	RecoveryCodes int  `json:"recovery_codes" doc:"How many are left."`
	Offered       bool `json:"passkeys_offered" doc:"This instance takes passkeys."`
}

func (m *Module) apiSecurity(r *api.Request, _ *api.Nothing) (securityJSON, error) {
	p, err := m.Me(r.Context(), r.Scope)
	if err != nil {
		return securityJSON{}, err
	}
	keys, err := m.Passkeys(r.Context(), r.Scope)
	if err != nil {
		return securityJSON{}, err
	}
	codes, err := m.RecoveryCodesLeft(r.Context(), r.Scope)
	return securityJSON{p.SecondFactor, len(keys), codes, m.PasskeysOffered()}, err
}

// passkeyJSON is a passkey as it can be shown.
type passkeyJSON struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
	UsedAt    time.Time `json:"used_at,omitzero" doc:"Missing: never."`
}

// RecordVersion implements api.Versioned: what can be changed of it.
func (k passkeyJSON) RecordVersion() int64 { return api.Fingerprint(k.Name) }

func passkeyView(k Passkey) passkeyJSON { return passkeyJSON{k.ID, k.Name, k.CreatedAt, k.UsedAt} }

func (m *Module) apiPasskeys(r *api.Request, _ *api.Paging) (api.List[passkeyJSON], error) {
	all, err := m.Passkeys(r.Context(), r.Scope)
	return api.Items(api.Each(all, passkeyView), ""), err
}

func (m *Module) apiPasskey(r *api.Request, _ *api.ID) (passkeyJSON, error) {
	k, err := m.passkey(r)
	return passkeyView(k), err
}

type renamePasskeyInput struct {
	api.ID
	api.IfUnchanged
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"120"`
	} `nameHint:"PasskeyName"`
}

func (m *Module) apiRenamePasskey(r *api.Request, in *renamePasskeyInput) (passkeyJSON, error) {
	read := func(r *api.Request) (passkeyJSON, error) { return m.apiPasskey(r, &in.ID) }
	return api.Change(r, &in.IfUnchanged, read, func(r *api.Request) error {
		return m.RenamePasskey(r.Context(), r.Scope, in.ID.ID, in.Body.Name)
	})
}

func (m *Module) apiRemovePasskey(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.RemovePasskey(r.Context(), r.Scope, in.ID)
}

// identityJSON is who somebody is elsewhere.
type identityJSON struct {
	ID        int64     `json:"id"`
	Kind      string    `json:"kind" enum:"fiscal,oidc" doc:"fiscal: a Codice Fiscale, on a card or told by a provider; oidc: the subject of a provider."`
	Issuer    string    `json:"issuer,omitempty" doc:"The provider."`
	Shown     string    `json:"shown" doc:"What its owner knows it by, in the language asked for."`
	CreatedAt time.Time `json:"created_at"`
	UsedAt    time.Time `json:"used_at,omitzero" doc:"Missing: never."`
}

func (m *Module) identityViews(r *api.Request, all []Linked) api.List[identityJSON] {
	return api.Items(api.Each(m.worded(r, all), func(l Linked) identityJSON {
		return identityJSON(l)
	}), "")
}

func (m *Module) apiIdentities(r *api.Request, _ *api.Paging) (api.List[identityJSON], error) {
	all, err := m.LinkedIdentities(r.Context(), r.Scope)
	return m.identityViews(r, all), err
}

func (m *Module) apiUnlink(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.Unlink(r.Context(), r.Scope, in.ID)
}

type personQuery struct {
	api.ID
	api.Paging
}

func (m *Module) apiIdentitiesOf(r *api.Request, in *personQuery) (out api.List[identityJSON], err error) {
	if _, _, err := m.OnePerson(r.Context(), r.Scope, in.ID.ID); err != nil {
		return out, err
	}
	all, err := m.LinkedIdentitiesOf(r.Context(), r.Scope, in.ID.ID)
	return m.identityViews(r, all), err
}

type linkForInput struct {
	api.ID
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"40" doc:"The Codice Fiscale."`
	} `nameHint:"CardLink"`
}

func (m *Module) apiLinkFor(r *api.Request, in *linkForInput) (identityJSON, error) {
	if err := m.LinkFiscalCode(r.Context(), r.Scope, in.ID.ID, in.Body.Code); err != nil {
		return identityJSON{}, err
	}
	all, err := m.apiIdentitiesOf(r, &personQuery{ID: in.ID})
	if err != nil || len(all.Items) == 0 {
		return identityJSON{}, err
	}
	return all.Items[len(all.Items)-1], nil // the newest is the last
}

type unlinkForInput struct {
	api.ID
	Link int64 `path:"link" minimum:"1" doc:"The identity's number."`
}

func (m *Module) apiUnlinkFor(r *api.Request, in *unlinkForInput) (api.Nothing, error) {
	return api.Nothing{}, m.UnlinkFor(r.Context(), r.Scope, in.ID.ID, in.Link)
}

// recoveryJSON is a recovery as who may approve it sees it.
type recoveryJSON struct {
	ID            int64           `json:"id"`
	Person        int64           `json:"person"`
	Name          string          `json:"name"`
	Email         string          `json:"email"`
	Staff         bool            `json:"staff" doc:"He is one of the CSIRT's."`
	State         recoveryState   `json:"state" enum:"open,approved,used,refused,cancelled,expired"`
	AskedAt       time.Time       `json:"asked_at"`
	ExpiresAt     time.Time       `json:"expires_at"`
	Address       string          `json:"address,omitempty" doc:"From where it was asked for."`
	Browser       string          `json:"browser,omitempty"`
	Approvals     []approvalJSON  `json:"approvals"`
	Organisations []belongingJSON `json:"organisations,omitzero" doc:"Missing in lists; of an organisation's own list, that one only."`
	Obstacle      string          `json:"obstacle,omitempty" doc:"What keeps the asker from approving it; missing when he may, and in lists."`
}

// approvalJSON is one of the two.
type approvalJSON struct {
	Name string    `json:"name"`
	Part part      `json:"part" enum:"organisation,csirt" doc:"For what he approves."`
	At   time.Time `json:"at"`
}

func recoveryJSONOf(x Recovery) recoveryJSON {
	return recoveryJSON{ID: x.ID, Person: x.Person.ID, Name: x.Person.Name, Email: x.Person.Email, Staff: x.Staff, State: x.State, AskedAt: x.AskedAt, ExpiresAt: x.ExpiresAt,
		Address: x.Address, Browser: browser(x.UserAgent),
		Approvals: api.Each(x.Approvals, func(a Approval) approvalJSON { return approvalJSON{a.Name, a.Part, a.At} })}
}

func (m *Module) apiRecoveries(r *api.Request, _ *api.Paging) (api.List[recoveryJSON], error) {
	all, err := m.Recoveries(r.Context(), r.Scope)
	return api.Items(api.Each(all, recoveryJSONOf), ""), err
}

func (m *Module) apiRecovery(r *api.Request, in *api.ID) (recoveryJSON, error) {
	x, err := m.Recovery(r.Context(), r.Scope, in.ID)
	if err != nil {
		return recoveryJSON{}, err
	}
	out := recoveryJSONOf(x)
	for _, b := range x.Belongs {
		if r.Org.ID == 0 || b.Organisation.ID == r.Org.ID {
			out.Organisations = append(out.Organisations, belongingView(b))
		}
	}
	if _, no := m.partOf(r.Context(), m.DB, x, r.Person.ID); no != nil && x.State == recoveryOpen {
		out.Obstacle = r.Say(no)
	}
	return out, nil
}

// approvedJSON is what became of an approval.
type approvedJSON struct {
	State recoveryState `json:"state" enum:"open,approved" doc:"open: another must approve."`
	Code  string        `json:"code,omitempty" doc:"Of the second approval: to be read out on the telephone, never sent."`
}

func (m *Module) apiApproveRecovery(r *api.Request, in *api.ID) (approvedJSON, error) {
	code, err := m.ApproveRecovery(r.Context(), r.Scope, in.ID)
	if code == "" {
		return approvedJSON{State: recoveryOpen}, err
	}
	return approvedJSON{recoveryApproved, code}, err
}

func (m *Module) apiRefuseRecovery(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.RefuseRecovery(r.Context(), r.Scope, in.ID)
}

// entranceJSON is from where an organisation's people may come in.
type entranceJSON struct {
	SecondFactor bool      `json:"second_factor" doc:"From everybody, not only from those for whom it is mandatory."`
	Networks     []string  `json:"networks" doc:"Addresses and CIDR ranges; none: from everywhere."`
	OpenUntil    time.Time `json:"open_until,omitzero" doc:"Until then from everywhere all the same."`
}

func (m *Module) apiEntrance(r *api.Request, _ *api.Nothing) (entranceJSON, error) {
	e, err := m.Entrance(r.Context(), r.Scope)
	return entranceJSON(e), err
}

type entranceInput struct {
	api.IfUnchanged
	Body struct {
		SecondFactor bool     `json:"second_factor"`
		Networks     []string `json:"networks" maxItems:"200"`
		Confirmed    bool     `json:"confirmed,omitempty" doc:"The asker knows that the list keeps him out."`
	} `nameHint:"EntranceChange"`
}

func (m *Module) apiSetEntrance(r *api.Request, in *entranceInput) (entranceJSON, error) {
	read := func(r *api.Request) (entranceJSON, error) { return m.apiEntrance(r, nil) }
	return api.Change(r, &in.IfUnchanged, read, func(r *api.Request) error { return m.changeEntrance(r, in) })
}

func (m *Module) changeEntrance(r *api.Request, in *entranceInput) error {
	return m.SetEntrance(r.Context(), r.Scope, EntranceChange{SecondFactor: in.Body.SecondFactor, Networks: strings.Join(in.Body.Networks, "\n"),
		Address: web.Client(r.Context()), Confirmed: in.Body.Confirmed})
}

type openingInput struct {
	Body struct {
		Hours int64 `json:"hours" minimum:"1" maximum:"72"`
	} `nameHint:"EntranceOpening"`
}

func (m *Module) apiOpenEntrance(r *api.Request, in *openingInput) (entranceJSON, error) {
	if err := m.OpenEntrance(r.Context(), r.Scope, r.Org.ID, time.Duration(in.Body.Hours)*time.Hour); err != nil {
		return entranceJSON{}, err
	}
	return m.apiEntrance(r, nil)
}
