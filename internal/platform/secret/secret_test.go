// SPDX-License-Identifier: EUPL-1.2

package secret_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"martinella/internal/platform/secret"
)

func load(t *testing.T, s secret.Source) *secret.Box {
	t.Helper()
	box, err := secret.Load(s)
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func TestOnlyTheSameUseOpens(t *testing.T) {
	box := load(t, secret.Source{Text: secret.NewKey()})
	plain := []byte("JBSWY3DPEHPK3PXP")
	sealed := box.Seal(plain, "totp:12")
	if got, err := box.Open(sealed, "totp:12"); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("got %q, %v", got, err)
	}
	if bytes.Contains(sealed, plain) || bytes.Equal(sealed, box.Seal(plain, "totp:12")) {
		t.Error("the sealed value shows its content, or that two are the same")
	}
	if _, err := box.Open(sealed, "totp:13"); !errors.Is(err, secret.ErrUnreadable) {
		t.Errorf("opened for another person: %v", err)
	}
}

func TestEveryChangedByteShows(t *testing.T) {
	box := load(t, secret.Source{Text: secret.NewKey()})
	sealed := box.Seal([]byte("secret"), "use")
	for i := range sealed {
		broken := bytes.Clone(sealed)
		broken[i] ^= 1
		if _, err := box.Open(broken, "use"); !errors.Is(err, secret.ErrUnreadable) {
			t.Errorf("byte %d changed: %v", i, err)
		}
		if _, err := box.Open(sealed[:i], "use"); !errors.Is(err, secret.ErrUnreadable) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
}

func TestKeysAreChangedWithoutLosingWhatIsSealed(t *testing.T) {
	old, fresh := secret.NewKey(), secret.NewKey()
	sealed := load(t, secret.Source{Text: old}).Seal([]byte("x"), "use")
	both := load(t, secret.Source{Text: "# new\n" + fresh + "\n\n" + old + "\n"})
	if got, err := both.Open(sealed, "use"); err != nil || string(got) != "x" || !both.Stale(sealed) {
		t.Errorf("got %q, %v, stale %v", got, err, both.Stale(sealed))
	}
	again := both.Seal([]byte("x"), "use")
	if both.Stale(again) {
		t.Error("the new key did not seal")
	}
	if _, err := load(t, secret.Source{Text: fresh}).Open(sealed, "use"); !errors.Is(err, secret.ErrUnreadable) {
		t.Errorf("opened without its key: %v", err)
	}
}

func TestTheKeyFileIsMadeOnceAndForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "secret.key")
	boxes := make([]*secret.Box, 8)
	var wg sync.WaitGroup
	for i := range boxes {
		wg.Go(func() { boxes[i], _ = secret.Load(secret.Source{Default: path}) })
	}
	wg.Wait()
	sealed := boxes[0].Seal([]byte("x"), "use")
	for i, box := range boxes {
		if _, err := box.Open(sealed, "use"); err != nil {
			t.Errorf("program %d has another key: %v", i, err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".key-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestBadKeysAreRefusedAndNotQuoted(t *testing.T) {
	dir := t.TempDir()
	open := filepath.Join(dir, "open.key")
	if err := os.WriteFile(open, []byte(secret.NewKey()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o644); err != nil {
		t.Fatal(err)
	}
	cases := map[string]secret.Source{
		"nothing":           {},
		"empty":             {Text: "\n# nothing\n"},
		"short":             {Text: "c2hvcnRrZXk="},
		"not base64":        {Text: "hunter2 is not base64!"},
		"missing file":      {File: filepath.Join(dir, "no.key")},
		"readable by all":   {File: open},
		"folder for a file": {File: dir},
	}
	for name, source := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := secret.Load(source)
			if err == nil {
				t.Fatal("accepted")
			}
			if source.Text != "" && strings.Contains(err.Error(), strings.TrimSpace(source.Text)) {
				t.Errorf("the message quotes the key: %v", err)
			}
		})
	}
}

func FuzzOpen(f *testing.F) {
	box, err := secret.Load(secret.Source{Text: secret.NewKey()})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{})
	f.Add([]byte{1, 2, 3})
	f.Add(box.Seal([]byte("x"), "other"))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if _, err := box.Open(sealed, "use"); err == nil {
			t.Errorf("opened %x", sealed)
		}
		box.Stale(sealed)
	})
}
