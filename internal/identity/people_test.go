// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/access"
	"martinella/internal/identity"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// in gives the scope of a person with a role in an organisation.
func in(t *testing.T, org, person int64, role access.Role) access.Scope {
	t.Helper()
	s, ok := access.Principal{Person: person, Memberships: map[int64][]access.Role{org: {role}}}.In(org)
	if !ok {
		t.Fatal("no scope")
	}
	return s
}

func TestTheLastOrgAdminStays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a := h.member(7, anna, access.OrgAdmin)
		s := in(t, 7, a, access.OrgAdmin)
		h.expect("remove", h.RemoveMember(h.ctx, s, a), "identity.last_org_admin")
		h.expect("demote", h.SetMemberRole(h.ctx, s, a, access.OrgLeader), "identity.last_org_admin")
		h.member(8, "prato@comune.example.it", access.OrgAdmin)
		h.expect("an org_admin elsewhere does not count", h.RemoveMember(h.ctx, s, a), "identity.last_org_admin")
		b := h.member(7, "second@comune.example.it", access.OrgAdmin)
		h.must(h.Suspend(h.ctx, access.System("test"), b))
		h.expect("nor one who is suspended", h.RemoveMember(h.ctx, s, a), "identity.last_org_admin")
		h.must(h.Resume(h.ctx, access.System("test"), b))
		h.must(h.RemoveMember(h.ctx, s, a))
		h.expect("not twice", h.RemoveMember(h.ctx, s, a), "identity.person_gone")
		h.expect("now the other is the last", h.SetMemberRole(h.ctx, s, b, access.OrgLeader), "identity.last_org_admin")
	})
}

func TestPeopleOfAnotherOrganisationAreNotThere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a := h.member(7, anna, access.OrgAdmin)
		p := h.member(8, "prato@comune.example.it", access.OrgAdmin)
		s := in(t, 7, a, access.OrgAdmin)
		list, err := h.People(h.ctx, s)
		if err != nil || len(list) != 1 || list[0].Email != anna || list[0].Role != access.OrgAdmin || list[0].State() != identity.Active {
			t.Errorf("%+v, %v", list, err)
		}
		_, err = h.Member(h.ctx, s, p)
		h.expect("look", err, "identity.person_gone")
		h.expect("change", h.SetMemberRole(h.ctx, s, p, access.OrgAdmin), "identity.person_gone")
		h.expect("remove", h.RemoveMember(h.ctx, s, p), "identity.person_gone")
		h.expect("invite again", h.InviteMemberAgain(h.ctx, s, p), "identity.person_gone")
		err = h.db.Tx(h.ctx, func(tx *db.Tx) error {
			_, err := h.Invite(h.ctx, tx, s, identity.Invitation{Email: "x@example.it", Name: "X", Organisation: 8, Role: access.OrgAdmin})
			return err
		})
		h.expect("invite into it", err, "access.organisation")
	})
}

func TestWhoMayNotEditPeople(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a := h.member(7, anna, access.OrgAdmin)
		invitation := identity.Invitation{Email: "x@example.it", Name: "X", Role: access.OrgLeader}
		for _, role := range []access.Role{access.OrgSecurity, access.OrgTechnician, access.OrgLeader} {
			s := in(t, 7, a, role)
			h.expect("invite", h.InviteMember(h.ctx, s, invitation), "access.permission")
			h.expect("change", h.SetMemberRole(h.ctx, s, a, access.OrgSecurity), "access.permission")
			h.expect("remove", h.RemoveMember(h.ctx, s, a), "access.permission")
		}
		s := in(t, 7, a, access.OrgAdmin)
		h.must(h.InviteMember(h.ctx, s, invitation))
		h.expect("twice", h.InviteMember(h.ctx, s, invitation), "identity.already_member")
		for field, bad := range map[string]identity.Invitation{
			"identity.role_wrong":  {Email: "y@example.it", Name: "Y", Role: access.Administrator},
			"identity.email_wrong": {Email: "y", Name: "Y", Role: access.OrgLeader},
			"identity.name_wrong":  {Email: "y@example.it", Name: " \u202e ", Role: access.OrgLeader},
		} {
			h.expect("a bad invitation", h.InviteMember(h.ctx, s, bad), field)
		}
		err := h.InviteMember(h.ctx, s, identity.Invitation{Role: access.OrgLeader})
		if n := len(fault.Of(err).Fields); n != 2 {
			t.Errorf("an empty form has %d faults: %v", n, err)
		}
		// An org_admin, or an operator inside one organisation, makes no staff.
		_, err = h.AddStaff(h.ctx, s, identity.StaffInvitation{Email: "y@example.it", Name: "Y", Roles: []access.Role{access.Administrator}})
		h.expect("make staff", err, "access.territory")
		operator := access.Principal{Person: a, Staff: []access.Role{access.Operator}}.Territory()
		_, err = h.AddStaff(h.ctx, operator, identity.StaffInvitation{Email: "y@example.it", Name: "Y", Roles: []access.Role{access.Administrator}})
		h.expect("make staff", err, "access.permission")
		_, err = h.AllPeople(h.ctx, operator, identity.PeopleQuery{Limit: 10})
		h.expect("list everybody", err, "access.permission")
	})
}

