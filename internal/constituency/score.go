// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"fmt"
	"maps"
	"strconv"

	"martinella/internal/access"
	"martinella/internal/constituency/completeness"
	"martinella/internal/constituency/onboarding"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/jobs"
)

// Facts counts what other rooms know of the scope's organisation, by name: "stack_items",
// "stack_known", "stack_internet", "people".
type Facts func(ctx context.Context, s access.Scope) (map[string]int, error)

// Score says how complete the record of the scope's organisation is, as it is now.
func (m *Module) Score(ctx context.Context, s access.Scope) (completeness.Score, error) {
	o, err := m.Own(ctx, s)
	if err != nil {
		return completeness.Score{}, err
	}
	_, facts, err := m.known(ctx, o)
	return m.model.Of(o.Country, facts), err
}

// known gathers the facts about a body, and its answers to the checklist. It looks as the
// program, so that everybody who may see the number sees the same one.
func (m *Module) known(ctx context.Context, o Organisation) (map[string]onboarding.Answer, completeness.Facts, error) {
	s, err := access.System("completeness").For(o.ID)
	if err != nil {
		return nil, nil, err
	}
	all, err := contacts(ctx, m.db, s)
	if err != nil {
		return nil, nil, err
	}
	facts := recordFacts(m.ref, o, all)
	if err := m.confirmFact(ctx, o, facts); err != nil {
		return nil, nil, err
	}
	if m.deps.Facts != nil {
		others, err := m.deps.Facts(ctx, s)
		if err != nil {
			return nil, nil, fmt.Errorf("facts about organisation %d: %w", o.ID, err)
		}
		maps.Copy(facts, others)
	}
	a, err := m.agreementOf(ctx, m.db, o)
	if err != nil {
		return nil, nil, err
	}
	if a.Wanted == nil {
		facts["agreement"] = 1
	}
	answers, err := answersOf(ctx, m.db, o.ID)
	if err != nil {
		return nil, nil, err
	}
	facts["onboarding_answered"], facts["onboarding_items"] = m.onboarding.Of(o.Country).Progress(answers, facts)
	return answers, facts, nil
}

// confirmFact: the record counts as confirmed until a request has gone unanswered for as long as a second one takes.
func (m *Module) confirmFact(ctx context.Context, o Organisation, f completeness.Facts) error {
	c, err := confirmationOf(ctx, m.db, o.ID)
	if err == nil && !c.At.IsZero() && m.now().Before(c.At.AddDate(0, 0, confirmAfter+confirmAgain)) {
		f["confirmed"] = 1
	}
	return err
}

// recordFacts are those that stand in a body's own record.
func recordFacts(ref *Reference, o Organisation, all []Contact) completeness.Facts {
	f := completeness.Facts{}
	for _, field := range recordFields() {
		if *field.at(&o.Record) != "" {
			f["field_"+field.name] = 1
		}
	}
	for _, r := range ref.Roles {
		if r.Expected && r.In(o.Country) {
			f["roles_expected"]++
		}
	}
	f["roles_taken"] = f["roles_expected"] - len(Missing(ref, o.Country, all))
	for _, c := range all {
		if _, called := callRole(ref, c); !called {
			continue
		}
		f["call_contacts"]++
		if c.Substitute != 0 {
			f["substitutes"]++
		}
		if len(c.Hours) > 0 || c.PhoneAlways != "" {
			f["hours"]++
		}
	}
	return f
}

// The jobs that keep lists' scores fresh: one body's, and every member's.
const (
	JobScore  = "constituency.score"
	JobScores = "constituency.scores"
)

type scoreJob struct {
	Organisation int64 `json:"organisation"`
}

// rescore has a body's score computed anew once the transaction is committed.
func (m *Module) rescore(ctx context.Context, tx *db.Tx, org int64) error {
	return m.deps.Queue.Enqueue(ctx, tx, jobs.Job{Kind: JobScore, Key: JobScore + ":" + strconv.FormatInt(org, 10), Payload: scoreJob{org}})
}

func (m *Module) registerScores(q *jobs.Queue, bus *events.Bus) error {
	q.Handle(JobScore, func(ctx context.Context, run jobs.Run) error {
		var j scoreJob
		if err := run.Decode(&j); err != nil {
			return err
		}
		return m.storeScore(ctx, access.System("completeness"), j.Organisation)
	})
	q.Handle(JobScores, func(ctx context.Context, _ jobs.Run) error {
		s := access.System("completeness")
		return m.EachActive(ctx, s, func(o Organisation) error { return m.storeScore(ctx, s, o.ID) })
	})
	for _, kind := range []string{EventChanged, "inventory.changed"} {
		bus.Subscribe(kind, "completeness", func(ctx context.Context, n events.Notice) error {
			return m.storeScore(ctx, access.System("completeness"), n.Organisation)
		})
	}
	return q.Schedule(JobScores, "20 4 * * *", m.zone(), JobScores)
}

// storeScore computes a body's score and keeps it for lists. It is no change of the record: the
// version stays.
func (m *Module) storeScore(ctx context.Context, s access.Scope, org int64) error {
	o, err := organisation(ctx, m.db, s, org)
	if err != nil {
		return err
	}
	_, facts, err := m.known(ctx, o)
	if err != nil {
		return err
	}
	if score := m.model.Of(o.Country, facts).Value; score != o.Score {
		if _, err := m.db.Exec(ctx, "UPDATE organisation SET score = $1 WHERE id = $2", score, org); err != nil {
			return fmt.Errorf("keeping the score of organisation %d: %w", org, err)
		}
	}
	return nil
}
