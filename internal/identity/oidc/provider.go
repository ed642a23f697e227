// SPDX-License-Identifier: EUPL-1.2

package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	goidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Provider is one provider. It is safe for concurrent use.
type Provider struct {
	Config
	client *http.Client
	now    func() time.Time

	finding sync.Mutex // held while the provider is asked
	mu      sync.Mutex
	found   *found
	failed  error
	misses  int
	again   time.Time // not before is it asked again
}

// found is what discovery told.
type found struct {
	provider *goidc.Provider
	meta     metadata
	at       time.Time
}

// metadata is what go-oidc does not read of the discovery document.
type metadata struct {
	EndSession  string   `json:"end_session_endpoint"`
	AuthMethods []string `json:"token_endpoint_auth_methods_supported"`
	IssInAnswer bool     `json:"authorization_response_iss_parameter_supported"`
}

// How long what was found is good, and how long a provider that failed is left alone.
const (
	foundLife    = 24 * time.Hour
	firstBackOff = 15 * time.Second
	lastBackOff  = 10 * time.Minute
	askTime      = 10 * time.Second
)

// New makes a provider without asking it anything. The configuration must be complete.
func New(c Config, client *http.Client, now func() time.Time) *Provider {
	return &Provider{Config: c, client: client, now: now}
}

// Reachable says whether the provider answered when it was last asked; true
// before the first time.
func (p *Provider) Reachable() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failed == nil
}

// Discover asks the provider for its addresses and keys when that is due. It
// returns a *Refusal when the provider does not answer, or did not a moment ago.
func (p *Provider) Discover(ctx context.Context) error {
	_, err := p.discover(ctx)
	return err
}

func (p *Provider) discover(ctx context.Context) (*found, error) {
	if f, done, err := p.atHand(); done {
		return f, err
	}
	p.finding.Lock()
	defer p.finding.Unlock()
	if f, done, err := p.atHand(); done { // somebody else found it meanwhile
		return f, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTime)
	defer cancel()
	f, err := p.ask(ctx)
	return p.keep(f, err)
}

// atHand gives what is known; done is false when the provider must be asked.
func (p *Provider) atHand() (f *found, done bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	switch {
	case p.found != nil && now.Sub(p.found.at) < foundLife:
		return p.found, true, nil
	case now.Before(p.again) && p.found != nil:
		return p.found, true, nil // old, but what it says seldom changes
	case now.Before(p.again):
		return nil, true, refuse(Unreachable, p.failed)
	}
	return nil, false, nil
}

func (p *Provider) ask(ctx context.Context) (*found, error) {
	provider, err := goidc.NewProvider(p.with(ctx), p.Issuer)
	if err != nil {
		return nil, err
	}
	f := &found{provider: provider, at: p.now()}
	if err := provider.Claims(&f.meta); err != nil {
		return nil, fmt.Errorf("reading the discovery document: %w", err)
	}
	return f, nil
}

func (p *Provider) keep(f *found, err error) (*found, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil {
		p.found, p.failed, p.misses, p.again = f, nil, 0, time.Time{}
		return f, nil
	}
	p.failed = err
	p.again = p.now().Add(backOff(p.misses))
	p.misses++
	if p.found != nil {
		return p.found, nil
	}
	return nil, refuse(Unreachable, err)
}

func backOff(misses int) time.Duration {
	d := firstBackOff
	for range min(misses, 10) {
		d *= 2
	}
	return min(d, lastBackOff)
}

func (p *Provider) with(ctx context.Context) context.Context {
	return goidc.ClientContext(ctx, p.client)
}

// Attempt is one sign-in under way. Who calls keeps it, sealed, with the browser.
type Attempt struct {
	State       string
	Nonce       string
	Verifier    string // PKCE
	RedirectURL string
	Language    string
}

// NewAttempt makes an attempt with fresh secrets.
func NewAttempt(redirectURL, language string) Attempt {
	return Attempt{State: oauth2.GenerateVerifier(), Nonce: oauth2.GenerateVerifier(), Verifier: oauth2.GenerateVerifier(), RedirectURL: redirectURL, Language: language}
}

// AuthURL gives the address to send the browser to.
func (p *Provider) AuthURL(ctx context.Context, a Attempt) (string, error) {
	f, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{goidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)}
	if len(p.ACR) > 0 {
		options = append(options, oauth2.SetAuthURLParam("acr_values", join(p.ACR)))
	}
	if a.Language != "" {
		options = append(options, oauth2.SetAuthURLParam("ui_locales", a.Language))
	}
	return p.oauth(f, a).AuthCodeURL(a.State, options...), nil
}

func (p *Provider) oauth(f *found, a Attempt) *oauth2.Config {
	endpoint := f.provider.Endpoint()
	endpoint.AuthStyle = p.authStyle(f.meta)
	return &oauth2.Config{ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: endpoint, RedirectURL: a.RedirectURL, Scopes: p.Scopes}
}

// authStyle takes the way of showing the secret that the provider publishes
// (OpenID Connect Discovery, section 3: basic when it says nothing). Trying both
// would use the code twice.
func (p *Provider) authStyle(m metadata) oauth2.AuthStyle {
	if p.ClientSecret == "" {
		return oauth2.AuthStyleInParams
	}
	if len(m.AuthMethods) == 0 || slices.Contains(m.AuthMethods, "client_secret_basic") {
		return oauth2.AuthStyleInHeader
	}
	return oauth2.AuthStyleInParams
}

// LogoutURL gives the address where the person also leaves the provider
// (OpenID Connect RP-Initiated Logout 1.0), "" when there is none. It asks nobody.
func (p *Provider) LogoutURL(idToken, backTo string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil || p.found.meta.EndSession == "" {
		return ""
	}
	u, err := url.Parse(p.found.meta.EndSession)
	if err != nil || u.Scheme != "https" && !local(u) {
		return ""
	}
	q := u.Query()
	q.Set("client_id", p.ClientID)
	q.Set("post_logout_redirect_uri", backTo)
	if idToken != "" {
		q.Set("id_token_hint", idToken)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// errNoCode is what a provider's answer without a code or an error is.
var errNoCode = errors.New("neither code nor error in the answer")
