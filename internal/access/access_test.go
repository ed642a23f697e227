// SPDX-License-Identifier: EUPL-1.2

package access_test

import (
	"testing"

	"martinella/internal/access"
	"martinella/internal/platform/fault"
)

func TestNobodyHasMoreThanHisRoles(t *testing.T) {
	p := access.Principal{Person: 1, Memberships: map[int64][]access.Role{7: {access.OrgTechnician}}}
	in, ok := p.In(7)
	if !ok || !in.Can(access.StackEdit) || in.Can(access.ContactEdit) {
		t.Errorf("technician in his organisation: %+v", in)
	}
	if _, ok := p.In(8); ok {
		t.Error("he entered another organisation")
	}
	if err := p.Territory().Territory(); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a member got the territory: %v", err)
	}
	if _, err := in.For(8); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a narrowed scope moved to another organisation: %v", err)
	}
	if _, err := p.Own().Organisation(); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the account's scope has an organisation: %v", err)
	}
}

func TestStaffEnterEveryOrganisationWithTheirOwnPermissions(t *testing.T) {
	p := access.Principal{Person: 2, Staff: []access.Role{access.Auditor}}
	in, ok := p.In(8)
	if !ok || !in.Can(access.StackRead) || in.Can(access.StackEdit) {
		t.Errorf("auditor: ok=%v %+v", ok, in)
	}
}

func TestUnknownRolesGrantNothing(t *testing.T) {
	if access.Grants("root") != 0 || access.Role("root").Staff() || access.Role("root").Member() {
		t.Error("a word that is no role grants something")
	}
	if access.Visitor().Can(access.OrganisationRead) || (access.Scope{}).Can(access.OrganisationRead) {
		t.Error("nobody may do something")
	}
}

func TestEveryPermissionHasANameAndAHolder(t *testing.T) {
	for _, p := range access.Permissions() {
		if p.String() == "" {
			t.Errorf("permission %d has no name", p)
		}
		if !access.Grants(access.Administrator).Has(p) {
			t.Errorf("the administrator lacks %s", p)
		}
	}
}
