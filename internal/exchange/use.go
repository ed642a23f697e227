// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"context"
	"net/netip"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/ratelimit"
	"martinella/internal/platform/tlp"
	"martinella/internal/platform/web"
)

// client is who stands at a door.
type client struct {
	key   Key // zero: nobody in particular
	org   Organisation
	scope access.Scope
}

// anybody is a client without a key.
func anybody() client { return client{scope: access.System("exchange")} }

// all is everything the client may have: its own and the community's.
func (c client) all() Question {
	switch {
	case c.key.ID == 0:
		return Question{Shared: tlp.Clear}
	case c.key.Organisation == 0:
		return Question{Shared: c.key.Upto}
	}
	return Question{Own: tlp.Amber, Shared: tlp.Green}
}

// open gives an alert as the client may have it. Who shows no key may be the
// adversary: what PAP lets nobody use where he sees it is not told to him.
func (c client) open(a Alert) Alert {
	if c.key.ID == 0 && !blockable(a.PAP) {
		a.Indicators = nil
	}
	return a
}

// enter opens a door with a secret. Faults: exchange.no_key, NotFound;
// exchange.address and exchange.suspended, Forbidden; exchange.often.
func (m *Module) enter(r *gate.Request, door Door, secret string) (client, error) {
	from := web.Client(r.Context())
	hash, ok := hashOf(secret)
	if !ok {
		return client{}, m.guessed(from)
	}
	if err := m.often(hash); err != nil {
		return client{}, err
	}
	c, err := m.clientOf(r.Context(), door, hash, from)
	if fault.Of(err).Code == "exchange.no_key" {
		return client{}, m.guessed(from)
	}
	return c, err
}

// often refuses who asks too often.
func (m *Module) often(who string) error {
	if ok, wait := m.asking.Allow(who); !ok {
		return fault.New(fault.RateLimited, "exchange.often", fault.P{"wait": wait})
	}
	return nil
}

// guessed answers a key that is none.
func (m *Module) guessed(from netip.Addr) error {
	if ok, wait := m.guessing.Allow(ratelimit.AddressKey(from)); !ok {
		return fault.New(fault.RateLimited, "exchange.often", fault.P{"wait": wait})
	}
	return fault.New(fault.NotFound, "exchange.no_key")
}

func (m *Module) clientOf(ctx context.Context, door Door, hash string, from netip.Addr) (client, error) {
	c := anybody()
	k, err := m.keyByHash(ctx, c.scope, hash)
	switch {
	case db.NotFound(err) || err == nil && k.Door != door:
		return client{}, fault.New(fault.NotFound, "exchange.no_key")
	case err != nil:
		return client{}, err
	case !k.admits(from):
		return client{}, fault.New(fault.Forbidden, "exchange.address", fault.P{"address": from.String()})
	}
	c.key = k
	if err := m.narrow(ctx, &c); err != nil {
		return client{}, err
	}
	if err := m.noteUse(ctx, c.scope, k, from.String()); err != nil {
		m.deps.Log.Warn("a key's last use is not noted", "key", k.ID, "error", err) // no reason to give a firewall no list
	}
	return c, nil
}

// narrow bounds a member's client to its organisation, which must still be one.
func (m *Module) narrow(ctx context.Context, c *client) (err error) {
	if c.key.Organisation == 0 {
		return nil
	}
	orgs, err := m.deps.Organisations.Organisations(ctx, c.scope, []int64{c.key.Organisation})
	if err != nil {
		return err
	}
	if len(orgs) == 0 || !orgs[0].Accredited {
		return fault.New(fault.Forbidden, "exchange.suspended")
	}
	c.org = orgs[0]
	c.scope, err = c.scope.For(c.key.Organisation)
	return err
}
