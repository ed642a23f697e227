// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"

	"martinella/internal/constituency"
	"martinella/internal/platform/fetch"
	"martinella/internal/platform/web"
)

// prover looks for the proofs that members publish: in the DNS, through the
// machine's resolver, and on their sites, through the guarded client.
type prover struct {
	resolver *net.Resolver
	client   *fetch.Client
}

// maxProof is how much of a file is read: the proof is one line.
const maxProof = 4 << 10

// prover gives nothing in the demonstration, whose domains are in no DNS: there
// the CSIRT decides.
func (a *App) prover() (constituency.Prover, error) {
	if a.Prover != nil || a.Config.Demo {
		return a.Prover, nil
	}
	allow, err := web.ParseProxies(a.Config.FetchAllow)
	if err != nil {
		return nil, fmt.Errorf("--fetch-allow: %w", err)
	}
	client, err := fetch.New(fetch.Options{UserAgent: "Martinella/" + a.Version, Proxy: a.Config.FetchProxy, Allow: allow, Redirects: 2,
		MaxBytes: 64 << 10, Timeout: 10 * time.Second, Stall: 5 * time.Second})
	if err != nil {
		return nil, err
	}
	return prover{net.DefaultResolver, client}, nil
}

// TXT implements constituency.Prover.
func (p prover) TXT(ctx context.Context, name string) ([]string, error) {
	return p.resolver.LookupTXT(ctx, name+".")
}

// Names implements constituency.Prover.
func (p prover) Names(ctx context.Context, a netip.Addr) ([]string, error) {
	return p.resolver.LookupAddr(ctx, a.String())
}

// File implements constituency.Prover.
func (p prover) File(ctx context.Context, address string) (text string, err error) {
	answer, err := p.client.Get(ctx, fetch.Request{URL: address})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	if answer.Status != http.StatusOK {
		return "", fmt.Errorf("%s answers %d", address, answer.Status)
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxProof))
	return string(data), err
}
