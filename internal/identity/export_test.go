// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"net/netip"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/db"
)

// CleanUp does the nightly work.
func (m *Module) CleanUp(ctx context.Context) error { return m.cleanUp(ctx) }

// ExpireRecoveries does the work of every ten minutes.
func (m *Module) ExpireRecoveries(ctx context.Context) error { return m.expireRecoveries(ctx) }

// HashToken gives what is kept of a token.
func HashToken(token string) (string, bool) { return hashToken(token) }

// Browser names a browser.
func Browser(userAgent string) string { return browser(userAgent) }

// SendAll sends a mail of a kind with everything its sentences may speak of.
func (m *Module) SendAll(ctx context.Context, tx *db.Tx, p Person, kind, link string) error {
	return m.send(ctx, tx, p, kind, letterArgs{
		Organisation: 7, Role: access.OrgAdmin, Link: link, N: 3, Address: "192.0.2.1", Browser: "Firefox", Email: "b@example.it", Item: "Chiave blu", Shown: "CNS RSS•U", At: m.Clock.Now(),
	})
}

// UseToken gives the session a token opens.
func (m *Module) UseToken(ctx context.Context, text string, from netip.Addr) (*gate.Session, error) {
	return m.useToken(ctx, text, from)
}

// WarnOfTokens does the daily warning.
func (m *Module) WarnOfTokens(ctx context.Context) error { return m.warnOfTokens(ctx) }

// HashAPIToken gives what is kept of an API token.
func HashAPIToken(text string) (string, bool) { return hashAPIToken(text) }
