// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"database/sql"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/jobs"
)

// The kinds of this room's jobs.
const (
	jobAnnounce  = "inventory.announce"
	jobApplyName = "inventory.apply_name"
	jobRead      = "inventory.import_read"
	jobApply     = "inventory.import_apply"
	jobUnknown   = "inventory.unknown"
	jobTidy      = "inventory.tidy"
	jobSources   = "inventory.sources"
	jobPull      = "inventory.pull"
)

type announcement struct {
	Organisation int64 `json:"organisation"`
}

type nameJob struct {
	Key string `json:"key"`
}

type importJob struct {
	Import int64 `json:"import"`
}

func (m *Module) registerJobs(q *jobs.Queue, bus *events.Bus) {
	q.Handle(jobAnnounce, m.runAnnounce)
	q.Handle(jobApplyName, func(ctx context.Context, run jobs.Run) error {
		var p nameJob
		if err := run.Decode(&p); err != nil {
			return err
		}
		return m.applyName(ctx, p.Key)
	})
	q.Handle(jobRead, func(ctx context.Context, run jobs.Run) error {
		var p importJob
		if err := run.Decode(&p); err != nil {
			return err
		}
		return m.readImport(ctx, p.Import)
	})
	q.Handle(jobApply, func(ctx context.Context, run jobs.Run) error {
		var p importJob
		if err := run.Decode(&p); err != nil {
			return err
		}
		return m.applyJob(ctx, run, p.Import)
	})
	q.Handle(jobSources, func(ctx context.Context, _ jobs.Run) error { return m.askDue(ctx) })
	q.Handle(jobPull, func(ctx context.Context, run jobs.Run) error {
		var p sourceJob
		if err := run.Decode(&p); err != nil {
			return err
		}
		return m.pull(ctx, p.Source)
	})
	q.Handle(jobUnknown, func(ctx context.Context, _ jobs.Run) error { return m.reidentifyUnknown(ctx) })
	q.Handle(jobTidy, func(ctx context.Context, _ jobs.Run) error { return m.tidyImports(ctx) })
	bus.Subscribe("vulnerability.corpus_changed", "inventory", m.corpusChanged)
}

// runAnnounce publishes the event for all changes of an organisation that were
// made since the last one: the request's key joins them.
func (m *Module) runAnnounce(ctx context.Context, run jobs.Run) error {
	var p announcement
	if err := run.Decode(&p); err != nil {
		return err
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := m.deps.Bus.Publish(ctx, tx, events.Event{Kind: EventChanged, Organisation: p.Organisation}); err != nil {
			return err
		}
		return run.Complete(ctx, tx)
	})
}

// corpusChanged has the unknown names tried again; many changes ask for it once.
func (m *Module) corpusChanged(ctx context.Context, _ events.Notice) error {
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		return m.deps.Queue.Enqueue(ctx, tx, jobs.Job{Kind: jobUnknown, Key: jobUnknown})
	})
}

// importsKept is how long an import is kept that nobody came back for.
const importsKept = 7 * 24 * time.Hour

// tidyImports drops old imports, finished or not. Those being written are left alone.
func (m *Module) tidyImports(ctx context.Context) error {
	rows, err := m.deps.DB.Query(ctx, "SELECT id FROM item_import WHERE updated_at < $1 AND state <> 'applying'", db.Ms(m.now().Add(-importsKept)))
	old, err := db.Collect(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
	if err != nil {
		return err
	}
	for _, id := range old {
		if err := m.dropImport(ctx, id); err != nil {
			return err
		}
	}
	return nil
}
