// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/identity"
)

var office = netip.MustParseAddr("192.0.2.7")

// warnings counts the mails about tokens that end.
func (h *house) warnings() (n int) {
	for _, mail := range *h.sent {
		if mail.Kind == "identity.token_ends" {
			n++
		}
	}
	return n
}

func TestATokenDoesNoMoreThanItsPersonAndItsScopes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.member(7, "anna@example.it", access.OrgAdmin)
		p := access.Principal{Person: id, Memberships: map[int64][]access.Role{7: {access.OrgAdmin}}}
		form := identity.TokenForm{Name: "script", Scopes: []string{"stack.read", "contact.edit"}}
		made, text, err := h.NewToken(h.ctx, p, p.Own(), form)
		h.must(err)
		s, err := h.UseToken(h.ctx, text, office)
		h.must(err)
		in, ok := s.Principal.In(7)
		if !ok || !in.Can(access.StackRead) || !in.Can(access.ContactEdit) || in.Can(access.StackEdit) || !strings.Contains(in.Actor(), "/token:") {
			t.Errorf("%+v", in)
		}
		if access.PersonOf(in.Actor()) != id || s.Token != made.ID {
			t.Errorf("actor %q, token %d", in.Actor(), s.Token)
		}
		_, _, err = h.NewToken(h.ctx, p, p.Own(), identity.TokenForm{Name: "more", Scopes: []string{"territory.read"}})
		h.expect("more than its maker", err, "identity.token.scope")
		if _, ok := s.Principal.In(8); ok {
			t.Error("another organisation opened")
		}
		h.member(7, "second@example.it", access.OrgAdmin)
		scope, _ := access.Principal{Person: id, Memberships: map[int64][]access.Role{7: {access.OrgAdmin}}}.In(7)
		h.must(h.SetMemberRole(h.ctx, scope, id, access.OrgLeader))
		s, err = h.UseToken(h.ctx, text, office)
		h.must(err)
		if in, _ := s.Principal.In(7); in.Can(access.ContactEdit) || !in.Can(access.StackRead) {
			t.Error("the role shrank and the token did not")
		}
		h.must(h.RemoveMember(h.ctx, scope, id))
		s, err = h.UseToken(h.ctx, text, office)
		h.must(err)
		if _, ok := s.Principal.In(7); ok {
			t.Error("the token outlived the membership")
		}
	})
}

func TestATokenEnds(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.member(7, "anna@example.it", access.OrgAdmin)
		p := access.Principal{Person: id, Memberships: map[int64][]access.Role{7: {access.OrgAdmin}}}
		form := identity.TokenForm{Name: "script", Scopes: []string{"stack.read"}, Days: 10, Addresses: "192.0.2.0/24, 2001:db8::1"}
		made, text, err := h.NewToken(h.ctx, p, p.Own(), form)
		h.must(err)
		_, err = h.UseToken(h.ctx, text, netip.MustParseAddr("198.51.100.1"))
		h.expect("from elsewhere", err, "identity.token.address")
		_, err = h.UseToken(h.ctx, text, netip.MustParseAddr("::ffff:192.0.2.9"))
		h.must(err)
		all, err := h.Tokens(h.ctx, p.Own())
		h.must(err)
		if len(all) != 1 || all[0].UsedFrom == "" || !all[0].UsedAt.Equal(h.clock.Now()) || strings.Contains(all[0].Hint, text[8:]) {
			t.Errorf("%+v", all)
		}
		h.must(h.WarnOfTokens(h.ctx))
		if n := h.warnings(); n != 0 {
			t.Errorf("%d warnings ten days before", n)
		}
		h.clock.Advance(4 * 24 * time.Hour)
		h.must(h.WarnOfTokens(h.ctx))
		h.must(h.WarnOfTokens(h.ctx))
		if n := h.warnings(); n != 1 {
			t.Errorf("%d warnings, not one", n)
		}
		h.clock.Advance(7 * 24 * time.Hour)
		_, err = h.UseToken(h.ctx, text, office)
		h.expect("after its end", err, "identity.token.expired")
		_, fresh, err := h.NewToken(h.ctx, p, p.Own(), form)
		h.must(err)
		other := access.Principal{Person: id + 1000}
		h.expect("another's token", h.RevokeToken(h.ctx, other.Own(), made.ID+1), "identity.token.gone")
		h.must(h.RevokeToken(h.ctx, p.Own(), made.ID+1))
		_, err = h.UseToken(h.ctx, fresh, office)
		h.expect("revoked", err, "access.token")
		if h.logged("token.made") != 2 || h.logged("token.revoked") != 1 {
			t.Error("the audit log does not tell")
		}
	})
}

func FuzzTokensAreRecognisedWithoutTheDatabase(f *testing.F) {
	f.Add("mrt_ABCDEFGHIJKLMNOPQRSTUVWXYZ2345672")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if _, ok := identity.HashAPIToken(text); ok && !strings.HasPrefix(text, identity.TokenPrefix) {
			t.Errorf("%q is taken for a token", text)
		}
	})
}
