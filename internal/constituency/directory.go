// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/constituency/hours"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// The room is the gate's directory of organisations.
var _ gate.Directory = (*Module)(nil)

const entryColumns = "id, code, name, time_zone, state"

func scanEntry(r row, zones Zones) (o gate.Organisation, err error) {
	var zone string
	var state State
	err = r.Scan(&o.ID, &o.Code, &o.Name, &zone, &state)
	o.Zone, o.Accredited = zones.Of(Record{TimeZone: zone}), state == Approved
	return o, err
}

// OrganisationByCode gives the organisation a code stands for, in any case of
// letters: the living one, else the latest that was rejected or withdrawn. One that never
// confirmed its mailbox cannot be found. The scope must hold for the territory or for that organisation.
func (m *Module) OrganisationByCode(ctx context.Context, s access.Scope, code string) (gate.Organisation, error) {
	o, err := scanEntry(m.db.QueryRow(ctx, "SELECT "+entryColumns+` FROM organisation
		WHERE code = $1 AND state <> 'unconfirmed'
		ORDER BY CASE WHEN state IN ('rejected','withdrawn') THEN 1 ELSE 0 END, id DESC LIMIT 1`, strings.ToLower(code)), Zones{})
	if err != nil {
		return gate.Organisation{}, notFound(err)
	}
	if _, err := s.For(o.ID); err != nil {
		return gate.Organisation{}, err
	}
	return o, nil
}

// OrganisationsByID gives those that exist, in no order. A scope narrowed to
// one organisation gets that one at most.
func (m *Module) OrganisationsByID(ctx context.Context, s access.Scope, ids []int64) ([]gate.Organisation, error) {
	var visible []int64
	for _, id := range ids {
		if _, err := s.For(id); err == nil {
			visible = append(visible, id)
		}
	}
	var out []gate.Organisation
	zones := Zones{}
	for len(visible) > 0 {
		some := visible[:min(500, len(visible))]
		visible = visible[len(some):]
		rows, err := m.db.Query(ctx, "SELECT "+entryColumns+" FROM organisation WHERE id IN "+db.In(1, len(some)), db.Args(some)...)
		found, err := db.Collect(rows, err, func(r *sql.Rows) (gate.Organisation, error) { return scanEntry(r, zones) })
		if err != nil {
			return nil, fmt.Errorf("reading organisations: %w", err)
		}
		out = append(out, found...)
	}
	return out, nil
}

// Organisation gives an organisation whole.
func (m *Module) Organisation(ctx context.Context, s access.Scope, id int64) (Organisation, error) {
	if err := s.Require(access.OrganisationRead); err != nil {
		return Organisation{}, err
	}
	return organisation(ctx, m.db, s, id)
}

// Own gives the scope's own organisation whole.
func (m *Module) Own(ctx context.Context, s access.Scope) (Organisation, error) {
	org, err := s.Organisation()
	if err != nil {
		return Organisation{}, err
	}
	return m.Organisation(ctx, s, org)
}

// History gives what happened to an organisation's accreditation, the newest first.
func (m *Module) History(ctx context.Context, s access.Scope, id int64) ([]Happening, error) {
	if _, err := s.For(id); err != nil {
		return nil, err
	}
	if err := s.Require(access.OrganisationRead); err != nil {
		return nil, err
	}
	return history(ctx, m.db, id)
}

// Twins gives those that seem to be the same body as o, the living first.
func (m *Module) Twins(ctx context.Context, s access.Scope, o Organisation) ([]Organisation, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	return twins(ctx, m.db, o)
}

// activeBatch is how many organisations EachActive reads at once.
const activeBatch = 500

// EachActive calls f with every approved organisation, by id, without holding a query open.
func (m *Module) EachActive(ctx context.Context, s access.Scope, f func(Organisation) error) error {
	if err := s.Territory(); err != nil {
		return err
	}
	last := int64(0)
	for {
		rows, err := m.db.Query(ctx, "SELECT "+organisationColumns+` FROM organisation
			WHERE state = 'approved' AND id > $1 ORDER BY id LIMIT $2`, last, activeBatch)
		batch, err := db.Collect(rows, err, scanOrganisations)
		if err != nil {
			return fmt.Errorf("reading active organisations: %w", err)
		}
		for _, o := range batch {
			if err := f(o); err != nil {
				return err
			}
			last = o.ID
		}
		if len(batch) < activeBatch {
			return nil
		}
	}
}

// Body is an accredited organisation in a few words.
type Body struct {
	ID         int64
	Code, Name string
	Type       string
	Tier       Tier
	Zone       *time.Location
	Days       hours.Calendar // its public holidays; one goroutine at a time

	Municipality, Province string
}

// Bodies gives the accredited organisations, in the order of their ids.
func (m *Module) Bodies(ctx context.Context, s access.Scope) ([]Body, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	zones, days := Zones{}, Holidays{}
	rows, err := m.db.Query(ctx, "SELECT id, code, name, type, tier, time_zone, municipality, province, country, patron_day FROM organisation WHERE state = 'approved' ORDER BY id")
	all, err := db.Collect(rows, err, func(r *sql.Rows) (b Body, err error) {
		var o Record
		err = r.Scan(&b.ID, &b.Code, &b.Name, &b.Type, &b.Tier, &o.TimeZone, &b.Municipality, &b.Province, &o.Country, &o.PatronDay)
		b.Zone, b.Days = zones.Of(o), days.Of(o.Country, o.PatronDay)
		return b, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the accredited organisations: %w", err)
	}
	return all, nil
}

// contactUnknown is the answer to a contact of another organisation too.
func contactUnknown() error { return fault.New(fault.NotFound, "constituency.contact_unknown") }
