// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"martinella/internal/identity"
	"martinella/internal/identity/card"
	"martinella/internal/identity/card/desk"
	"martinella/internal/platform/config"
	"martinella/internal/platform/fetch"
	"martinella/internal/platform/web"
	"martinella/web/static"
	"martinella/web/ui"
)

// cards is how people sign in with a card, by the configuration.
func (a *App) cards() (identity.Cards, error) {
	c := a.Config.Card
	if !c.On() {
		return identity.Cards{}, nil
	}
	proxies, err := web.ParseProxies(c.Proxies)
	if err != nil {
		return identity.Cards{}, fmt.Errorf("--card-proxies: %w", err)
	}
	services, err := services(c.TSLTypes)
	if err != nil {
		return identity.Cards{}, err
	}
	client, err := a.client()
	if err != nil {
		return identity.Cards{}, err
	}
	a.desk = desk.New(desk.Config{
		Files: list(c.Trust), ListURL: c.TSLURL, ListCopy: filepath.Join(a.Config.Data, "card-trusted-list.xml"), Signers: c.TSLSigner, Services: services,
		CRL: c.CRL, Policy: card.Policy{Policies: list(c.Policies), Soft: c.Revocation == "soft"},
	}, cardFetcher{client}, a.Clock, a.Log)
	return identity.Cards{Desk: a.desk, URL: c.URL, Header: c.Header, Proxy: proxies.Trusts}, nil
}

// services turns the short names of types of services into ETSI's.
func services(text string) (out []string, err error) {
	for _, name := range list(text) {
		kind, ok := map[string]string{"IdV": card.ServiceIdentity, "CA/QC": card.ServiceQualified}[name]
		if !ok {
			return nil, fmt.Errorf("--card-tsl-types: %q is neither IdV nor CA/QC", name)
		}
		out = append(out, kind)
	}
	return out, nil
}

// list splits an option that holds several values.
func list(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

// client is the guarded way out; hosts may be reached wherever their names lead.
func (a *App) client(hosts ...string) (*fetch.Client, error) {
	allow, err := web.ParseProxies(a.Config.FetchAllow)
	if err != nil {
		return nil, fmt.Errorf("--fetch-allow: %w", err)
	}
	return fetch.New(fetch.Options{UserAgent: "Martinella/" + a.Version, Proxy: a.Config.FetchProxy, Allow: allow, Hosts: hosts})
}

// cardFetcher reads what certificates name, bounded.
type cardFetcher struct{ client *fetch.Client }

// Get implements card.Fetcher.
func (f cardFetcher) Get(ctx context.Context, url string) ([]byte, error) {
	return f.client.Read(ctx, url, card.MaxCRL)
}

// Post implements card.Fetcher.
func (f cardFetcher) Post(ctx context.Context, url, mediaType string, body []byte) ([]byte, error) {
	return f.client.Post(ctx, url, mediaType, body, card.MaxOCSP)
}

// listen opens the portal's listener, with TLS when it has a certificate.
func (a *App) listen() (net.Listener, error) {
	l, err := net.Listen("tcp", a.Config.Listen)
	if err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	if a.Config.TLSCert == "" {
		return l, nil
	}
	cert, err := web.NewCertificate(a.Config.TLSCert, a.Config.TLSKey, a.Clock, a.Log)
	if err != nil {
		return nil, fmt.Errorf("%w; %w", err, l.Close())
	}
	return tls.NewListener(l, &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: cert.Get, NextProtos: []string{"h2", "http/1.1"}}), nil
}

// serveCards keeps what cards are judged by current and, where one is
// configured, opens the listener that asks browsers for a certificate. TLS
// cannot ask on some paths only, so it has nothing but that path.
func (a *App) serveCards(ctx context.Context, group *errgroup.Group) error {
	if a.desk == nil {
		return nil
	}
	if err := a.desk.Refresh(ctx); err != nil {
		a.Log.Error("authorities of cards", "error", err)
	}
	group.Go(func() error { a.desk.Keep(ctx); return nil })
	c := a.Config.Card
	if c.Listen == "" {
		return nil
	}
	cert, err := web.NewCertificate(c.TLSCert, c.TLSKey, a.Clock, a.Log)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listening for cards: %w", err)
	}
	handler, err := a.cardHandler()
	if err != nil {
		return err
	}
	group.Go(func() error {
		return serveHTTP(ctx, tls.NewListener(l, a.cardTLS(cert)), handler, a.Config.RequestTimeout)
	})
	return nil
}

// cardTLS asks for a certificate and goes on without one, so that a page can
// say what is wrong; TLS proves that the client has the key. Browsers offer those
// of the authorities of the moment. No ticket lets a browser come again without its card.
func (a *App) cardTLS(cert *web.Certificate) *tls.Config {
	base := &tls.Config{
		MinVersion: tls.VersionTLS12, GetCertificate: cert.Get, ClientAuth: tls.RequestClientCert,
		SessionTicketsDisabled: true, NextProtos: []string{"http/1.1"},
	}
	base.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		c := base.Clone()
		c.GetConfigForClient = nil
		c.ClientCAs = a.desk.Trust().Pool()
		return c, nil
	}
	return base
}

// cardHandler has the sign-in with a card and what its page is made of; all
// else is at the portal's own address.
func (a *App) cardHandler() (http.Handler, error) {
	files, err := ui.Static()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, files)
	mux.Handle("GET "+identity.CardPath, web.Secure(a.Gate, web.Config{Log: a.Log, Secure: strings.HasPrefix(a.Config.BaseURL, "https://"), Timeout: a.Config.RequestTimeout, Observe: a.metrics.request}))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, a.Config.BaseURL+"/signin", http.StatusSeeOther)
	})
	return mux, nil
}

// demoCardFolder is where "demo card" puts what serve --demo then uses.
func demoCardFolder(c config.Config) string { return filepath.Join(c.Data, "demo-card") }
