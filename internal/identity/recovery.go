// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Recovery is the way back of somebody who lost password and second factor: two
// different people approve it, then a link by mail and a code by telephone open
// it together. Mail alone never does.
type Recovery struct {
	ID        int64
	Person    Person
	Staff     bool // the person is one of the CSIRT's
	State     recoveryState
	AskedAt   time.Time
	ExpiresAt time.Time
	Address   string
	UserAgent string
	Approvals []Approval
	Belongs   []Belonging // the organisations and what the person is there
}

// Approval is one of the two.
type Approval struct {
	Person int64
	Name   string
	Part   part
	At     time.Time
}

type recoveryState string

const (
	recoveryOpen      recoveryState = "open"
	recoveryApproved  recoveryState = "approved"
	recoveryUsed      recoveryState = "used"
	recoveryRefused   recoveryState = "refused"
	recoveryCancelled recoveryState = "cancelled"
	recoveryExpired   recoveryState = "expired"
)

// part is what an approver stands for.
type part string

const (
	forOrganisation part = "organisation"
	forCSIRT        part = "csirt"
)

// recoveryLife is how long a request waits for its two approvals.
const recoveryLife = 72 * time.Hour

func recoveryGone() *fault.Error { return fault.New(fault.NotFound, "identity.recovery_gone") }

// AskRecovery asks for recovery. As with a forgotten password it says nothing
// about the address: for every one it makes a job.
func (m *Module) AskRecovery(ctx context.Context, email string, c Client) error {
	if err := limit(m.byMail, c); err != nil {
		return err
	}
	email, err := NormalEmail("email", email)
	if err != nil {
		return err
	}
	if ok, _ := m.byTarget.Allow("recovery:" + email); !ok {
		return nil
	}
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		return m.ask(ctx, tx, jobRecovery, addressKey(email), request{Email: email, Address: c.Address, UserAgent: c.userAgent()})
	})
}

// recoveryAsked does the work of AskRecovery.
func (m *Module) recoveryAsked(ctx context.Context, tx *db.Tx, r request) error {
	p, err := personByEmail(ctx, tx, r.Email)
	if err != nil || p.ID == 0 || p.State() != Active {
		return err
	}
	return m.startRecovery(ctx, tx, p, "visitor", r.Address, r.UserAgent)
}

// StartRecovery begins a recovery for somebody who called. Whoever begins it may
// be one of the two who approve. The scope needs staff.edit.
func (m *Module) StartRecovery(ctx context.Context, s access.Scope, person int64) error {
	if person == s.Person() {
		return fault.New(fault.Conflict, "identity.not_oneself")
	}
	return m.changeStaff(ctx, s, person, false, func(tx *db.Tx, p Person) error {
		if p.State() != Active {
			return recoveryGone()
		}
		return m.startRecovery(ctx, tx, p, s.Actor(), "", "")
	})
}

// startRecovery opens a request and tells the person, who can cancel it, and
// whoever may approve. One that is open already stays as it is.
func (m *Module) startRecovery(ctx context.Context, tx *db.Tx, p Person, by, address, agent string) error {
	now := m.Clock.Now()
	var n int
	err := tx.QueryRow(ctx, "SELECT count(*) FROM recovery WHERE person_id = $1 AND state IN ('open','approved') AND expires_at > $2", p.ID, db.Ms(now)).Scan(&n)
	if err != nil || n > 0 {
		return err
	}
	var id int64
	err = tx.QueryRow(ctx, "INSERT INTO recovery (person_id, state, asked_at, asked_by, address, user_agent, expires_at) VALUES ($1,$2,$3,$4,$5,$6,$7) RETURNING id",
		p.ID, string(recoveryOpen), db.Ms(now), by, address, agent, db.Ms(now.Add(recoveryLife))).Scan(&id)
	if err != nil {
		return fmt.Errorf("opening a recovery: %w", err)
	}
	if err := m.note(ctx, tx, by, 0, "person.recovery_asked", p.ID, map[string]any{"recovery": id, "address": address}); err != nil {
		return err
	}
	link, err := m.newLink(ctx, tx, p.ID, forRecoveryEnd, fmt.Sprint(id))
	if err != nil {
		return err
	}
	if err := m.send(ctx, tx, p, "recovery_asked", letterArgs{Link: link, Address: addressOr(address)}); err != nil {
		return err
	}
	r, err := m.readRecovery(ctx, tx, id, "")
	if err != nil {
		return err
	}
	return m.tellApprovers(ctx, tx, r, "recovery_waiting", letterArgs{Email: p.Email, Item: p.Name, Address: addressOr(address)})
}

func addressOr(address string) string {
	if address == "" {
		return "–"
	}
	return address
}

