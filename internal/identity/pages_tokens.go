// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"strconv"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

func (m *Module) tokenRoutes(g *gate.Gate) {
	small := gate.MaxBody(smallForm)
	for _, at := range []struct {
		path string
		rule gate.Rule
	}{{"/account/tokens", gate.SignedIn()}, {"/o/{org}/tokens", gate.Member(access.TokenEdit)}} {
		g.Handle("GET "+at.path, at.rule, m.showTokens)
		g.Handle("GET "+at.path+"/new", at.rule, m.showNewToken, gate.Recent())
		g.Handle("POST "+at.path+"/new", at.rule, m.makeToken, gate.Recent(), small)
		g.Handle("GET "+at.path+"/{id}/revoke", at.rule, m.showRevokeToken)
		g.Handle("POST "+at.path+"/{id}/revoke", at.rule, m.revokeToken, small)
	}
}

// tokensBase is where the request's tokens are: the person's or the organisation's.
func tokensBase(r *gate.Request) string {
	if r.Org.ID != 0 {
		return r.Path("/tokens")
	}
	return "/account/tokens"
}

func (m *Module) showTokens(r *gate.Request) error {
	all, err := m.Tokens(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	v := tokensView{Base: tokensBase(r), Tokens: all, Now: m.Clock.Now()}
	if r.Org.ID != 0 {
		v.Organisation = r.Org.Name
	}
	return page(r, "identity.tokens.title", tokensPage(v))
}

func (m *Module) showNewToken(r *gate.Request) error { return m.newTokenPage(r, nil) }

func (m *Module) newTokenPage(r *gate.Request, wrong error) error {
	v := newTokenView{Base: tokensBase(r), State: r.FormState(wrong)}
	may := r.Principal().Grants()
	if r.Org.ID != 0 {
		may = r.Scope.Permissions()
	}
	for _, p := range access.Permissions() {
		if may.Has(p) {
			v.Scopes = append(v.Scopes, scopeOption(r, p.String()))
		}
	}
	if r.Org.ID == 0 {
		v.Scopes = append(v.Scopes, scopeOption(r, AccountScope))
	}
	v.Scopes = append(v.Scopes, scopeOption(r, StepUpScope))
	title := r.L.T("identity.tokens.new")
	if wrong != nil {
		return r.Invalid(wrong, title, newTokenPage(v))
	}
	return r.Page(title, newTokenPage(v))
}

// scopeOption says in words what a scope allows; a permission so new that nobody
// has yet, by its name.
func scopeOption(r *gate.Request, scope string) ui.Option {
	if key := "identity.scope." + scope; r.L.Has(key) {
		return ui.Option{Value: scope, Text: r.L.T(key), Help: scope}
	}
	return ui.Option{Value: scope, Text: scope}
}

func (m *Module) makeToken(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	form, err := tokenFormOf(f)
	if err == nil {
		var text string
		var t APIToken
		if t, text, err = m.NewToken(r.Context(), r.Principal(), r.Scope, form); err == nil {
			return page(r, "identity.tokens.made", tokenMadePage(tokensBase(r), t, text))
		}
	}
	if k := fault.KindOf(err); k == fault.Invalid || k == fault.Conflict {
		return m.newTokenPage(r, err)
	}
	return err
}

func tokenFormOf(f web.Form) (TokenForm, error) {
	days, err := f.Int("days", DefaultTokenDays)
	return TokenForm{Name: f.Text("name"), Scopes: f.All("scopes"), Days: int(days), Addresses: f.Text("addresses")}, err
}

func (m *Module) tokenInPath(r *gate.Request) (APIToken, error) {
	id, err := r.ID("id")
	if err != nil {
		return APIToken{}, err
	}
	return m.Token(r.Context(), r.Scope, id)
}

func (m *Module) showRevokeToken(r *gate.Request) error {
	t, err := m.tokenInPath(r)
	if err != nil {
		return err
	}
	return page(r, "identity.tokens.revoke", revokeTokenPage(tokensBase(r), t))
}

func (m *Module) revokeToken(r *gate.Request) error {
	t, err := m.tokenInPath(r)
	if err != nil {
		return err
	}
	if err := m.RevokeToken(r.Context(), r.Scope, t.ID); err != nil {
		return err
	}
	r.Flash(gate.Success, "identity.tokens.revoked", "name", t.Name)
	return r.Redirect(tokensBase(r))
}

func tokenPath(base string, id int64, rest string) string {
	return base + "/" + strconv.FormatInt(id, 10) + rest
}
