// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"martinella/internal/access"
	"martinella/internal/constituency/onboarding"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Onboarding is a member's checklist with its answers.
type Onboarding struct {
	List          onboarding.List
	Answers       map[string]onboarding.Answer // by item
	Facts         map[string]int               // what computed items show
	Answered, All int
}

// Onboarding gives the checklist of the scope's organisation.
func (m *Module) Onboarding(ctx context.Context, s access.Scope) (Onboarding, error) {
	o, err := m.Own(ctx, s)
	if err != nil {
		return Onboarding{}, err
	}
	all, facts, err := m.known(ctx, o)
	if err != nil {
		return Onboarding{}, err
	}
	out := Onboarding{List: m.onboarding.Of(o.Country), Answers: all, Facts: facts}
	out.Answered, out.All = out.List.Progress(all, facts)
	return out, nil
}

// AnswerOnboarding stores the answers to a section of the checklist, as they were typed: field
// gives a form's field. Answers that did not change keep who gave them and when.
func (m *Module) AnswerOnboarding(ctx context.Context, s access.Scope, section, by string, field func(string) string) error {
	return m.changing(ctx, s, func(tx *db.Tx, o Organisation) error {
		sec, ok := m.onboarding.Of(o.Country).Section(section)
		if !ok {
			return fault.New(fault.NotFound, "access.page")
		}
		given, err := sec.Read(field)
		if err != nil {
			return err
		}
		old, err := answersOf(ctx, tx, o.ID)
		if err != nil {
			return err
		}
		return m.storeAnswers(ctx, tx, s, o, by, given, old)
	})
}

func (m *Module) storeAnswers(ctx context.Context, tx *db.Tx, s access.Scope, o Organisation, by string, given, old map[string]onboarding.Answer) error {
	var changed []string
	for id, a := range given {
		if a.Same(old[id]) {
			continue
		}
		a.By, a.At = by, m.now()
		if err := storeAnswer(ctx, tx, s, o.ID, a); err != nil {
			return err
		}
		changed = append(changed, id)
	}
	if len(changed) == 0 {
		return nil
	}
	slices.Sort(changed)
	err := m.deps.Audit.Append(ctx, tx, s.Actor(), o.ID, "onboarding.answered", "organisation:"+o.Code, map[string]any{"items": changed})
	if err != nil {
		return err
	}
	return m.rescore(ctx, tx, o.ID)
}

func storeAnswer(ctx context.Context, tx *db.Tx, s access.Scope, org int64, a onboarding.Answer) error {
	_, err := tx.Exec(ctx, `INSERT INTO onboarding_answer (organisation_id, item, value, day, note, actor, name, at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
		ON CONFLICT (organisation_id, item) DO UPDATE SET value = excluded.value, day = excluded.day, note = excluded.note,
			actor = excluded.actor, name = excluded.name, at = excluded.at`,
		org, a.Item, a.Value, a.Day, a.Note, s.Actor(), a.By, db.Ms(a.At))
	if err != nil {
		return fmt.Errorf("storing the answer to %s: %w", a.Item, err)
	}
	return nil
}

func answersOf(ctx context.Context, q db.Querier, org int64) (map[string]onboarding.Answer, error) {
	rows, err := q.Query(ctx, "SELECT item, value, day, note, name, at FROM onboarding_answer WHERE organisation_id = $1", org)
	all, err := db.Collect(rows, err, func(r *sql.Rows) (a onboarding.Answer, err error) {
		err = r.Scan(&a.Item, &a.Value, &a.Day, &a.Note, &a.By, db.Time(&a.At))
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("answers of organisation %d: %w", org, err)
	}
	out := map[string]onboarding.Answer{}
	for _, a := range all {
		out[a.Item] = a
	}
	return out, nil
}
