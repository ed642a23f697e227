// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"martinella/internal/identity/oidc"
	"martinella/internal/platform/config"
	"martinella/internal/platform/fetch"
	"martinella/internal/platform/web"
)

// providers are those of the configuration, by name. None is asked anything yet.
func (a *App) providers() (out []*oidc.Provider, err error) {
	for _, name := range slices.Sorted(maps.Keys(a.Config.Providers)) {
		cfg, err := providerConfig(name, a.Config.Providers[name])
		if err != nil {
			return nil, err
		}
		client, err := a.providerClient(cfg.Issuer)
		if err != nil {
			return nil, err
		}
		out = append(out, oidc.New(cfg, client.HTTP(), a.Clock.Now))
	}
	return out, nil
}

func providerConfig(name string, p *config.Provider) (oidc.Config, error) {
	cfg := oidc.Config{
		Name: name, Labels: p.Label, Issuer: p.Issuer, ClientID: p.ClientID, ClientSecret: p.ClientSecret, KeyID: p.ClientKeyID,
		Scopes: p.Scopes, ACR: p.ACR, StrongACR: p.StrongACR, StrongAMR: p.StrongAMR, UserInfo: p.UserInfo, EmailDomains: p.EmailDomains,
		Claims: oidc.Claims{Subject: p.SubjectClaim, Fiscal: p.FiscalClaim, FiscalPrefix: p.FiscalPrefix, Email: p.EmailClaim, Name: p.NameClaim},
	}
	if len(p.ClientKey) > 0 {
		key, err := oidc.ParseKey(p.ClientKey)
		if err != nil {
			return cfg, fmt.Errorf("[oidc.%s]: the key of client-key-file: %w", name, err)
		}
		cfg.Key = key
	}
	return cfg.Complete()
}

// providerClient may reach the issuer wherever it is: whoever configured it wants that.
func (a *App) providerClient(issuer string) (*fetch.Client, error) {
	u, err := url.Parse(issuer)
	if err != nil {
		return nil, fmt.Errorf("the issuer %q: %w", issuer, err)
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	allow, err := web.ParseProxies(a.Config.FetchAllow)
	if err != nil {
		return nil, fmt.Errorf("--fetch-allow: %w", err)
	}
	return fetch.New(fetch.Options{
		UserAgent: "Martinella/" + a.Version, Proxy: a.Config.FetchProxy, Allow: allow, Hosts: []string{net.JoinHostPort(u.Hostname(), port)},
		MaxBytes: maxProviderAnswer, Timeout: providerTime, Stall: providerTime,
	})
}

// Bounds of a provider's answers.
const (
	maxProviderAnswer = 1 << 20
	providerTime      = 10 * time.Second
	providerEvery     = time.Minute
)

// keepProviders asks each provider for its addresses beside the start, and again
// when one is due: the sign-in page then knows which do not answer.
func (a *App) keepProviders(ctx context.Context, group *errgroup.Group) {
	if len(a.rooms.identity.Providers) == 0 {
		return
	}
	group.Go(func() error {
		ticker := time.NewTicker(providerEvery)
		defer ticker.Stop()
		for {
			a.askProviders(ctx)
			select {
			case <-ctx.Done():
				return nil
			case <-ticker.C:
			}
		}
	})
}

func (a *App) askProviders(ctx context.Context) {
	for _, p := range a.rooms.identity.Providers {
		was := p.Reachable()
		if err := p.Discover(ctx); err != nil && was {
			a.Log.Warn("a provider does not answer", "provider", p.Name, "error", err)
		}
	}
}
