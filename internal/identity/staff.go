// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// StaffInvitation asks somebody to join the CSIRT.
type StaffInvitation struct {
	Email    string
	Name     string
	Language string
	Roles    []access.Role
}

// AddStaff gives somebody roles in the CSIRT and writes to him. The scope needs
// staff.edit. Somebody who is staff already is a Conflict.
func (m *Module) AddStaff(ctx context.Context, s access.Scope, in StaffInvitation) (id int64, err error) {
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		p, err := m.enlist(ctx, tx, s, in)
		if err != nil {
			return err
		}
		id = p.ID
		return m.welcome(ctx, tx, p, 0, in.Roles[0])
	})
	return id, err
}

// enlist gives somebody, known or new, roles in the CSIRT.
func (m *Module) enlist(ctx context.Context, tx *db.Tx, s access.Scope, in StaffInvitation) (Person, error) {
	if err := mayEditStaff(s); err != nil {
		return Person{}, err
	}
	roles, err := checkStaffRoles(in.Roles, false)
	if err != nil {
		return Person{}, err
	}
	p, _, err := m.findOrAdd(ctx, tx, in.Email, in.Name, in.Language)
	if err != nil {
		return Person{}, err
	}
	staff, err := isStaff(ctx, tx, p.ID)
	if err != nil {
		return Person{}, err
	}
	if staff {
		return Person{}, fault.New(fault.Conflict, "web.form").Field("email", "identity.already_staff")
	}
	if err := m.grant(ctx, tx, p.ID, roles); err != nil {
		return Person{}, err
	}
	return p, m.note(ctx, tx, s.Actor(), 0, "staff.added", p.ID, map[string]any{"roles": roles})
}

// mayEditStaff asks for the permission over the whole territory: inside one
// organisation nobody makes staff.
func mayEditStaff(s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	return s.Require(access.StaffEdit)
}

func checkStaffRoles(roles []access.Role, none bool) ([]access.Role, error) {
	out := slices.Clone(roles)
	slices.Sort(out)
	out = slices.Compact(out)
	bad := slices.ContainsFunc(out, func(r access.Role) bool { return !r.Staff() })
	if bad || len(out) == 0 && !none {
		return nil, fault.New(fault.Invalid, "web.form").Field("roles", "identity.role_wrong")
	}
	return out, nil
}

func (m *Module) grant(ctx context.Context, tx *db.Tx, person int64, roles []access.Role) error {
	if _, err := tx.Exec(ctx, "DELETE FROM person_role WHERE person_id = $1", person); err != nil {
		return fmt.Errorf("changing roles: %w", err)
	}
	for _, role := range roles {
		_, err := tx.Exec(ctx, "INSERT INTO person_role (person_id, role, granted_at) VALUES ($1,$2,$3)", person, string(role), db.Ms(m.Clock.Now()))
		if err != nil {
			return fmt.Errorf("granting %s: %w", role, err)
		}
	}
	return nil
}

// SetStaffRoles changes what somebody is in the CSIRT; no roles take him out of
// it. The last administrator who can sign in stays one.
func (m *Module) SetStaffRoles(ctx context.Context, s access.Scope, person int64, roles []access.Role) error {
	roles, err := checkStaffRoles(roles, true)
	if err != nil {
		return err
	}
	losing := !slices.Contains(roles, access.Administrator)
	return m.changeStaff(ctx, s, person, losing, func(tx *db.Tx, p Person) error {
		was, err := staffRoles(ctx, tx, person)
		if err != nil {
			return err
		}
		if err := m.grant(ctx, tx, person, roles); err != nil {
			return err
		}
		if err := m.note(ctx, tx, s.Actor(), 0, "staff.roles_changed", person, map[string]any{"from": was, "to": roles}); err != nil {
			return err
		}
		return m.dropIfIdle(ctx, tx, p)
	})
}

// Suspend keeps a person from signing in, from the next request on.
func (m *Module) Suspend(ctx context.Context, s access.Scope, person int64) error {
	if person == s.Person() {
		return fault.New(fault.Conflict, "identity.not_oneself")
	}
	return m.changeStaff(ctx, s, person, true, func(tx *db.Tx, p Person) error {
		if _, err := tx.Exec(ctx, "UPDATE person SET suspended_at = $2 WHERE id = $1", person, db.Ms(m.Clock.Now())); err != nil {
			return fmt.Errorf("suspending: %w", err)
		}
		if err := endSessions(ctx, tx, person, 0); err != nil {
			return err
		}
		return m.note(ctx, tx, s.Actor(), 0, "person.suspended", person, nil)
	})
}

