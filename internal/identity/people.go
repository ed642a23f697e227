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

// Member is a person with the role in one organisation.
type Member struct {
	Person
	Role access.Role
}

// People lists the people of the scope's organisation, by name.
func (m *Module) People(ctx context.Context, s access.Scope) ([]Member, error) {
	org, err := s.Organisation()
	if err != nil {
		return nil, err
	}
	rows, err := m.DB.Query(ctx, "SELECT "+personColumns+", b.role FROM membership b JOIN person p ON p.id = b.person_id WHERE b.organisation_id = $1 ORDER BY p.name, p.id", org)
	return db.Collect(rows, err, func(r *sql.Rows) (out Member, err error) {
		out.Person, err = scanPerson(r, &out.Role)
		return out, err
	})
}

// Member gives one person of the scope's organisation.
func (m *Module) Member(ctx context.Context, s access.Scope, person int64) (Member, error) {
	org, err := s.Organisation()
	if err != nil {
		return Member{}, err
	}
	return memberOf(ctx, m.DB, person, org)
}

func memberOf(ctx context.Context, q db.Querier, person, org int64) (Member, error) {
	role, err := membership(ctx, q, person, org)
	if err != nil {
		return Member{}, err
	}
	if role == "" {
		return Member{}, fault.New(fault.NotFound, "identity.person_gone")
	}
	p, err := personByID(ctx, q, person)
	return Member{Person: p, Role: role}, err
}

// SetMemberRole changes what a person is in the scope's organisation. The last
// org_admin stays one.
func (m *Module) SetMemberRole(ctx context.Context, s access.Scope, person int64, role access.Role) error {
	if !role.Member() {
		return fault.New(fault.Invalid, "web.form").Field("role", "identity.role_wrong")
	}
	return m.changeMember(ctx, s, person, func(tx *db.Tx, org int64, was Member) error {
		if was.Role == role {
			return nil
		}
		_, err := tx.Exec(ctx, "UPDATE membership SET role = $3 WHERE person_id = $1 AND organisation_id = $2", person, org, string(role))
		if err != nil {
			return fmt.Errorf("changing a role: %w", err)
		}
		return m.note(ctx, tx, s.Actor(), org, "person.role_changed", person, map[string]any{"from": was.Role, "to": role})
	}, role != access.OrgAdmin)
}

// RemoveMember takes a person out of the scope's organisation. The last
// org_admin stays. An invitation not yet used is taken back when nothing else is left.
func (m *Module) RemoveMember(ctx context.Context, s access.Scope, person int64) error {
	return m.changeMember(ctx, s, person, func(tx *db.Tx, org int64, was Member) error {
		if _, err := tx.Exec(ctx, "DELETE FROM membership WHERE person_id = $1 AND organisation_id = $2", person, org); err != nil {
			return fmt.Errorf("removing a membership: %w", err)
		}
		if err := m.note(ctx, tx, s.Actor(), org, "person.removed", person, map[string]any{"role": was.Role}); err != nil {
			return err
		}
		return m.dropIfIdle(ctx, tx, was.Person)
	}, true)
}

// changeMember does a change to a member; losing says that it may cost the
// organisation an org_admin.
func (m *Module) changeMember(ctx context.Context, s access.Scope, person int64, change func(*db.Tx, int64, Member) error, losing bool) error {
	if err := s.Require(access.PeopleEdit); err != nil {
		return err
	}
	org, err := s.Organisation()
	if err != nil {
		return err
	}
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		admins, err := otherAdmins(ctx, tx, org, person)
		if err != nil {
			return err
		}
		was, err := memberOf(ctx, tx, person, org)
		if err != nil {
			return err
		}
		if losing && was.Role == access.OrgAdmin && admins == 0 {
			return fault.New(fault.Conflict, "identity.last_org_admin")
		}
		return change(tx, org, was)
	})
}

