// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"fmt"
	"maps"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

// Revision is an advisory as it was sent at some time.
type Revision struct {
	Number int
	At     time.Time
	By     string
	Entry
}

// Revise begins the next revision of a sent advisory: a draft with the same
// contents, which takes its place when it is sent. Where one is begun already,
// that one is given. Faults: advisory.not_sent, Conflict.
func (m *Module) Revise(ctx context.Context, s access.Scope, who Author, id int64) (a Advisory, err error) {
	if err := m.mayWrite(s); err != nil {
		return a, err
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		old, err := m.get(ctx, tx, s, id, db.ForUpdate(tx))
		if err != nil {
			return err
		}
		a, err = m.revision(ctx, tx, s, who, old, old.Entry)
		return err
	})
	return a, err
}

// revision gives the draft that revises old: the one that is begun, or a new one of an entry.
func (m *Module) revision(ctx context.Context, tx *db.Tx, s access.Scope, who Author, old Advisory, e Entry) (Advisory, error) {
	if old.State != Sent {
		return old, fault.New(fault.Conflict, "advisory.not_sent")
	}
	id, err := m.begun(ctx, tx, s, old.ID)
	if err != nil || id != 0 {
		return m.orGet(ctx, tx, s, id, err)
	}
	e.Change, e.Renew = "", false
	if id, err = m.insert(ctx, tx, s, e, who, old.ID); err != nil {
		return old, err
	}
	if err := m.copyFiles(ctx, tx, s, old.ID, id); err != nil {
		return old, err
	}
	a, err := m.get(ctx, tx, s, id, "")
	if err != nil {
		return a, err
	}
	return a, m.audit(ctx, tx, s, a, "advisory.revising")
}

func (m *Module) orGet(ctx context.Context, tx *db.Tx, s access.Scope, id int64, err error) (Advisory, error) {
	if err != nil {
		return Advisory{}, err
	}
	return m.get(ctx, tx, s, id, "")
}

// begun gives the draft that revises an advisory; 0 where there is none.
func (m *Module) begun(ctx context.Context, q db.Querier, _ access.Scope, id int64) (draft int64, err error) {
	err = q.QueryRow(ctx, "SELECT id FROM advisory WHERE revises = $1", id).Scan(&draft)
	if db.NotFound(err) {
		return 0, nil
	}
	return draft, err
}

// Begun gives the draft of an advisory's next revision; 0 where there is none.
func (m *Module) Begun(ctx context.Context, s access.Scope, id int64) (int64, error) {
	if err := s.Territory(); err != nil {
		return 0, err
	}
	return m.begun(ctx, m.deps.DB, s, id)
}

// replace puts a draft in the place of the advisory it revises: what held so far is
// kept as a revision, those who join are added, and everybody is written to.
func (m *Module) replace(ctx context.Context, tx *db.Tx, s access.Scope, draft Advisory, who Author, reach Reach) error {
	old, err := m.get(ctx, tx, s, draft.Revises, db.ForUpdate(tx))
	if err != nil {
		return err
	}
	if old.State != Sent {
		return fault.New(fault.Conflict, "advisory.not_sent")
	}
	if err := m.keepRevision(ctx, tx, s, old); err != nil {
		return err
	}
	next := old.Revision + 1
	if err := m.joinMembers(ctx, tx, s, old.ID, next, reach); err != nil {
		return err
	}
	people, err := m.withWidened(ctx, tx, s, old.ID, draft.TLP, reach.recipients())
	if err != nil {
		return err
	}
	people = settled(people, draft.Entry, m.now())
	if err := m.joinRecipients(ctx, tx, s, old.ID, next, people); err != nil {
		return err
	}
	if err := m.replaceFiles(ctx, tx, s, draft, old); err != nil {
		return err
	}
	if err := m.dropDraft(ctx, tx, s, draft); err != nil {
		return err
	}
	if err := m.overwrite(ctx, tx, s, old, draft, who, len(people)); err != nil {
		return err
	}
	now := draft.as(old.ID, next)
	if err := m.announcePublic(ctx, tx, now); err != nil {
		return err
	}
	if draft.Renew {
		if err := m.scheduleAgain(ctx, tx, s, now); err != nil {
			return err
		}
	}
	return m.deps.Queue.Enqueue(ctx, tx, jobs.Job{Kind: tellJob, Key: fmt.Sprintf("%s:%d:%d", tellJob, old.ID, next), Payload: old.ID})
}

// as gives a draft as the revision of an advisory that it becomes.
func (a Advisory) as(id int64, revision int) Advisory {
	a.ID, a.Revision, a.Revises = id, revision, 0
	return a
}

// dropDraft deletes the draft; what it was made of stays with the advisory.
func (m *Module) dropDraft(ctx context.Context, tx *db.Tx, _ access.Scope, draft Advisory) error {
	if _, err := tx.Exec(ctx, "UPDATE advisory_original SET advisory_id = $2 WHERE advisory_id = $1", draft.ID, draft.Revises); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM advisory WHERE id = $1", draft.ID)
	return err
}

func (m *Module) overwrite(ctx context.Context, tx *db.Tx, s access.Scope, old, draft Advisory, who Author, people int) error {
	content, indicators, err := draft.pack()
	if err != nil {
		return err
	}
	if err := m.wordsOf(ctx, tx, s, old.ID, draft.Entry); err != nil {
		return err
	}
	now := db.Ms(m.now())
	_, err = tx.Exec(ctx, `UPDATE advisory SET version = version + 1, revision = revision + 1, kind = $2, severity = $3, tlp = $4, pap = $5, title = $6, content = $7, indicators = $8,
		audience = $9, ack_minutes = $10, change_note = $11, renew = $12, revised_at = $13, revised_name = $14, people = $15, told = 0, queued = 0, announced = 0,
		organisations = (SELECT count(*) FROM advisory_member d WHERE d.advisory_id = advisory.id), asked_at = CASE WHEN $12 THEN $13 ELSE asked_at END WHERE id = $1`,
		old.ID, draft.Kind, draft.Severity, string(draft.TLP), draft.PAP, draft.Title(), content, indicators,
		draft.Audience, int64(draft.AckWithin/time.Minute), draft.Change, draft.Renew, now, who.Name, people)
	if err != nil || !draft.Renew {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE advisory_member SET acknowledged_at = NULL, acknowledged_name = '', outcome = '', outcome_at = NULL, outcome_name = '' WHERE advisory_id = $1", old.ID)
	return err
}

// already adds to a revision's reach those who have the advisory: whoever was
// told something has to hear that it changed, whatever the audience is now.
func (m *Module) already(ctx context.Context, s access.Scope, a Advisory) ([]int64, error) {
	if a.Revises == 0 {
		return nil, nil
	}
	ids, err := m.memberIDs(ctx, m.deps.DB, s, a.Revises)
	out := make([]int64, 0, len(ids))
	for id := range maps.Keys(ids) {
		out = append(out, id)
	}
	return out, err
}
