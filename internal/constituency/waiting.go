// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"strconv"
	"time"

	"martinella/internal/access"
)

// Waiting is what waits for the CSIRT, each with since when the oldest does (zero when none).
type Waiting struct {
	Registrations int
	Oldest        time.Time

	Changes       int // proposals to change verified data
	ChangesOldest time.Time

	Seconds       int // decisions and proposals that wait for a second person
	SecondsOldest time.Time

	Silent       int // members that answered to none of several requests to confirm
	SilentOldest time.Time
}

// Waiting counts the registrations, requests and decisions that wait for an operator.
func (m *Module) Waiting(ctx context.Context, s access.Scope) (w Waiting, err error) {
	if err := s.Territory(); err != nil {
		return w, err
	}
	for _, x := range []struct {
		what  string
		query string
		n     *int
		since *time.Time
	}{
		{"registrations", "SELECT count(*), min(state_since) FROM organisation WHERE state IN ('submitted','under_review')", &w.Registrations, &w.Oldest},
		{"requests", "SELECT count(*), min(state_since) FROM change_request WHERE state = 'open'", &w.Changes, &w.ChangesOldest},
		{"second decisions", `SELECT count(*), min(at) FROM (SELECT at FROM accreditation_pending
			UNION ALL SELECT state_since FROM change_request WHERE state = 'second') x`, &w.Seconds, &w.SecondsOldest},
		{"silent members", `SELECT count(*), min(c.confirmed_at) FROM confirmation c JOIN organisation o ON o.id = c.organisation_id
			WHERE c.asked >= ` + strconv.Itoa(silentAfter) + " AND o.state = 'approved'", &w.Silent, &w.SilentOldest},
	} {
		if *x.n, *x.since, err = oldest(ctx, m.db, x.what, x.query); err != nil {
			return w, err
		}
	}
	return w, nil
}