// otherAdmins counts the organisation's org_admins besides one person, and
// locks them, so that two of them cannot remove each other at the same time.
func otherAdmins(ctx context.Context, tx *db.Tx, org, person int64) (n int, err error) {
	rows, err := tx.Query(ctx, `SELECT b.person_id, p.suspended_at FROM membership b JOIN person p ON p.id = b.person_id
		WHERE b.organisation_id = $1 AND b.role = $2 ORDER BY b.person_id`+db.ForUpdate(tx), org, string(access.OrgAdmin))
	ids, err := db.Collect(rows, err, func(r *sql.Rows) (id int64, err error) {
		var suspended sql.NullInt64
		if err = r.Scan(&id, &suspended); suspended.Valid {
			id = 0
		}
		return id, err
	})
	if err != nil {
		return 0, fmt.Errorf("counting administrators: %w", err)
	}
	for _, id := range ids {
		if id != 0 && id != person {
			n++
		}
	}
	return n, nil
}

// dropIfIdle takes back the invitation of somebody who belongs nowhere any more.
func (m *Module) dropIfIdle(ctx context.Context, tx *db.Tx, p Person) error {
	var n int
	err := tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM membership WHERE person_id = $1) + (SELECT count(*) FROM person_role WHERE person_id = $1)`, p.ID).Scan(&n)
	if err != nil {
		return fmt.Errorf("counting what a person is: %w", err)
	}
	if n > 0 {
		return nil
	}
	return dropLinks(ctx, tx, p.ID, forInvitation)
}

// InviteMember is Invite in a transaction of its own, for the scope's organisation.
func (m *Module) InviteMember(ctx context.Context, s access.Scope, in Invitation) error {
	org, err := s.Organisation()
	if err != nil {
		return err
	}
	in.Organisation = org
	if err := m.mayWrite(s); err != nil {
		return err
	}
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := m.Invite(ctx, tx, s, in)
		return err
	})
}

// InviteMemberAgain sends the invitation once more, to who has not used it.
func (m *Module) InviteMemberAgain(ctx context.Context, s access.Scope, person int64) error {
	return m.changeMember(ctx, s, person, func(tx *db.Tx, org int64, was Member) error {
		if was.State() != Invited {
			return fault.New(fault.Conflict, "identity.not_invited")
		}
		if err := m.mayWrite(s); err != nil {
			return err
		}
		if err := m.note(ctx, tx, s.Actor(), org, "person.invited_again", person, nil); err != nil {
			return err
		}
		return m.welcome(ctx, tx, was.Person, org, was.Role)
	}, false)
}

// belongings lists what a person is in organisations, by their names.
func (m *Module) belongings(ctx context.Context, person int64) ([]Belonging, error) {
	rows, err := m.DB.Query(ctx, "SELECT organisation_id, role FROM membership WHERE person_id = $1", person)
	list, err := db.Collect(rows, err, func(r *sql.Rows) (b Belonging, err error) {
		err = r.Scan(&b.Organisation.ID, &b.Role)
		return b, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading memberships: %w", err)
	}
	if list, err = m.named(ctx, list); err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b Belonging) int { return strings.Compare(a.Organisation.Name, b.Organisation.Name) })
	return list, nil
}

// named asks the neighbour for the organisations' names; one it does not know is left out.
func (m *Module) named(ctx context.Context, list []Belonging) (out []Belonging, err error) {
	if len(list) == 0 {
		return nil, nil
	}
	var ids []int64
	for _, b := range list {
		ids = append(ids, b.Organisation.ID)
	}
	orgs, err := m.Organisations.Organisations(ctx, m.DB, access.System("identity"), ids)
	if err != nil {
		return nil, fmt.Errorf("names of organisations: %w", err)
	}
	for _, b := range list {
		if i := slices.IndexFunc(orgs, func(o Organisation) bool { return o.ID == b.Organisation.ID }); i >= 0 {
			b.Organisation = orgs[i]
			out = append(out, b)
		}
	}
	return out, nil
}