const recoveryColumns = "SELECT r.id, r.person_id, r.state, r.asked_at, r.expires_at, r.address, r.user_agent FROM recovery r"

func scanRecovery(r scanner) (x Recovery, err error) {
	err = r.Scan(&x.ID, &x.Person.ID, &x.State, db.Time(&x.AskedAt), db.Time(&x.ExpiresAt), &x.Address, &x.UserAgent)
	return x, err
}

// readRecovery gives a request with all an approver must know.
func (m *Module) readRecovery(ctx context.Context, q db.Querier, id int64, lock string) (Recovery, error) {
	r, err := scanRecovery(q.QueryRow(ctx, recoveryColumns+" WHERE r.id = $1"+lock, id))
	if db.NotFound(err) {
		return r, recoveryGone()
	}
	if err != nil {
		return r, fmt.Errorf("reading a recovery: %w", err)
	}
	return r, m.completeRecovery(ctx, q, &r)
}

func (m *Module) completeRecovery(ctx context.Context, q db.Querier, r *Recovery) (err error) {
	if r.Person, err = personByID(ctx, q, r.Person.ID); err != nil {
		return err
	}
	if r.Staff, err = isStaff(ctx, q, r.Person.ID); err != nil {
		return err
	}
	rows, err := q.Query(ctx, "SELECT organisation_id, role FROM membership WHERE person_id = $1 ORDER BY organisation_id", r.Person.ID)
	r.Belongs, err = db.Collect(rows, err, func(x *sql.Rows) (b Belonging, err error) {
		err = x.Scan(&b.Organisation.ID, &b.Role)
		return b, err
	})
	if err != nil {
		return fmt.Errorf("reading memberships: %w", err)
	}
	rows, err = q.Query(ctx, "SELECT a.person_id, p.name, a.part, a.approved_at FROM recovery_approval a JOIN person p ON p.id = a.person_id WHERE a.recovery_id = $1 ORDER BY a.approved_at, a.person_id", r.ID)
	r.Approvals, err = db.Collect(rows, err, func(x *sql.Rows) (a Approval, err error) {
		err = x.Scan(&a.Person, &a.Name, &a.Part, db.Time(&a.At))
		return a, err
	})
	if err != nil {
		return fmt.Errorf("reading approvals: %w", err)
	}
	return nil
}

// Recoveries lists the open requests the scope may decide on, the oldest first:
// those of its organisation's people, or of everybody.
func (m *Module) Recoveries(ctx context.Context, s access.Scope) (out []Recovery, err error) {
	if err := s.Require(access.PeopleEdit); err != nil {
		return nil, err
	}
	query, args := recoveryColumns+" WHERE r.state IN ('open','approved') AND r.expires_at > $1", []any{db.Ms(m.Clock.Now())}
	if s.Territory() != nil {
		org, err := s.Organisation()
		if err != nil {
			return nil, err
		}
		query += " AND r.person_id IN (SELECT person_id FROM membership WHERE organisation_id = $2) AND r.person_id NOT IN (SELECT person_id FROM person_role)"
		args = append(args, org)
	}
	rows, err := m.DB.Query(ctx, query+" ORDER BY r.asked_at, r.id LIMIT 200", args...)
	out, err = db.Collect(rows, err, func(r *sql.Rows) (Recovery, error) { return scanRecovery(r) })
	if err != nil {
		return nil, fmt.Errorf("reading recoveries: %w", err)
	}
	for i := range out {
		if err := m.completeRecovery(ctx, m.DB, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Recovery gives one request the scope may decide on.
func (m *Module) Recovery(ctx context.Context, s access.Scope, id int64) (Recovery, error) {
	r, err := m.recoveryFor(ctx, m.DB, s, id, "")
	if err != nil {
		return r, err
	}
	r.Belongs, err = m.named(ctx, r.Belongs)
	return r, err
}

// recoveryFor keeps apart what is whose: an organisation's people see the
// requests of their own, and none of the CSIRT's people.
func (m *Module) recoveryFor(ctx context.Context, q db.Querier, s access.Scope, id int64, lock string) (Recovery, error) {
	if err := s.Require(access.PeopleEdit); err != nil {
		return Recovery{}, err
	}
	r, err := m.readRecovery(ctx, q, id, lock)
	if err != nil {
		return r, err
	}
	if s.Territory() == nil {
		return r, nil
	}
	org, err := s.Organisation()
	if err != nil {
		return Recovery{}, err
	}
	for _, b := range r.Belongs {
		if b.Organisation.ID == org && !r.Staff {
			return r, nil
		}
	}
	return Recovery{}, recoveryGone()
}

func (r Recovery) waits(now time.Time) bool {
	return r.State == recoveryOpen && now.Before(r.ExpiresAt)
}
