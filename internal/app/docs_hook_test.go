// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The examples of docs/api/webhooks.md check a message that this program really
// sent, and refuse it when a byte of it is another.
func TestTheExamplesOfTheWebhookAPIWork(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "api", "webhooks.md"))
	if err != nil {
		t.Fatal(err)
	}
	env, body := receivedWebhook(t)
	for language, command := range map[string][]string{"sh": {"bash", "-eu"}, "python": {"python3"}, "go": {"go", "run"}} {
		t.Run(language, func(t *testing.T) {
			block := regexp.MustCompile("(?s)```" + language + "\n([^#].*?)```").FindStringSubmatch(string(text))
			if block == nil {
				t.Fatal("there is no example")
			}
			if _, err := exec.LookPath(command[0]); err != nil {
				t.Skipf("%s is not installed", command[0])
			}
			file := filepath.Join(t.TempDir(), "verify."+language)
			if err := os.WriteFile(file, []byte(block[1]), 0o600); err != nil {
				t.Fatal(err)
			}
			run := func(body string) error {
				cmd := exec.CommandContext(t.Context(), command[0], append(command[1:len(command):len(command)], file)...)
				cmd.Env, cmd.Stdin = append(os.Environ(), env...), strings.NewReader(body)
				out, err := cmd.CombinedOutput()
				if err != nil {
					err = fmt.Errorf("%w: %s", err, out)
				}
				return err
			}
			if err := run(body); err != nil {
				t.Error(err)
			}
			if err := run(strings.Replace(body, "c_x101", "c_x102", 1)); err == nil || !strings.Contains(err.Error(), "not from the portal") {
				t.Errorf("another body is taken: %v", err)
			}
		})
	}
}

// receivedWebhook lets the program send a test, and gives what came as the examples want it.
func receivedWebhook(t *testing.T) (env []string, body string) {
	t.Helper()
	c := newContract(t, newHouse(t))
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		body = string(text)
		for _, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
			env = append(env, strings.ToUpper(strings.ReplaceAll(name, "-", "_"))+"="+r.Header.Get(name))
		}
	}))
	defer server.Close()
	made := c.call(201, "add-webhook", asked{Body: m{"name": "docs", "url": server.URL, "kinds": []string{"inventory.changed"}, "contact": "ict@ente.example"}})
	path := map[string]string{"id": made.id("id")}
	second := c.call(200, "rotate-webhook-secret", asked{Path: path, Body: m{}})
	c.call(202, "test-webhook", asked{Path: path})
	c.drain()
	if len(env) != 3 {
		t.Fatalf("%d headers came", len(env))
	}
	return append(env, "SECRET="+second.id("secret")), body
}
