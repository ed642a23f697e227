// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"context"
	"testing"

	"martinella/internal/access"
	"martinella/internal/identity"
	"martinella/internal/identity/password"
	"martinella/internal/platform/db/dbtest"
)

// What every request of somebody signed in pays.
func BenchmarkSession(b *testing.B) {
	h := newHouse(b, dbtest.SQLite(b, schema()), identity.Config{})
	h.member(7, anna, access.OrgAdmin)
	h.invite(8, anna, "Anna", access.OrgLeader)
	token := h.signIn(anna).Token
	b.ReportAllocs()
	for b.Loop() {
		if s, err := h.Session(h.ctx, token); s == nil || err != nil {
			b.Fatal(err)
		}
	}
}

// What a sign-in pays for the password alone.
func BenchmarkVerify(b *testing.B) {
	hasher, err := password.NewHasher(password.OWASP(), 1)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := hasher.Verify(context.Background(), "", good); err != nil {
			b.Fatal(err)
		}
	}
}
