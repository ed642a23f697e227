// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"fmt"
	"slices"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// ApproveRecovery gives one of the two approvals. With the second one the link
// goes to the person, and the code is returned that the approver reads out on
// the telephone: it is shown this once.
func (m *Module) ApproveRecovery(ctx context.Context, s access.Scope, id int64) (code string, err error) {
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		r, err := m.recoveryFor(ctx, tx, s, id, db.ForUpdate(tx))
		if err != nil {
			return err
		}
		p, err := m.partOf(ctx, tx, r, s.Person())
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "INSERT INTO recovery_approval (recovery_id, person_id, part, approved_at) VALUES ($1,$2,$3,$4)", r.ID, s.Person(), string(p), db.Ms(m.Clock.Now()))
		if err != nil {
			return fmt.Errorf("approving a recovery: %w", err)
		}
		if err := m.note(ctx, tx, s.Actor(), 0, "person.recovery_approved", r.Person.ID, map[string]any{"recovery": r.ID, "part": p}); err != nil {
			return err
		}
		if len(r.Approvals) == 0 {
			return m.recoveryNews(ctx, tx, r, "half")
		}
		code, err = m.sendRecovery(ctx, tx, r)
		return err
	})
	return code, err
}

// partOf says for what somebody approves, or why he may not: he is not the
// person, has not approved yet, and is the one who is still lacking.
func (m *Module) partOf(ctx context.Context, q db.Querier, r Recovery, approver int64) (part, error) {
	switch {
	case !r.waits(m.Clock.Now()) || r.Person.State() != Active:
		return "", fault.New(fault.Conflict, "identity.recovery_over")
	case approver == 0 || approver == r.Person.ID:
		return "", fault.New(fault.Conflict, "identity.not_oneself")
	case slices.ContainsFunc(r.Approvals, func(a Approval) bool { return a.Person == approver }):
		return "", fault.New(fault.Conflict, "identity.recovery_twice")
	}
	roles, err := staffRoles(ctx, q, approver)
	if err != nil {
		return "", err
	}
	if r.Staff {
		if !slices.ContainsFunc(roles, leads) {
			return "", fault.New(fault.Conflict, "identity.recovery_leaders")
		}
		return forCSIRT, nil
	}
	if slices.ContainsFunc(roles, func(x access.Role) bool { return access.Grants(x).Has(access.PeopleEdit) }) {
		return forCSIRT, m.stillLacking(ctx, q, r, forCSIRT)
	}
	for _, b := range r.Belongs {
		role, err := membership(ctx, q, approver, b.Organisation.ID)
		if err != nil {
			return "", err
		}
		if role == access.OrgAdmin {
			return forOrganisation, m.stillLacking(ctx, q, r, forOrganisation)
		}
	}
	return "", fault.New(fault.Conflict, "identity.recovery_leaders")
}

// leads says who may approve for the CSIRT's own people.
func leads(r access.Role) bool { return r == access.Administrator || r == access.Manager }

// stillLacking: one of the CSIRT must approve, and one who administers the
// organisation, or, when nobody else does, another one of the CSIRT.
func (m *Module) stillLacking(ctx context.Context, q db.Querier, r Recovery, p part) error {
	if len(r.Approvals) == 0 || r.Approvals[0].Part != p {
		return nil
	}
	if p == forOrganisation {
		return fault.New(fault.Conflict, "identity.recovery_wants_csirt")
	}
	others, err := m.adminsFor(ctx, q, r)
	if err != nil || len(others) == 0 {
		return err
	}
	return fault.New(fault.Conflict, "identity.recovery_wants_admin")
}

// adminsFor gives who administers an organisation of the person's, besides him.
func (m *Module) adminsFor(ctx context.Context, q db.Querier, r Recovery) (out []Person, err error) {
	for _, b := range r.Belongs {
		list, err := orgAdmins(ctx, q, b.Organisation.ID)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			if p.ID != r.Person.ID && !slices.ContainsFunc(out, func(x Person) bool { return x.ID == p.ID }) {
				out = append(out, p)
			}
		}
	}
	return out, nil
}

