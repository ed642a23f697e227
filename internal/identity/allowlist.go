// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"database/sql"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Entrance is what an organisation asks of its own people who come in.
type Entrance struct {
	SecondFactor bool     // from everybody, not only from those for whom it is mandatory
	Networks     []string // CIDR ranges; none: from everywhere
	OpenUntil    time.Time
}

// maxNetworks bounds a list: a city with branches has some dozens.
const maxNetworks = 200

// Entrance gives the rules of the scope's organisation.
func (m *Module) Entrance(ctx context.Context, s access.Scope) (Entrance, error) {
	org, err := s.Organisation()
	if err != nil {
		return Entrance{}, err
	}
	if err := s.Require(access.PeopleEdit); err != nil {
		return Entrance{}, err
	}
	return readEntrance(ctx, m.DB, org)
}

func readEntrance(ctx context.Context, q db.Querier, org int64) (e Entrance, err error) {
	var second int
	var networks string
	err = q.QueryRow(ctx, "SELECT second_factor, networks, open_until FROM entrance WHERE organisation_id = $1", org).Scan(&second, &networks, db.Time(&e.OpenUntil))
	if db.NotFound(err) {
		return Entrance{}, nil
	}
	if err != nil {
		return Entrance{}, fmt.Errorf("reading an entrance: %w", err)
	}
	e.SecondFactor, e.Networks = second == 1, strings.Fields(networks)
	return e, nil
}

// ParseNetworks reads a list of addresses and CIDR ranges, as people type it:
// separated by spaces, commas or lines. It gives each once, in its normal form
// and in order, or a field fault that names the first it does not understand.
func ParseNetworks(field, text string) ([]netip.Prefix, error) {
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
	if len(words) > maxNetworks {
		return nil, fault.New(fault.Invalid, "web.form").Field(field, "identity.allowlist_many", fault.P{"n": maxNetworks})
	}
	out := make([]netip.Prefix, 0, len(words))
	for _, w := range words {
		p, ok := parseNetwork(w)
		if !ok {
			return nil, fault.New(fault.Invalid, "web.form").Field(field, "identity.allowlist_wrong", fault.P{"text": shortened(w)})
		}
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b netip.Prefix) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(out), nil
}

// parseNetwork reads one; an address alone is the range of itself. IPv4 written
// as IPv6 would never match: addresses are compared in their plain form.
func parseNetwork(word string) (netip.Prefix, bool) {
	if a, err := netip.ParseAddr(word); err == nil {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), a.Zone() == ""
	}
	p, err := netip.ParsePrefix(word)
	if err != nil || p.Addr().Is4In6() {
		return netip.Prefix{}, false
	}
	return p.Masked(), true
}

func shortened(word string) string {
	if r := []rune(strings.ToValidUTF8(word, "?")); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return strings.ToValidUTF8(word, "?")
}

// EntranceChange is what an organisation wants from now on.
type EntranceChange struct {
	SecondFactor bool
	Networks     string // as typed
	// Address is where the saver is now, and Confirmed that he knows the list
	// will keep him out.
	Address   netip.Addr
	Confirmed bool
}

// SetEntrance changes the rules of the scope's organisation and tells its
// administrators. The rules hold at everybody's next request. A list that would
// keep the saver out is a Conflict until he confirms it.
func (m *Module) SetEntrance(ctx context.Context, s access.Scope, in EntranceChange) error {
	org, err := s.Organisation()
	if err != nil {
		return err
	}
	if err := s.Require(access.PeopleEdit); err != nil {
		return err
	}
	networks, err := ParseNetworks("networks", in.Networks)
	if err != nil {
		return err
	}
	e := entrance{Limited: len(networks) > 0, Networks: networks}
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		role, err := membership(ctx, tx, s.Person(), org)
		if err != nil {
			return err
		}
		if role != "" && !in.Confirmed && !e.admits(in.Address, m.Clock.Now()) {
			return fault.New(fault.Conflict, "identity.allowlist_locks_out", fault.P{"address": addressText(in.Address)})
		}
		return m.writeEntrance(ctx, tx, s, org, in.SecondFactor, networks)
	})
}

