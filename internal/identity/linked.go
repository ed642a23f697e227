// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"martinella/internal/access"
	"martinella/internal/identity/card"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// The kinds of identities somebody has elsewhere.
const (
	kindFiscal   = "fiscal" // a Codice Fiscale: on a CNS or CIE, or in the word of a provider that tells it
	kindProvider = "oidc"   // the subject of a provider
)

// Linked is who a person is elsewhere.
type Linked struct {
	ID        int64
	Kind      string
	Issuer    string // of a provider
	Shown     string // what its owner knows it by
	CreatedAt time.Time
	UsedAt    time.Time // zero: never
}

// known is an identity as it comes in, before it is looked for.
type known struct{ kind, issuer, value, shown string }

func knownFiscal(f card.FiscalCode) known {
	return known{kind: kindFiscal, value: string(f), shown: f.Masked()}
}

// use binds the mark to the kind and the issuer.
func (k known) use() string { return "linked " + k.kind + " " + k.issuer }

// findLinked gives whose an identity is; zero when it is nobody's.
func (m *Module) findLinked(ctx context.Context, q db.Querier, k known) (id, person int64, err error) {
	marks := m.Secrets.Marks(k.value, k.use())
	err = q.QueryRow(ctx, "SELECT id, person_id FROM linked_identity WHERE kind = $1 AND issuer = $2 AND mark IN "+db.In(3, len(marks)),
		append([]any{k.kind, k.issuer}, db.Args(marks)...)...).Scan(&id, &person)
	if err != nil && !db.NotFound(err) {
		return 0, 0, fmt.Errorf("looking for a linked identity: %w", err)
	}
	return id, person, nil
}

// usedLinked notes that somebody came in with it, and marks it anew when the key changed.
func (m *Module) usedLinked(ctx context.Context, tx *db.Tx, id int64, k known) error {
	_, err := tx.Exec(ctx, "UPDATE linked_identity SET used_at = $2, mark = $3 WHERE id = $1", id, db.Ms(m.Clock.Now()), m.Secrets.Mark(k.value, k.use()))
	if err != nil {
		return fmt.Errorf("noting a linked identity: %w", err)
	}
	return nil
}

// link makes an identity a person's, tells him by mail and the log. One that is
// his already, or somebody else's, is a Conflict; whose is not told.
func (m *Module) link(ctx context.Context, tx *db.Tx, who string, p Person, k known) error {
	_, owner, err := m.findLinked(ctx, tx, k)
	switch {
	case err != nil:
		return err
	case owner == p.ID:
		return fault.New(fault.Conflict, "identity.linked_already")
	case owner != 0:
		return fault.New(fault.Conflict, "identity.linked_other")
	}
	_, err = tx.Exec(ctx, "INSERT INTO linked_identity (person_id, kind, issuer, mark, shown, created_at, created_by) VALUES ($1,$2,$3,$4,$5,$6,$7)",
		p.ID, k.kind, k.issuer, m.Secrets.Mark(k.value, k.use()), k.shown, db.Ms(m.Clock.Now()), who)
	if db.Unique(err) { // somebody else did so a moment ago
		return fault.New(fault.Conflict, "identity.linked_other").Because(err)
	}
	if err != nil {
		return fmt.Errorf("linking an identity: %w", err)
	}
	if err := m.note(ctx, tx, who, 0, "person.identity_linked", p.ID, map[string]any{"kind": k.kind, "issuer": k.issuer, "shown": k.shown}); err != nil {
		return err
	}
	return m.send(ctx, tx, p, "identity_linked", letterArgs{Shown: m.shownIn(p.Language, Linked{Kind: k.kind, Issuer: k.issuer, Shown: k.shown})})
}