// A caller may not mind that somebody is a member already: the transaction goes on.
func TestAConflictLeavesTheTransactionUsable(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.member(7, anna, access.OrgAdmin)
		h.must(h.db.Tx(h.ctx, func(tx *db.Tx) error {
			_, err := h.Invite(h.ctx, tx, access.System("test"), identity.Invitation{Email: anna, Name: "A", Organisation: 7, Role: access.OrgLeader})
			h.expect("twice", err, "identity.already_member")
			_, err = h.Invite(h.ctx, tx, access.System("test"), identity.Invitation{Email: "b@example.it", Name: "B", Organisation: 7, Role: access.OrgLeader})
			return err
		}))
		if list, err := h.People(h.ctx, in(t, 7, 1, access.OrgAdmin)); len(list) != 2 || err != nil {
			t.Errorf("%d people, %v", len(list), err)
		}
	})
}

func TestAnInvitationIsTakenBack(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a := h.member(7, anna, access.OrgAdmin)
		id := h.invite(7, "typo@comune.example.it", "Errore", access.OrgAdmin)
		link := h.tokenIn("invitation")
		h.must(h.RemoveMember(h.ctx, in(t, 7, a, access.OrgAdmin), id))
		_, err := h.Invited(h.ctx, link)
		h.expect("the link", err, "identity.link_gone")
	})
}

func TestTheLastAdministratorStays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		system := access.System("test")
		a, _ := h.staff(admin, access.Administrator)
		none := []access.Role{}
		h.expect("remove", h.SetStaffRoles(h.ctx, system, a, none), "identity.last_administrator")
		h.expect("demote", h.SetStaffRoles(h.ctx, system, a, []access.Role{access.Manager}), "identity.last_administrator")
		h.expect("suspend", h.Suspend(h.ctx, system, a), "identity.last_administrator")
		b, err := h.AddStaff(h.ctx, system, identity.StaffInvitation{Email: "b@csirt.example.it", Name: "Bruno", Roles: []access.Role{access.Administrator}})
		h.must(err)
		h.expect("one who cannot sign in yet does not count", h.Suspend(h.ctx, system, a), "identity.last_administrator")
		_, err = h.AcceptInvitation(h.ctx, h.tokenIn("invitation"), good, from(""))
		h.must(err)
		self := access.Principal{Person: a, Staff: []access.Role{access.Administrator}}.Territory()
		h.expect("oneself", h.Suspend(h.ctx, self, a), "identity.not_oneself")
		h.must(h.Suspend(h.ctx, system, a))
		h.expect("now the other is the last", h.SetStaffRoles(h.ctx, system, b, none), "identity.last_administrator")
		h.expect("no role of the CSIRT", h.SetStaffRoles(h.ctx, system, b, []access.Role{access.OrgAdmin}), "identity.role_wrong")
		h.must(h.SetStaffRoles(h.ctx, system, b, []access.Role{access.Administrator, access.Analyst, access.Analyst}))
		p, _, err := h.OnePerson(h.ctx, system, b)
		if diff := cmp.Diff([]access.Role{access.Administrator, access.Analyst}, p.Roles); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
}

