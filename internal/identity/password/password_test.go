// SPDX-License-Identifier: EUPL-1.2

package password_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"martinella/internal/identity/password"
	"martinella/internal/platform/fault"
)

// cheap parameters keep the tests quick; what they test does not depend on them.
func cheap() password.Params { return password.Params{Memory: 64, Time: 1, Threads: 1} }

func hasher(t testing.TB, p password.Params) *password.Hasher {
	t.Helper()
	h, err := password.NewHasher(p, 2)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHashedAndVerified(t *testing.T) {
	ctx := context.Background()
	h := hasher(t, password.OWASP())
	stored, err := h.Hash(ctx, "la campana suona a martello")
	if err != nil || !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%q, %v", stored, err)
	}
	again, err := h.Hash(ctx, "la campana suona a martello")
	if err != nil || again == stored {
		t.Errorf("two hashes of a password are the same: the salt is not random (%v)", err)
	}
	for given, want := range map[string]bool{
		"la campana suona a martello":  true,
		"la campana suona a martello ": false,
		"":                             false,
		"ｌa campana suona a martello":  true, // a full-width l is the same letter (NFKC)
	} {
		if ok, stale, err := h.Verify(ctx, stored, given); ok != want || stale || err != nil {
			t.Errorf("%q: %v stale %v, %v", given, ok, stale, err)
		}
	}
}

func TestOldParametersShow(t *testing.T) {
	ctx := context.Background()
	stored, err := hasher(t, cheap()).Hash(ctx, "la campana suona")
	if err != nil {
		t.Fatal(err)
	}
	now := hasher(t, password.Params{Memory: 128, Time: 1, Threads: 1})
	if ok, stale, err := now.Verify(ctx, stored, "la campana suona"); !ok || !stale || err != nil {
		t.Errorf("ok %v stale %v, %v", ok, stale, err)
	}
}

func TestNobodyHasNoPassword(t *testing.T) {
	for _, given := range []string{"", "x", "la campana suona"} {
		if ok, _, err := hasher(t, cheap()).Verify(context.Background(), "", given); ok || err != nil {
			t.Errorf("%q: %v, %v", given, ok, err)
		}
	}
}

// The vector is one of the reference implementation's own (src/test.c).
func TestReadsWhatTheReferenceImplementationWrites(t *testing.T) {
	const stored = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if ok, _, err := hasher(t, cheap()).Verify(context.Background(), stored, "password"); !ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
}

func TestBrokenStringsAreRefused(t *testing.T) {
	const tail = "$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b7dWRWJTmaaJObGRdescudvJCs"
	for _, stored := range []string{
		"x", "$argon2i$v=19$m=64,t=1,p=1" + tail, "$argon2id$v=16$m=64,t=1,p=1" + tail,
		"$argon2id$v=19$m=4294967295,t=1,p=1" + tail, "$argon2id$v=19$m=64,t=4000000,p=1" + tail,
		"$argon2id$v=19$m=64,t=1,p=0" + tail, "$argon2id$v=19$m=064,t=1,p=1" + tail,
		"$argon2id$v=19$m=64,t=1,p=1,k=2" + tail, "$argon2id$v=19$m=64,t=1,p=1$$",
		"$argon2id$v=19$m=64,t=1,p=1" + tail + "$", strings.Repeat("$", 1000),
	} {
		if ok, _, err := hasher(t, cheap()).Verify(context.Background(), stored, "password"); ok || err == nil {
			t.Errorf("%.60q: %v, %v", stored, ok, err)
		}
	}
	if _, err := password.NewHasher(password.Params{}, 1); err == nil {
		t.Error("parameters of nothing were accepted")
	}
}

