// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"github.com/a-h/templ"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

// smallForm bounds the forms of this module: none has more than a few lines.
const smallForm = 16 << 10

// Register adds the module's routes, navigation and jobs.
func (m *Module) Register(g *gate.Gate, q *jobs.Queue) error {
	m.publicRoutes(g)
	m.accountRoutes(g)
	m.stepUpRoutes(g)
	m.passkeyRoutes(g)
	m.entranceRoutes(g)
	m.recoveryRoutes(g)
	m.peopleRoutes(g)
	m.staffRoutes(g)
	m.cardRoutes(g)
	m.providerRoutes(g)
	m.linkedRoutes(g)
	m.tokenRoutes(g)
	g.Nav(
		gate.NavItem{Area: gate.AreaOwn, Key: "identity.nav.people", Path: "/o/{org}/people", Permission: access.PeopleEdit, Order: 80,
			Also: []string{"/o/{org}/entrance", "/o/{org}/recoveries"}},
		gate.NavItem{Area: gate.AreaAdmin, Key: "identity.nav.recoveries", Path: recoveryDesk, Permission: access.PeopleEdit, Order: 15},
		gate.NavItem{Area: gate.AreaAdmin, Key: "identity.nav.staff", Path: "/admin/people", Permission: access.StaffEdit, Order: 10},
		gate.NavItem{Area: gate.AreaAccount, Key: "identity.nav.security", Path: securityPage, Order: 10},
		gate.NavItem{Area: gate.AreaAccount, Key: "identity.nav.linked", Path: linkedPage, Order: 15},
		gate.NavItem{Area: gate.AreaAccount, Key: "identity.nav.sessions", Path: "/account/sessions", Order: 20},
		gate.NavItem{Area: gate.AreaAccount, Key: "identity.nav.tokens", Path: "/account/tokens", Order: 30},
		gate.NavItem{Area: gate.AreaOwn, Key: "identity.nav.tokens", Path: "/o/{org}/tokens", Permission: access.TokenEdit, Order: 85},
	)
	return m.handleJobs(q)
}

func (m *Module) publicRoutes(g *gate.Gate) {
	bare := []gate.Option{gate.Bare(), gate.AllowPending(), gate.MaxBody(smallForm)}
	g.Handle("GET /signin", gate.Public(), m.showSignIn, bare...)
	g.Handle("POST /signin", gate.Public(), m.signIn, bare...)
	g.Handle("GET "+codePage, gate.SignedIn(), m.showCode, bare...)
	g.Handle("POST "+codePage, gate.SignedIn(), m.confirmCode, bare...)
	g.Handle("POST /signout", gate.Public(), m.signOut, bare...)
	g.Handle("GET /forgot", gate.Public(), m.showForgot, bare...)
	g.Handle("POST /forgot", gate.Public(), m.forgot, bare...)
	g.Handle("GET /invitation/{token}", gate.Public(), m.showInvitation, bare...)
	g.Handle("POST /invitation/{token}", gate.Public(), m.acceptInvitation, bare...)
	g.Handle("GET /reset/{token}", gate.Public(), m.showReset, bare...)
	g.Handle("POST /reset/{token}", gate.Public(), m.reset, bare...)
}

// page answers with a page whose title is a key of the catalogue.
func page(r *gate.Request, key string, body templ.Component) error {
	return r.Page(r.L.T(key), body)
}

func client(r *gate.Request) Client {
	return Client{Address: r.Client(), UserAgent: r.R.UserAgent(), Device: readCookie(r.R, "device", r.Secure())}
}

func sessionToken(r *gate.Request) string { return readCookie(r.R, "session", r.Secure()) }

// current gives the session of the request; a route past the gate has one.
func (m *Module) current(r *gate.Request) (Session, error) {
	s, err := m.Session(r.Context(), sessionToken(r))
	if err != nil {
		return Session{}, err
	}
	if s == nil {
		return Session{}, fault.New(fault.Unauthenticated, "identity.signin_again")
	}
	return *s, nil
}

// welcomeIn sets the cookies of a sign-in and leads on.
func welcomeIn(r *gate.Request, in SignedIn, next string) error {
	setCookie(r.W, "session", in.Token, 0, r.Secure())
	if in.Device != "" {
		setCookie(r.W, "device", in.Device, deviceCookieAge, r.Secure())
	}
	switch {
	case in.Pending == CodeWanted:
		return r.Redirect(withNext(codePage, next))
	case in.Pending == EnrolWanted:
		return r.Redirect(withNext(enrolPage, next))
	case next == "":
		return r.Redirect("/home")
	}
	return r.Redirect(next)
}
