// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"net/http"
	"net/netip"

	"martinella/internal/access/gate"
	"martinella/internal/platform/web"
)

// The pages a session leads to that is not finished.
const (
	codePage  = "/signin/code"
	enrolPage = "/account/second-factor"
)

const deviceCookieAge = 365 * 24 * 3600 // seconds

// cookieName puts the prefix before a name with which browsers promise that the
// cookie came from this host over TLS (RFC 6265bis, section 4.1.3.2). Without
// TLS, on the machine's own address, they would refuse it.
func cookieName(name string, secure bool) string {
	if secure {
		return "__Host-martinella_" + name
	}
	return "martinella_" + name
}

func setCookie(w http.ResponseWriter, name, value string, maxAge int, secure bool) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName(name, secure), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode,
	})
}

func readCookie(r *http.Request, name string, secure bool) string {
	c, err := r.Cookie(cookieName(name, secure))
	if err != nil {
		return ""
	}
	return c.Value
}

// Authenticator is the module's answer to the gate's question who asks.
type Authenticator struct {
	m      *Module
	secure bool
}

// Authenticator gives the gate what it needs; secure says whether the instance
// is reached by https, as the gate's configuration does.
func (m *Module) Authenticator(secure bool) Authenticator { return Authenticator{m, secure} }

// Authenticate implements gate.Authenticator.
func (a Authenticator) Authenticate(r *http.Request) (*gate.Session, error) {
	if text, ok := bearer(r); ok && fromProgram(r) {
		return a.m.useToken(r.Context(), text, web.Client(r.Context()))
	}
	s, err := a.m.Session(r.Context(), readCookie(r, "session", a.secure))
	if err != nil || s == nil {
		return nil, err
	}
	address, now := web.Client(r.Context()), a.m.Clock.Now()
	return &gate.Session{
		Principal: s.Principal,
		Person:    gate.Person{ID: s.Person.ID, Name: s.Person.Name, Email: s.Person.Email, Language: s.Person.Language},
		Pending:   s.Pending.page(),
		Recent:    a.m.recent(s.StrongAt),
		Outside:   outside(s.entrances, address, now),
		Address:   addressText(address),
	}, nil
}

// addressText writes an address for people; "?" when it is unknown.
func addressText(a netip.Addr) string {
	if !a.IsValid() {
		return "?"
	}
	return a.String()
}

func (p Pending) page() string {
	switch p {
	case CodeWanted:
		return codePage
	case EnrolWanted:
		return enrolPage
	}
	return ""
}