func (m *Module) linkedOf(ctx context.Context, q db.Querier, person int64) ([]Linked, error) {
	rows, err := q.Query(ctx, "SELECT id, kind, issuer, shown, created_at, used_at FROM linked_identity WHERE person_id = $1 ORDER BY created_at, id", person)
	list, err := db.Collect(rows, err, func(r *sql.Rows) (l Linked, err error) {
		err = r.Scan(&l.ID, &l.Kind, &l.Issuer, &l.Shown, db.Time(&l.CreatedAt), db.Time(&l.UsedAt))
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading linked identities: %w", err)
	}
	return list, nil
}

// LinkedIdentities lists the person's own.
func (m *Module) LinkedIdentities(ctx context.Context, s access.Scope) ([]Linked, error) {
	return m.linkedOf(ctx, m.DB, s.Person())
}

// LinkedIdentitiesOf lists a person's. The scope needs staff.edit.
func (m *Module) LinkedIdentitiesOf(ctx context.Context, s access.Scope, person int64) ([]Linked, error) {
	if err := mayEditStaff(s); err != nil {
		return nil, err
	}
	return m.linkedOf(ctx, m.DB, person)
}

// LinkFiscalCode makes a Codice Fiscale a person's: his card then signs him in.
// It is for an administrator who has seen a document. The scope needs staff.edit.
func (m *Module) LinkFiscalCode(ctx context.Context, s access.Scope, person int64, code string) error {
	fc, ok := card.ParseFiscalCode(code)
	if !ok {
		return fault.New(fault.Invalid, "web.form").Field("code", "identity.fiscal_wrong")
	}
	return m.changeStaff(ctx, s, person, false, func(tx *db.Tx, p Person) error { return m.link(ctx, tx, s.Actor(), p, knownFiscal(fc)) })
}

// Unlink takes one of the person's own identities away; the last way in stays.
func (m *Module) Unlink(ctx context.Context, s access.Scope, id int64) error {
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		p, err := personByID(ctx, tx, s.Person())
		if err != nil {
			return err
		}
		own, err := m.linkedOf(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(own, func(l Linked) bool { return l.ID == id }) {
			return fault.New(fault.NotFound, "identity.linked_gone")
		}
		if ways, err := waysIn(ctx, tx, p.ID); err != nil || ways < 2 {
			return fault.New(fault.Conflict, "identity.last_way_in").Because(err)
		}
		return m.unlink(ctx, tx, s.Actor(), p, id)
	})
}

// UnlinkFor takes an identity of a person away, also the last: he can be given
// another way in. The scope needs staff.edit.
func (m *Module) UnlinkFor(ctx context.Context, s access.Scope, person, id int64) error {
	return m.changeStaff(ctx, s, person, false, func(tx *db.Tx, p Person) error { return m.unlink(ctx, tx, s.Actor(), p, id) })
}

func (m *Module) unlink(ctx context.Context, tx *db.Tx, who string, p Person, id int64) error {
	var l Linked
	err := tx.QueryRow(ctx, "DELETE FROM linked_identity WHERE id = $1 AND person_id = $2 RETURNING kind, issuer, shown", id, p.ID).Scan(&l.Kind, &l.Issuer, &l.Shown)
	if db.NotFound(err) {
		return fault.New(fault.NotFound, "identity.linked_gone")
	}
	if err != nil {
		return fmt.Errorf("unlinking an identity: %w", err)
	}
	if err := m.note(ctx, tx, who, 0, "person.identity_unlinked", p.ID, map[string]any{"kind": l.Kind, "issuer": l.Issuer, "shown": l.Shown}); err != nil {
		return err
	}
	return m.send(ctx, tx, p, "identity_unlinked", letterArgs{Shown: m.shownIn(p.Language, l)})
}

// waysIn counts what a person can sign in with.
func waysIn(ctx context.Context, q db.Querier, person int64) (n int, err error) {
	err = q.QueryRow(ctx, `SELECT (SELECT count(*) FROM credential WHERE person_id = $1) + (SELECT count(*) FROM linked_identity WHERE person_id = $1) +
		(SELECT count(*) FROM passkey WHERE person_id = $1)`, person).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting ways in: %w", err)
	}
	return n, nil
}

// shownIn says in a language which identity it is.
func (m *Module) shownIn(lang string, l Linked) string {
	words := m.Bundle.Localizer(lang, m.Zone)
	if l.Kind == kindFiscal {
		return words.T("identity.linked.fiscal", "code", l.Shown)
	}
	return words.T("identity.linked.provider", "provider", m.providerLabel(l.Issuer, lang), "shown", l.Shown)
}