// A flood of sign-ins gets "busy" at once instead of the machine's memory.
func TestAFloodIsTurnedAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, err := password.NewHasher(cheap(), 1)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		release := h.Occupy()
		answers := make(chan error, 100)
		for range 100 {
			go func() {
				_, _, err := h.Verify(ctx, "", "x")
				answers <- err
			}()
		}
		synctest.Wait()
		if got := len(answers); got != 100-64 {
			t.Errorf("%d were turned away, of 100 with room for 64 to wait", got)
		}
		cancel()
		synctest.Wait()
		for range 100 {
			if err := <-answers; fault.KindOf(err) != fault.Unavailable {
				t.Errorf("answer %v", err)
			}
		}
		release()
		if _, _, err := h.Verify(context.Background(), "", "x"); err != nil {
			t.Errorf("after the flood: %v", err)
		}
	})
}

func TestWhatIsTooEasilyGuessed(t *testing.T) {
	context := []string{"anna.bianchi@comune.esempio.fi.it", "Anna Bianchi", "Comune di Borgo San Lorenzo"}
	cases := map[string]string{
		"corta":                     "identity.password_short",
		"undiciundic":               "identity.password_short",
		strings.Repeat("ab c", 65):  "identity.password_long",
		"password1234":              "identity.password_common",
		"P4ssw0rd2026!":             "identity.password_common",
		"!!Juventus1897!!":          "identity.password_common",
		"Firenze2026!!":             "identity.password_common",
		"123456789012":              "identity.password_common",
		"aaaaaaaaaaaaab":            "identity.password_pattern",
		"1qaz2wsx1qaz2wsx":          "identity.password_pattern",
		"campana!campana!":          "identity.password_pattern",
		"abcdefghijklmnop":          "identity.password_common",
		"zyxwvutsrqponm":            "identity.password_pattern",
		"Bianchi.Anna1":             "identity.password_context",
		"Borgo-Lorenzo1":            "identity.password_context",
		"M4rtinella-26!":            "identity.password_context",
		"correct horse\xff battery": "identity.password_unreadable",
		"cavallo pila graffetta":    "",
		"tre campane e un monte":    "",
		"k7#Qz!pW2vLx":              "",
		"Bianchi vuole tre mele":    "",
		"密码是我们自己想出来的句子吧": "",
	}
	for given, want := range cases {
		err := password.Check("password", given, context...)
		got := ""
		if err != nil {
			got = fault.Of(err).Fields[0].Code
		}
		if got != want {
			t.Errorf("%.40q: %q, want %q", given, got, want)
		}
		if err != nil && strings.Contains(err.Error(), given) {
			t.Errorf("the fault repeats the password: %v", err)
		}
	}
}

func TestTheListIsSearchedWhole(t *testing.T) {
	list := password.List()
	if len(list) < 30_000 {
		t.Fatalf("%d passwords in the list", len(list))
	}
	for i, p := range list {
		if i > 0 && list[i-1] >= p {
			t.Fatalf("line %d, %q, is not after %q", i+1, p, list[i-1])
		}
		if !password.Listed(p) {
			t.Fatalf("line %d, %q, is not found", i+1, p)
		}
		if password.Listed(p + "\x01") {
			t.Fatalf("%q is found", p+"\x01")
		}
	}
}

func FuzzVerify(f *testing.F) {
	h := hasher(f, cheap())
	stored, err := h.Hash(context.Background(), "x")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(stored)
	f.Add("$argon2id$v=19$m=64,t=1,p=1$$")
	f.Add("$$$$$$")
	f.Fuzz(func(t *testing.T, stored string) {
		text, cost, ok := password.Reparse(stored)
		if !ok {
			return
		}
		if text != stored {
			t.Errorf("%q is written back as %q", stored, text)
		}
		if cost > 16*256*1024 {
			t.Errorf("%q may cost %d", stored, cost)
		}
	})
}

func FuzzCheck(f *testing.F) {
	f.Add("password1234", "anna@example.it")
	f.Add("ß€\u0130\u0000", "")
	f.Fuzz(func(t *testing.T, given, context string) {
		err := password.Check("password", given, context)
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Error(err)
		}
	})
}
