// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// A mail server sends a mail back for good on most exit codes: whatever is wrong
// on our side must be one it waits for.
func TestPipeExitCodes(t *testing.T) {
	const mail = "From: avvisi@polizia.example\nSubject: ESEMPIO INVENTATO\nMessage-ID: <1@polizia.example>\n\ntesto\n"
	dir := t.TempDir()
	here := []string{"--data", dir, "--database", filepath.Join(dir, "a.db"), "--secret-file", filepath.Join(dir, "secret.key"), "--blobs", filepath.Join(dir, "blobs"), "--blob-key-file", filepath.Join(dir, "blob.key")}
	for name, c := range map[string]struct {
		stdin string
		args  []string
		code  int
		says  string
	}{
		"the database is away": {mail, []string{"--database", "postgres://nobody@127.0.0.1:1/none?connect_timeout=2"}, 75, ""},
		"not a database":       {mail, []string{"--database", filepath.Join(dir, "no", "such", "folder.db")}, 75, ""},
		"a mistake in options": {mail, []string{"--sauce", "x"}, 75, "sauce"},
		"no source yet":        {mail, nil, 75, "no source of mails"},
		"no mail":              {"", []string{"--source", "x"}, 75, ""},
	} {
		out, complaints, code := run(t, c.stdin, append(append([]string{"pipe"}, here...), c.args...)...)
		if code != c.code || out != "" || !strings.Contains(complaints, c.says) {
			t.Errorf("%s: %d, %q, %q", name, code, out, complaints)
		}
	}
	if _, _, code := run(t, "", "pipe", "--help"); code != 0 {
		t.Errorf("help: %d", code)
	}
}
