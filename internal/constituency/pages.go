// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"errors"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/events"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/ratelimit"
	"martinella/internal/platform/web"
)

// Register puts the room's pages and background work in place.
func (m *Module) Register(g *gate.Gate, q *jobs.Queue, bus *events.Bus) error {
	m.publicPages(g)
	m.registrationPages(g)
	m.memberPages(g)
	m.operatorPages(g)
	m.callPages(g)
	m.keyPages(g)
	m.changePages(g)
	m.checklistPages(g)
	m.confirmPages(g)
	m.agreementPages(g)
	m.familyPages(g)
	m.tagPages(g)
	m.claimPages(g)
	g.Nav(
		gate.NavItem{Area: gate.AreaMember, Key: "constituency.nav.contacts", Path: "/o/{org}/contacts", Permission: access.ContactRead, Order: 60},
		gate.NavItem{Area: gate.AreaOwn, Key: "constituency.nav.organisation", Path: "/o/{org}/organisation", Permission: access.OrganisationRead, Order: 70,
			Also: []string{"/o/{org}/completeness", "/o/{org}/confirm", "/o/{org}/agreements", "/o/{org}/family", "/o/{org}/changes"}},
		gate.NavItem{Area: gate.AreaRecords, Key: "constituency.nav.registrations", Path: "/ops/registrations", Permission: access.RegistrationRead, Order: 20},
		gate.NavItem{Area: gate.AreaRecords, Key: "constituency.nav.members", Path: "/ops/members", Permission: access.TerritoryRead, Order: 30, Also: []string{"/ops/keys", tagRoot}},
	)
	m.registerAgreements(q)
	return errors.Join(m.registerJobs(q), m.registerKeyJobs(q), m.registerClaimJobs(q), m.registerScores(q, bus), m.registerConfirmations(q), m.registerMove(q))
}

func (m *Module) publicPages(g *gate.Gate) {
	g.Handle("GET /{$}", gate.Public(), m.front, gate.Translated())
	g.Handle("GET /services", gate.Public(), m.services, gate.Translated())
	g.Handle("GET /join", gate.Public(), m.join, gate.Translated())
	g.Handle("GET /conditions", gate.Public(), m.conditions, gate.Translated())
	for _, name := range []string{"privacy", "accessibility", "legal"} {
		g.Handle("GET /"+name, gate.Public(), m.notice(name), gate.Translated())
	}
}

func (m *Module) registrationPages(g *gate.Gate) {
	g.Handle("GET /unsubscribe/{token}", gate.Public(), m.unsubscribeForm, gate.Bare(), gate.AllowPending())
	g.Handle("POST /unsubscribe/{token}", gate.Public(), m.unsubscribe, gate.Bare(), gate.AllowPending())
	g.Handle("GET /register", gate.Public(), m.registerForm, gate.Translated())
	g.Handle("POST /register", gate.Public(), m.register)
	g.Handle("GET /register/sent", gate.Public(), m.registerSent, gate.Bare())
	g.Handle("POST /register/resend", gate.Public(), m.resend, gate.Bare())
	g.Handle("GET /register/municipalities", gate.Public(), m.municipalities)
	g.Handle("GET /register/confirm/{token}", gate.Public(), m.confirmForm, gate.Bare())
	g.Handle("POST /register/confirm/{token}", gate.Public(), m.confirmMailbox, gate.Bare())
	g.Handle("GET /register/status/{token}", gate.Public(), m.standing)
	g.Handle("POST /register/status/{token}", gate.Public(), m.answerByLink)
}

func (m *Module) memberPages(g *gate.Gate) {
	g.Handle("POST /o/{org}/answer", gate.Member(access.OrganisationEdit), m.answerSignedIn)
	g.Handle("GET /o/{org}/organisation", gate.Member(access.OrganisationRead), m.ownRecord)
	g.Handle("GET /o/{org}/organisation/edit", gate.Member(access.OrganisationEdit), m.ownForm)
	g.Handle("POST /o/{org}/organisation/edit", gate.Member(access.OrganisationEdit), m.editOwn)
	g.Handle("GET /o/{org}/contacts", gate.Member(access.ContactRead), m.contactList)
	g.Handle("GET /o/{org}/contacts/new", gate.Member(access.ContactEdit), m.contactForm)
	g.Handle("POST /o/{org}/contacts/new", gate.Member(access.ContactEdit), m.saveContact)
	g.Handle("GET /o/{org}/alert-mails", gate.Member(access.AdvisoryRead), m.wishPage)
	g.Handle("POST /o/{org}/alert-mails", gate.Member(access.AdvisoryRead), m.savingWish)
	g.Handle("GET /o/{org}/contacts/{id}", gate.Member(access.ContactEdit), m.contactForm)
	g.Handle("POST /o/{org}/contacts/{id}", gate.Member(access.ContactEdit), m.saveContact)
	g.Handle("GET /o/{org}/contacts/{id}/remove", gate.Member(access.ContactEdit), m.removeForm)
	g.Handle("POST /o/{org}/contacts/{id}/remove", gate.Member(access.ContactEdit), m.removeContact)
}

func (m *Module) operatorPages(g *gate.Gate) {
	g.Handle("GET /ops/registrations", gate.Staff(access.RegistrationRead), m.queue)
	g.Handle("GET /ops/registrations/{id}", gate.Staff(access.RegistrationRead), m.registration)
	g.Handle("POST /ops/registrations/{id}", gate.Staff(access.AccreditationEdit), m.decided, gate.Recent())
	g.Handle("GET /ops/registrations/{id}/edit", gate.Staff(access.AccreditationEdit), m.verifiedForm, gate.Recent())
	g.Handle("POST /ops/registrations/{id}/edit", gate.Staff(access.AccreditationEdit), m.editVerified, gate.Recent())
	g.Handle("GET /ops/members", gate.Staff(access.TerritoryRead), m.members, gate.RecentExport())
	g.Handle("GET /ops/members/{org}", gate.Staff(access.TerritoryRead), m.memberPage)
}

// tooOften gives a RateLimited fault when the request's address must wait.
func tooOften(r *gate.Request, l Limiter) error {
	return slow(l, ratelimit.AddressKey(web.Client(r.Context())))
}
