// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"martinella/internal/platform/db/pgtest"
)

const (
	elena  = "elena.martelli@comune.castelvento.example"
	paolo  = "paolo.nencini@comune.castelvento.example"
	thread = "/o/c_x001/channel/1"
)

var howMuch = regexp.MustCompile(`[0-9]+ rows of [0-9]+ tables, [0-9]+ attachments`)

// keysOf copies an installation's keys to another one: they are in no backup.
func (i *installation) keysOf(other *installation) {
	i.t.Helper()
	if err := os.MkdirAll(i.data, 0o750); err != nil {
		i.t.Fatal(err)
	}
	for _, name := range []string{"secret.key", "blob.key"} {
		text, err := os.ReadFile(filepath.Join(other.data, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(i.data, name), text, 0o600)
		}
		if err != nil {
			i.t.Fatal(err)
		}
	}
}

// wantPaolosThread signs in with a password and second factor that were made
// elsewhere, and reads a sealed message with its file.
func (i *installation) wantPaolosThread() {
	i.t.Helper()
	c := enter(i.t, i.base, paolo)
	if a := c.get(thread); !strings.Contains(a.text, "tentativi di accesso alla VPN") {
		i.t.Errorf("the sealed message: %.300s", a)
	}
	if a := c.get(thread + "/files/1"); a.status != 200 || !strings.Contains(a.text, "198.51.100.23") {
		i.t.Errorf("its file: %.300s", a)
	}
}

// signed is an agreement as a body signs and sends it.
const signed = "%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"

func (i *installation) signAgreement() {
	i.t.Helper()
	c := enter(i.t, i.base, elena)
	if a := c.upload("/o/c_x001/agreements/files", "", "firmato.pdf", strings.NewReader(signed)); a.status != 200 || !strings.Contains(a.text, "firmato.pdf") {
		i.t.Fatalf("handing over: %.300s", a)
	}
}

// wantSignedAgreement reads the signed copy, which wants a second factor shown lately.
func (i *installation) wantSignedAgreement() {
	i.t.Helper()
	c := enter(i.t, i.base, elena)
	res, err := c.http.Get(i.base + "/o/c_x001/agreements/files/1")
	if err != nil {
		i.t.Fatal(err)
	}
	defer res.Body.Close()
	if text, err := io.ReadAll(res.Body); err != nil || string(text) != signed {
		i.t.Errorf("the signed agreement: %s %.200q, %v", res.Request.URL.Path, text, err)
	}
}

// TestBackupRestoreAndMove saves a working portal, restores it on the other
// engine, moves that back, and works on: nothing is lost on the way.
func TestBackupRestoreAndMove(t *testing.T) {
	first := install(t, "--demo")
	first.serve()
	first.signAgreement()
	file := filepath.Join(t.TempDir(), "martinella.backup")
	saved := howMuch.FindString(first.run("backup", file))
	if saved == "" || strings.Contains(saved, " 0 attachments") {
		t.Fatalf("saved %q", saved)
	}
	if said := first.run("restore", file, "--check"); !strings.Contains(said, "can be restored: "+saved) {
		t.Errorf("restore --check: %s", said)
	}
	if r := first.try(nil, "restore", file); r.code != 1 || !strings.Contains(r.stderr, "not empty") {
		t.Errorf("restored over a working instance: %v", r)
	}

	second := install(t, "--demo", "--database", pgtest.DSN(t))
	if said := second.run("restore", file); !strings.Contains(said, saved) {
		t.Errorf("restored %s instead of %s", said, saved)
	}
	second.keysOf(first)
	p := second.serve()
	second.wantPaolosThread()
	second.wantSignedAgreement()
	p.stop()

	moved := filepath.Join(second.data, "moved.db")
	if said := second.run("move", "--to", moved); !strings.Contains(said, "Moved and compared") {
		t.Errorf("move: %s", said)
	}
	third := install(t, "--demo", "--database", moved, "--blobs", filepath.Join(second.data, "blobs"))
	third.keysOf(first)
	third.serve()
	third.wantPaolosThread()
	third.wantSignedAgreement()
	if said := third.run("audit", "verify"); !strings.Contains(said, "whole") {
		t.Errorf("audit verify after all: %s", said)
	}
}

func TestBackupsThatAreNone(t *testing.T) {
	i := install(t)
	if r := i.try(nil, "backup", filepath.Join(t.TempDir(), "x")); r.code != 1 || !strings.Contains(r.stderr, "there is no instance") {
		t.Errorf("a backup of nothing: %v", r)
	}
	if _, err := os.Stat(filepath.Join(i.data, "martinella.db")); err == nil {
		t.Error("the backup of nothing made a database")
	}
	i.run("migrate")
	whole := filepath.Join(t.TempDir(), "whole")
	i.run("backup", whole)
	text, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"half": text[:len(text)/2], "empty": nil, "else": []byte("hello\n")} {
		bad := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(bad, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if r := install(t).try(nil, "restore", bad); r.code != 1 || strings.Contains(r.stderr, "panic") || !strings.Contains(r.stderr, "snapshot") {
			t.Errorf("%s: %v", name, r)
		}
	}
	if r := i.try(nil, "backup"); r.code != 2 {
		t.Errorf("without a file: %v", r)
	}
}