// Resume lets a suspended person sign in again.
func (m *Module) Resume(ctx context.Context, s access.Scope, person int64) error {
	return m.changeStaff(ctx, s, person, false, func(tx *db.Tx, p Person) error {
		if _, err := tx.Exec(ctx, "UPDATE person SET suspended_at = NULL WHERE id = $1", person); err != nil {
			return fmt.Errorf("resuming: %w", err)
		}
		return m.note(ctx, tx, s.Actor(), 0, "person.resumed", person, nil)
	})
}

// InviteAgain sends the invitation once more, to who has not used it.
func (m *Module) InviteAgain(ctx context.Context, s access.Scope, person int64) error {
	return m.changeStaff(ctx, s, person, false, func(tx *db.Tx, p Person) error {
		if p.State() != Invited {
			return fault.New(fault.Conflict, "identity.not_invited")
		}
		if err := m.note(ctx, tx, s.Actor(), 0, "person.invited_again", person, nil); err != nil {
			return err
		}
		return m.sendReset(ctx, tx, p.Email)
	})
}

// changeStaff does a change to a person; losing says that it may cost the CSIRT
// an administrator.
func (m *Module) changeStaff(ctx context.Context, s access.Scope, person int64, losing bool, change func(*db.Tx, Person) error) error {
	if err := mayEditStaff(s); err != nil {
		return err
	}
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		admins, err := administrators(ctx, tx)
		if err != nil {
			return err
		}
		p, err := personByID(ctx, tx, person)
		if err != nil {
			return err
		}
		if losing && len(admins) == 1 && admins[0] == person {
			return fault.New(fault.Conflict, "identity.last_administrator")
		}
		return change(tx, p)
	})
}

// administrators gives those who can sign in, and locks them.
func administrators(ctx context.Context, tx *db.Tx) ([]int64, error) {
	rows, err := tx.Query(ctx, `SELECT r.person_id FROM person_role r JOIN person p ON p.id = r.person_id JOIN credential c ON c.person_id = p.id
		WHERE r.role = $1 AND p.suspended_at IS NULL ORDER BY r.person_id`+db.ForUpdate(tx), string(access.Administrator))
	ids, err := db.Collect(rows, err, func(r *sql.Rows) (id int64, err error) {
		err = r.Scan(&id)
		return id, err
	})
	if err != nil {
		return nil, fmt.Errorf("counting administrators: %w", err)
	}
	return ids, nil
}

// PeopleQuery filters the list of all people.
type PeopleQuery struct {
	Text  string // part of the name or address
	Staff bool   // only the CSIRT's own
	After int64  // the person the page begins after; 0: from the beginning
	Limit int
}

// StaffPerson is a person with his roles in the CSIRT.
type StaffPerson struct {
	Person
	Roles []access.Role
}

// AllPeople lists people by name. The scope needs staff.edit.
func (m *Module) AllPeople(ctx context.Context, s access.Scope, q PeopleQuery) ([]StaffPerson, error) {
	if err := mayEditStaff(s); err != nil {
		return nil, err
	}
	like := "%" + db.Like(strings.ToLower(q.Text)) + "%"
	rows, err := m.DB.Query(ctx, "SELECT "+personColumns+`, COALESCE((SELECT string_agg(r.role, ',') FROM person_role r WHERE r.person_id = p.id), '')
		FROM person p WHERE (lower(p.name) LIKE $1 ESCAPE '\' OR p.email LIKE $1 ESCAPE '\')
		AND ($2 = 0 OR EXISTS (SELECT 1 FROM person_role r WHERE r.person_id = p.id))
		AND ($3 = 0 OR (p.name, p.id) > (SELECT a.name, a.id FROM person a WHERE a.id = $3))
		ORDER BY p.name, p.id LIMIT $4`, like, boolInt(q.Staff), q.After, q.Limit)
	return db.Collect(rows, err, func(r *sql.Rows) (out StaffPerson, err error) {
		var roles string
		out.Person, err = scanPerson(r, &roles)
		out.Roles = parseRoles(roles)
		return out, err
	})
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// OnePerson gives a person and what he is everywhere. The scope needs staff.edit.
func (m *Module) OnePerson(ctx context.Context, s access.Scope, person int64) (StaffPerson, []Belonging, error) {
	if err := mayEditStaff(s); err != nil {
		return StaffPerson{}, nil, err
	}
	p, err := personByID(ctx, m.DB, person)
	if err != nil {
		return StaffPerson{}, nil, err
	}
	roles, err := staffRoles(ctx, m.DB, person)
	if err != nil {
		return StaffPerson{}, nil, err
	}
	list, err := m.belongings(ctx, person)
	return StaffPerson{Person: p, Roles: roles}, list, err
}