func (m *Module) writeEntrance(ctx context.Context, tx *db.Tx, s access.Scope, org int64, second bool, networks []netip.Prefix) error {
	was, err := readEntrance(ctx, tx, org)
	if err != nil {
		return err
	}
	var words []string
	for _, p := range networks {
		words = append(words, p.String())
	}
	flag := 0
	if second {
		flag = 1
	}
	_, err = tx.Exec(ctx, `INSERT INTO entrance (organisation_id, second_factor, networks, changed_at) VALUES ($1,$2,$3,$4)
		ON CONFLICT (organisation_id) DO UPDATE SET second_factor = excluded.second_factor, networks = excluded.networks, open_until = NULL, changed_at = excluded.changed_at`,
		org, flag, strings.Join(words, " "), db.Ms(m.Clock.Now()))
	if err != nil {
		return fmt.Errorf("changing an entrance: %w", err)
	}
	detail := map[string]any{"second_factor": second, "networks": words, "were": was.Networks, "second_factor_was": was.SecondFactor}
	if err := m.note(ctx, tx, s.Actor(), org, "organisation.entrance_changed", s.Person(), detail); err != nil {
		return err
	}
	return m.tellAdmins(ctx, tx, org, "entrance_changed", letterArgs{Organisation: org, N: len(words)})
}

// MaxOpening bounds for how long an entrance may be opened.
const MaxOpening = 72 * time.Hour

// OpenEntrance lets an organisation's people in from everywhere for a while:
// the way back for who locked himself out. Its administrators are told. The
// scope is one of the organisation, or of the whole territory, with people.edit.
func (m *Module) OpenEntrance(ctx context.Context, s access.Scope, org int64, life time.Duration) error {
	if _, err := s.For(org); err != nil {
		return err
	}
	if err := s.Require(access.PeopleEdit); err != nil {
		return err
	}
	if life <= 0 || life > MaxOpening {
		return fault.New(fault.Invalid, "web.form").Field("hours", "identity.allowlist_hours", fault.P{"n": int(MaxOpening.Hours())})
	}
	until := m.Clock.Now().Add(life)
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		res, err := tx.Exec(ctx, "UPDATE entrance SET open_until = $2 WHERE organisation_id = $1 AND networks <> ''", org, db.Ms(until))
		if err != nil {
			return fmt.Errorf("opening an entrance: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.New(fault.Conflict, "identity.allowlist_none").Because(err)
		}
		if err := m.note(ctx, tx, s.Actor(), org, "organisation.entrance_opened", s.Person(), map[string]any{"until": until}); err != nil {
			return err
		}
		return m.tellAdmins(ctx, tx, org, "entrance_opened", letterArgs{Organisation: org, N: int(life.Hours())})
	})
}

// tellAdmins writes to everybody who administers an organisation.
func (m *Module) tellAdmins(ctx context.Context, tx *db.Tx, org int64, kind string, args letterArgs) error {
	list, err := orgAdmins(ctx, tx, org)
	if err != nil {
		return err
	}
	for _, p := range list {
		if err := m.send(ctx, tx, p, kind, args); err != nil {
			return err
		}
	}
	return nil
}

// orgAdmins gives those of an organisation who can sign in.
func orgAdmins(ctx context.Context, q db.Querier, org int64) ([]Person, error) {
	rows, err := q.Query(ctx, "SELECT "+personColumns+" FROM membership b JOIN person p ON p.id = b.person_id WHERE b.organisation_id = $1 AND b.role = $2 ORDER BY p.id",
		org, string(access.OrgAdmin))
	list, err := db.Collect(rows, err, func(r *sql.Rows) (Person, error) { return scanPerson(r) })
	if err != nil {
		return nil, fmt.Errorf("reading administrators: %w", err)
	}
	return slices.DeleteFunc(list, func(p Person) bool { return p.State() != Active }), nil
}