func TestTheListOfAllPeople(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		system := access.System("test")
		h.staff(admin, access.Administrator)
		for _, name := range []string{"Dario", "Bice", "Carla", "100% Anna"} {
			h.invite(7, name[:1]+"@comune.example.it", name, access.OrgLeader)
		}
		names := func(q identity.PeopleQuery) (out []string) {
			list, err := h.AllPeople(h.ctx, system, q)
			h.must(err)
			for _, p := range list {
				out = append(out, p.Name)
			}
			return out
		}
		if diff := cmp.Diff([]string{"100% Anna", "Bice", "Carla", "Carla Verdi", "Dario"}, names(identity.PeopleQuery{Limit: 9})); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"Carla Verdi"}, names(identity.PeopleQuery{Limit: 9, Staff: true})); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"100% Anna"}, names(identity.PeopleQuery{Limit: 9, Text: "0% AN"})); diff != "" {
			t.Error(diff)
		}
		first, err := h.AllPeople(h.ctx, system, identity.PeopleQuery{Limit: 2})
		h.must(err)
		if diff := cmp.Diff([]string{"Carla", "Carla Verdi"}, names(identity.PeopleQuery{Limit: 2, After: first[1].ID})); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFromTheCommandLine(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		cli := access.System("user")
		_, err := h.CreateStaff(h.ctx, cli, admin, "Carla Verdi", access.Administrator, "password1234")
		h.expect("a common password", err, "identity.password_common")
		link, err := h.CreateStaff(h.ctx, cli, admin, "Carla Verdi", access.Administrator, "")
		h.must(err)
		token := aLink.FindStringSubmatch(link)
		if token == nil || len(*h.sent) > 0 {
			t.Fatalf("link %q, mails %v", link, kinds(*h.sent))
		}
		in, err := h.AcceptInvitation(h.ctx, token[1], good, from(""))
		if h.must(err); in.Pending != identity.EnrolWanted {
			t.Errorf("pending %v", in.Pending)
		}
		_, err = h.CreateStaff(h.ctx, cli, admin, "Carla Verdi", access.Administrator, "")
		h.expect("twice", err, "identity.already_staff")
		h.member(7, anna, access.OrgAdmin)
		_, err = h.CreateStaff(h.ctx, cli, anna, "Anna", access.Analyst, other)
		h.expect("a password for somebody who has one", err, "identity.has_password")
		h.enrol(h.signIn(admin).Token)
		link, err = h.ResetLink(h.ctx, cli, admin, true)
		h.must(err)
		h.must(h.ResetPassword(h.ctx, aLink.FindStringSubmatch(link)[1], other))
		again, err := h.SignIn(h.ctx, admin, other, from(""))
		if h.must(err); again.Pending != identity.EnrolWanted {
			t.Errorf("the second factor was to go: %v", again.Pending)
		}
		_, err = h.ResetLink(h.ctx, cli, "nobody@example.it", false)
		h.expect("nobody", err, "identity.person_gone")
	})
}

func TestMyOrganisations(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.member(8, anna, access.OrgAdmin)
		h.invite(7, anna, "Anna", access.OrgLeader)
		h.invite(99, anna, "Anna", access.OrgLeader) // an organisation the neighbour does not know any more
		got, err := h.MyOrganisations(h.ctx, access.Principal{Person: id}.Own())
		want := []identity.Belonging{
			{Organisation: territory{}.all()[0], Role: access.OrgLeader}, {Organisation: territory{}.all()[1], Role: access.OrgAdmin},
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
		h.must(h.SetProfile(h.ctx, access.Principal{Person: id}.Own(), "  Anna   Neri ", "nb"))
		p, err := h.Me(h.ctx, access.Principal{Person: id}.Own())
		if p.Name != "Anna Neri" || p.Language != "nb" || err != nil {
			t.Errorf("%+v, %v", p, err)
		}
	})
}