// sendRecovery makes link and code: the one by mail, the other by voice.
func (m *Module) sendRecovery(ctx context.Context, tx *db.Tx, r Recovery) (code string, err error) {
	code = newRecoveryCode()[:8]
	expires := m.Clock.Now().Add(m.life(forRecovery))
	_, err = tx.Exec(ctx, "UPDATE recovery SET state = $2, code = $3, expires_at = $4 WHERE id = $1",
		r.ID, string(recoveryApproved), m.Secrets.Seal([]byte(code), recoveryUse(r.ID)), db.Ms(expires))
	if err != nil {
		return "", fmt.Errorf("approving a recovery: %w", err)
	}
	link, err := m.newLink(ctx, tx, r.Person.ID, forRecovery, fmt.Sprint(r.ID))
	if err != nil {
		return "", err
	}
	if err := m.send(ctx, tx, r.Person, "recovery_link", letterArgs{Link: link}); err != nil {
		return "", err
	}
	return groups(code, "-"), m.tellApprovers(ctx, tx, r, "recovery_news", letterArgs{Email: r.Person.Email, ItemKey: stepKey + "approved"})
}

func recoveryUse(id int64) string { return fmt.Sprintf("recovery:%d", id) }

const stepKey = "identity.recovery.step."

// recoveryNews tells the person and whoever may approve how a request stands.
func (m *Module) recoveryNews(ctx context.Context, tx *db.Tx, r Recovery, step string) error {
	args := letterArgs{Email: r.Person.Email, ItemKey: stepKey + step}
	if err := m.send(ctx, tx, r.Person, "recovery_news", args); err != nil {
		return err
	}
	return m.tellApprovers(ctx, tx, r, "recovery_news", args)
}

// tellApprovers writes to everybody who may approve a request.
func (m *Module) tellApprovers(ctx context.Context, tx *db.Tx, r Recovery, kind string, args letterArgs) error {
	list, err := m.approvers(ctx, tx, r)
	if err != nil {
		return err
	}
	for _, p := range list {
		if err := m.send(ctx, tx, p, kind, args); err != nil {
			return err
		}
	}
	return nil
}

func (m *Module) approvers(ctx context.Context, q db.Querier, r Recovery) ([]Person, error) {
	may := func(x access.Role) bool { return access.Grants(x).Has(access.PeopleEdit) }
	if r.Staff {
		may = leads
	}
	out, err := staffWith(ctx, q, may)
	if err != nil || r.Staff {
		return slices.DeleteFunc(out, func(p Person) bool { return p.ID == r.Person.ID }), err
	}
	admins, err := m.adminsFor(ctx, q, r)
	for _, p := range admins {
		if !slices.ContainsFunc(out, func(x Person) bool { return x.ID == p.ID }) {
			out = append(out, p)
		}
	}
	return out, err
}

// RefuseRecovery ends a request that is not to be trusted.
func (m *Module) RefuseRecovery(ctx context.Context, s access.Scope, id int64) error {
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		r, err := m.recoveryFor(ctx, tx, s, id, db.ForUpdate(tx))
		if err != nil {
			return err
		}
		if s.Person() == r.Person.ID {
			return fault.New(fault.Conflict, "identity.not_oneself")
		}
		return m.endRecovery(ctx, tx, r, s.Actor(), recoveryRefused)
	})
}

// endRecovery ends a request in whatever way; its links are good no more.
func (m *Module) endRecovery(ctx context.Context, tx *db.Tx, r Recovery, by string, how recoveryState) error {
	if r.State != recoveryOpen && r.State != recoveryApproved {
		return fault.New(fault.Conflict, "identity.recovery_over")
	}
	if _, err := tx.Exec(ctx, "UPDATE recovery SET state = $2, code = NULL WHERE id = $1", r.ID, string(how)); err != nil {
		return fmt.Errorf("ending a recovery: %w", err)
	}
	for _, what := range []purpose{forRecovery, forRecoveryEnd} {
		if err := dropLinks(ctx, tx, r.Person.ID, what); err != nil {
			return err
		}
	}
	if err := m.note(ctx, tx, by, 0, "person.recovery_"+string(how), r.Person.ID, map[string]any{"recovery": r.ID}); err != nil {
		return err
	}
	return m.recoveryNews(ctx, tx, r, string(how))
}

// expireRecoveries ends what waited too long.
func (m *Module) expireRecoveries(ctx context.Context) error {
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		ids, err := oldRecoveries(ctx, tx, m.Clock.Now())
		if err != nil {
			return err
		}
		for _, id := range ids {
			r, err := m.readRecovery(ctx, tx, id, db.ForUpdate(tx))
			if err != nil {
				return err
			}
			if err := m.endRecovery(ctx, tx, r, access.System("identity").Actor(), recoveryExpired); err != nil {
				return err
			}
		}
		return nil
	})
}

func oldRecoveries(ctx context.Context, q db.Querier, now time.Time) ([]int64, error) {
	rows, err := q.Query(ctx, "SELECT id FROM recovery WHERE state IN ('open','approved') AND expires_at <= $1 ORDER BY id LIMIT 500", db.Ms(now))
	return collectIDs(rows, err)
}
