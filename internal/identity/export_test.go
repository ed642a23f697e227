// SPDX-License-Identifier: EUPL-1.2

package identity

import "context"

// CleanUp does the nightly work.
func (m *Module) CleanUp(ctx context.Context) error { return m.cleanUp(ctx) }

// HashToken gives what is kept of a token.
func HashToken(token string) (string, bool) { return hashToken(token) }

// Browser names a browser.
func Browser(userAgent string) string { return browser(userAgent) }
