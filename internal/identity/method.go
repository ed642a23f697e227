// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"slices"
	"strings"
	"time"
)

// Method is a way somebody proved who he is.
type Method string

// The methods a session may have been opened by.
const (
	ByPassword     Method = "password"
	ByTOTP         Method = "totp"
	ByPasskey      Method = "passkey" // with user verification: possession and PIN or body
	ByRecoveryCode Method = "recovery_code"
	ByCNS          Method = "cns" // Carta Nazionale dei Servizi
	ByCIE          Method = "cie" // Carta d'Identità Elettronica
	ByOIDC         Method = "oidc"
)

// opening says how a session is opened.
type opening struct {
	Methods []Method
	// Strong says that they were two factors at once, or the second one: a
	// passkey, a card with its PIN, an identity provider that vouches for it.
	Strong bool
}

// joinMethods writes methods as the session's row keeps them, each once.
func joinMethods(methods []Method) string {
	var words []string
	for _, m := range methods {
		if !slices.Contains(words, string(m)) {
			words = append(words, string(m))
		}
	}
	return strings.Join(words, " ")
}

func parseMethods(text string) (out []Method) {
	for _, word := range strings.Fields(text) {
		out = append(out, Method(word))
	}
	return out
}

// recent says whether the last strong authentication was in the time that
// counts as just now. One in the future, as a clock set back makes it, does not.
func (m *Module) recent(strongAt time.Time) bool {
	age := m.Clock.Now().Sub(strongAt)
	return !strongAt.IsZero() && age >= 0 && age < m.Config.RecentLife
}
