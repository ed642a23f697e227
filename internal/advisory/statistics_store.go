// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
)

// countJob counts the figures.
const countJob = "advisory.figures"

// figuresMonths is how far back figures go.
const figuresMonths = 12

func (m *Module) registerFigures(q *jobs.Queue) error {
	q.Handle(countJob, func(ctx context.Context, _ jobs.Run) error { return m.CountFigures(ctx, access.System("advisory")) })
	return q.Schedule(countJob, "11 * * * *", time.UTC, countJob)
}

// Figures gives the CSIRT those last counted. They are counted every hour, so
// that a page does not read a year's deliveries.
func (m *Module) Figures(ctx context.Context, s access.Scope) (f Figures, err error) {
	if err := s.Territory(); err != nil {
		return f, err
	}
	if err := s.Require(access.AdvisoryRead); err != nil {
		return f, err
	}
	var text string
	err = m.deps.DB.QueryRow(ctx, "SELECT figures FROM advisory_figures WHERE one = 1").Scan(&text)
	if db.NotFound(err) {
		return f, nil
	}
	if err != nil {
		return f, fmt.Errorf("advisory: figures: %w", err)
	}
	return f, json.Unmarshal([]byte(text), &f)
}

// CountFigures counts them anew. The deliveries are read one after the other
// and not kept.
func (m *Module) CountFigures(ctx context.Context, s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	members, err := m.deps.Directory.Members(ctx, s)
	if err != nil {
		return err
	}
	sectors := make(map[int64]string, len(members))
	for _, o := range members {
		sectors[o.ID] = o.Sector
	}
	now := m.now()
	since := now.AddDate(0, -figuresMonths, 0)
	counted, err := m.count(ctx, s, since, now, sectors)
	if err != nil {
		return fmt.Errorf("advisory: counting figures: %w", err)
	}
	text, err := json.Marshal(Figures{At: now, Since: since, Groups: counted.groups()})
	if err != nil {
		return err
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO advisory_figures (one, at, figures) VALUES (1, $1, $2) ON CONFLICT (one) DO UPDATE SET at = excluded.at, figures = excluded.figures", db.Ms(now), string(text))
		return err
	})
}

func (m *Module) count(ctx context.Context, _ access.Scope, since, now time.Time, sectors map[int64]string) (counter, error) {
	sources, err := m.sources(ctx, since)
	if err != nil {
		return nil, err
	}
	rows, err := m.deps.DB.Query(ctx, `SELECT a.id, a.kind, a.severity, a.ack_minutes, a.created_at, a.sent_at, COALESCE(a.asked_at, a.sent_at),
		d.organisation_id, d.opened_at, d.acknowledged_at, d.outcome_at
		FROM advisory a JOIN advisory_member d ON d.advisory_id = a.id WHERE a.state IN ('sent', 'withdrawn') AND a.sent_at >= $1`, db.Ms(since))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	c := counter{}
	for rows.Next() {
		var s sample
		var org, within int64
		if err := rows.Scan(&s.advisory, &s.kind, &s.severity, &within, db.Time(&s.created), db.Time(&s.sent), db.Time(&s.asked), &org, db.Time(&s.opened), db.Time(&s.acknowledged), db.Time(&s.acted)); err != nil {
			return nil, err
		}
		s.within, s.sector, s.source = time.Duration(within)*time.Minute, sectors[org], sources[s.advisory]
		c.add(s, now)
	}
	return c, rows.Err()
}

// sources gives whose alerts they were, read once for each and not once for each delivery.
func (m *Module) sources(ctx context.Context, since time.Time) (map[int64]string, error) {
	rows, err := m.deps.DB.Query(ctx, "SELECT id, content FROM advisory WHERE state IN ('sent', 'withdrawn') AND sent_at >= $1", db.Ms(since))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]string{}
	for rows.Next() {
		var id int64
		var content string
		var of struct{ Source string }
		if err := rows.Scan(&id, &content); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(content), &of); err != nil {
			return nil, fmt.Errorf("advisory %d: its source: %w", id, err)
		}
		out[id] = of.Source
	}
	return out, rows.Err()
}
