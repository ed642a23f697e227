// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// CurrentConditions are those a new registration accepts.
func (m *Module) CurrentConditions(ctx context.Context) (Conditions, error) {
	return m.currentConditions(ctx, m.db)
}

func (m *Module) currentConditions(ctx context.Context, q db.Querier) (Conditions, error) {
	all, err := m.allConditions(ctx, q)
	return standing(all, None, nil, m.now()).Current, err
}

// Agreement is how a body stands towards the conditions, with everything it accepted and signed.
type Agreement struct {
	Standing
	Accepted []Acceptance // the newest first
	Files    []SignedFile
}

// Agreement gives how the scope's organisation stands.
func (m *Module) Agreement(ctx context.Context, s access.Scope) (out Agreement, err error) {
	o, err := m.Own(ctx, s)
	if err != nil {
		return out, err
	}
	if out, err = m.agreementOf(ctx, m.db, o); err != nil {
		return out, err
	}
	out.Files, err = signedFiles(ctx, m.db, o.ID)
	return out, err
}

func (m *Module) agreementOf(ctx context.Context, q db.Querier, o Organisation) (out Agreement, err error) {
	all, err := m.allConditions(ctx, q)
	if err != nil {
		return out, err
	}
	if out.Accepted, err = acceptances(ctx, q, o.ID, all); err != nil {
		return out, err
	}
	out.Standing = standing(all, o.Tier, out.Accepted, m.now())
	return out, nil
}

// Accept records that the scope's organisation accepts a version, in the language in which its
// text was shown. Only the version that holds, or the next one, can be accepted.
func (m *Module) Accept(ctx context.Context, s access.Scope, by, version, lang string) error {
	return m.changing(ctx, s, func(tx *db.Tx, o Organisation) error {
		a, err := m.agreementOf(ctx, tx, o)
		if err != nil {
			return err
		}
		c := a.Current
		if a.Next != nil && version == a.Next.Version {
			c = *a.Next
		}
		if version != c.Version {
			return fault.New(fault.Conflict, "constituency.conditions_changed")
		}
		if err := m.accept(ctx, tx, s, o, c, Acceptance{Language: c.Language(lang), Name: by, How: "portal"}); err != nil {
			return err
		}
		return m.rescore(ctx, tx, o.ID)
	})
}

func (m *Module) accept(ctx context.Context, tx *db.Tx, s access.Scope, o Organisation, c Conditions, a Acceptance) error {
	a.Version, a.SHA256, a.At, a.Actor = c.Version, c.Hash(a.Language), m.now(), s.Actor()
	if err := insertAcceptance(ctx, tx, o.ID, a); err != nil {
		return err
	}
	return m.deps.Audit.Append(ctx, tx, s.Actor(), o.ID, "agreement.accepted", "organisation:"+o.Code,
		map[string]any{"version": a.Version, "language": a.Language, "sha256": a.SHA256, "how": a.How})
}
