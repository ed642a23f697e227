// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/tlp"
)

// EventPublished tells that what everybody may read of an advisory changed: one
// that is TLP:CLEAR was sent, sent anew or withdrawn.
const EventPublished = "advisory.published"

// open is the condition of an advisory a that is for everybody: marked so, and
// sent. What was withdrawn stays, and says so.
const open = "a.tlp = 'TLP:CLEAR' AND a.state IN ('sent', 'withdrawn')"

// Public gives one that is for everybody, with the files everybody may have; a NotFound fault for any other.
func (m *Module) Public(ctx context.Context, s access.Scope, id int64) (Advisory, error) {
	a, err := scanWhole(m.deps.DB.QueryRow(ctx, "SELECT "+whole+" FROM advisory a WHERE a.id = $1 AND "+open, id))
	if db.NotFound(err) {
		return a, fault.New(fault.NotFound, "advisory.unknown").Because(err)
	}
	if err != nil {
		return a, err
	}
	return m.withPublicFiles(ctx, s, a)
}

// PublicVersion is at which version an advisory is that is for everybody.
type PublicVersion struct{ ID, Version int64 }

// PublicVersions gives those after an id, by id.
func (m *Module) PublicVersions(ctx context.Context, _ access.Scope, after int64, limit int) ([]PublicVersion, error) {
	rows, err := m.deps.DB.Query(ctx, "SELECT a.id, a.version FROM advisory a WHERE a.id > $1 AND "+open+" ORDER BY a.id LIMIT $2", after, limit)
	out, err := db.Collect(rows, err, func(r *sql.Rows) (v PublicVersion, err error) { return v, r.Scan(&v.ID, &v.Version) })
	if err != nil {
		return nil, fmt.Errorf("advisory: the public ones: %w", err)
	}
	return out, nil
}

// announcePublic tells of a change that everybody may see, in its transaction.
func (m *Module) announcePublic(ctx context.Context, tx *db.Tx, a Advisory) error {
	if a.TLP != tlp.Clear {
		return nil
	}
	return m.deps.Bus.Publish(ctx, tx, events.Event{Kind: EventPublished, Payload: a.told()})
}
