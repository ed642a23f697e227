// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"martinella/internal/access/gate"
	"martinella/internal/identity/oidc"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// intent is what somebody shows a card, or goes to a provider, for.
type intent string

const (
	toSignIn intent = "signin"
	toLink   intent = "link"  // with the account he is signed in to
	toProve  intent = "prove" // that it is still him (gate.Recent)
)

// byCard is the kind of a journey with a card; else it is a provider's name,
// which has no slash in it.
const byCard = "card/"

// journey is a sign-in that goes elsewhere and comes back. It is kept by the
// browser, sealed: strangers write nothing into the database, and whoever comes
// back in another browser has nothing.
type journey struct {
	Kind    string
	Intent  intent
	Person  int64 // who links
	Next    string
	Expires int64 // milliseconds since 1970
	oidc.Attempt
}

// journeyLife is how long somebody may be elsewhere.
const journeyLife = 10 * time.Minute

const journeyCookie = "elsewhere"

// beginJourney gives the browser a journey to keep. Another one that it had is over.
func (m *Module) beginJourney(r *gate.Request, kind string, why intent, next string) journey {
	a := journey{Kind: kind, Intent: why, Person: r.Person.ID, Next: next, Expires: m.Clock.Now().Add(journeyLife).UnixMilli(),
		Attempt: oidc.NewAttempt(m.Config.BaseURL+returnPath(kind), r.L.Lang())}
	setCookie(r.W, journeyCookie, m.sealed(a, "journey"), int(journeyLife.Seconds()), r.Secure())
	return a
}

func returnPath(kind string) string {
	if kind == byCard {
		return cardReturn
	}
	return providerPath(kind) + "/return"
}

// takeJourney gives the journey that comes back with a state, and takes it from
// the browser: whatever follows, it is over.
func (m *Module) takeJourney(r *gate.Request, kind, state string) (journey, error) {
	var a journey
	text := readCookie(r.R, journeyCookie, r.Secure())
	if text == "" || m.unsealed(text, "journey", &a) != nil {
		return a, fault.New(fault.Forbidden, "identity.attempt_none")
	}
	setCookie(r.W, journeyCookie, "", -1, r.Secure())
	switch {
	case a.Kind != kind || subtle.ConstantTimeCompare([]byte(a.State), []byte(state)) != 1:
		return a, fault.New(fault.Forbidden, "identity.attempt_foreign")
	case !m.Clock.Now().Before(time.UnixMilli(a.Expires)):
		return a, fault.New(fault.Forbidden, "identity.attempt_old")
	case a.Intent != toSignIn && a.Person != r.Person.ID:
		return a, fault.New(fault.Forbidden, "identity.attempt_person")
	}
	return a, nil
}

// spend uses a journey's state, in the transaction of what it does. Twice is a
// Forbidden fault: a browser whose cookie was copied gains nothing.
func (m *Module) spend(ctx context.Context, tx *db.Tx, a journey) error {
	res, err := tx.Exec(ctx, "INSERT INTO spent_attempt (state_hash, expires_at) VALUES ($1,$2) ON CONFLICT (state_hash) DO NOTHING", digest(a.State), a.Expires)
	if err != nil {
		return fmt.Errorf("using a journey: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return fault.New(fault.Forbidden, "identity.attempt_replayed").Because(err)
	}
	return nil
}

// sealed writes a value so that it can go through a browser's hands: it is
// neither readable nor changeable there.
func (m *Module) sealed(v any, use string) string {
	text, err := json.Marshal(v)
	if err != nil {
		text = nil // our own types always can be written
	}
	return base64.RawURLEncoding.EncodeToString(m.Secrets.Seal(text, "browser "+use))
}

// maxSealed bounds what a browser brings back.
const maxSealed = 4 << 10

func (m *Module) unsealed(text, use string, v any) error {
	if len(text) > maxSealed {
		return fault.New(fault.TooLarge, "identity.attempt_none")
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	plain, err := m.Secrets.Open(raw, "browser "+use)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, v)
}
