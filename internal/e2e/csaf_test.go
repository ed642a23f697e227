// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"martinella/internal/e2e/browser"
)

// tool is a program that scripts/setup.sh builds into .tools/bin.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", ".tools", "bin", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// overTLS is the demonstration with a certificate of its own, under the name it stands for.
func overTLS(t *testing.T) (i *installation, domain string) {
	t.Helper()
	i = install(t)
	i.run("demo", "card")
	server := filepath.Join(i.data, "demo-card", "server.pem")
	domain = strings.Replace(i.listen, "127.0.0.1", "localhost", 1)
	i.serve("--demo", "--tls-cert", server, "--tls-key", server, "--base-url", "https://"+domain)
	return i, domain
}

// waitForDocuments waits until so many alerts are published under an address: work
// goes on after the start, and what was published under another address is made again.
func (i *installation) waitForDocuments(n int, base string) {
	i.t.Helper()
	tick, late := time.NewTicker(100*time.Millisecond), time.After(patience)
	defer tick.Stop()
	for i.count("SELECT count(*) FROM publication_alert WHERE made_for LIKE $1", "% "+base) < n {
		select {
		case <-tick.C:
		case <-late:
			i.t.Fatalf("no %d alerts are published", n)
		}
	}
}

// What the standard's own checker says of a requirement: 0 good, 1 a warning, 2 an error.
type verdict struct {
	Domains []struct {
		Role         string
		Passed       bool
		Requirements []struct {
			Num      int
			Messages []struct {
				Type int
				Text string
			}
		}
	}
}

// TestTheProviderPassesTheCheckerOfCSAF runs gocsaf's csaf_checker and its
// downloader against the program, as anybody in the world may.
func TestTheProviderPassesTheCheckerOfCSAF(t *testing.T) {
	i, domain := overTLS(t)
	i.waitForDocuments(2, "https://"+domain)
	out, err := exec.CommandContext(t.Context(), tool(t, "csaf_checker"), "--insecure", "--format", "json", domain).Output()
	if err != nil {
		t.Fatalf("csaf_checker: %v (scripts/setup.sh test installs it)", err)
	}
	var v verdict
	if err := json.Unmarshal(out, &v); err != nil || len(v.Domains) != 1 {
		t.Fatalf("%v: %s", err, out)
	}
	if d := v.Domains[0]; d.Role != "csaf_trusted_provider" || !d.Passed {
		t.Errorf("the role %s is passed: %v", d.Role, d.Passed)
	}
	for _, r := range v.Domains[0].Requirements {
		for _, m := range r.Messages {
			// 1 warns that no remote validator was asked; 10 is a name in the DNS, which localhost has not.
			if r.Num != 10 && (m.Type > 1 || m.Type == 1 && r.Num != 1) {
				t.Errorf("requirement %d: %s", r.Num, m.Text)
			}
		}
	}
	dir := t.TempDir()
	fetch := exec.CommandContext(t.Context(), tool(t, "csaf_downloader"), "--insecure", "--directory", dir, "--trusted_only", domain)
	fetch.Dir = dir
	if out, err := fetch.CombinedOutput(); err != nil {
		t.Fatalf("csaf_downloader: %v\n%s", err, out)
	}
	for _, kind := range []string{"json", "json.sha256", "json.sha512", "json.asc"} {
		got, err := filepath.Glob(filepath.Join(dir, "white", "*", "*."+kind))
		if err != nil || len(got) < 2 {
			t.Errorf("the downloader fetched %d files .%s, %v", len(got), kind, err)
		}
	}
}

// TestWhatEverybodyReads is a passer-by: the front page, the public alerts, one
// of them, the key; in three languages, on a phone too.
func TestWhatEverybodyReads(t *testing.T) {
	i, b := demonstration(t), browser.Start(t)
	i.waitForDocuments(2, i.base)
	p := b.Visit(t, "it")
	p.Open(i.base + "/")
	p.WaitText(browser.CSS("main"), "Come leggere le etichette TLP")
	look(p, "public-front")
	p.CheckAccessible()
	p.Follow(browser.LinkWith("Tutti gli avvisi"))
	look(p, "public-alerts")
	p.CheckAccessible()
	p.Follow(browser.LinkWith("FortiOS, VPN SSL"))
	p.WaitText(browser.CSS("main"), "CVE-2024-21762")
	look(p, "public-alert")
	p.CheckAccessible()
	p.Follow(browser.LinkWith("Chiave OpenPGP"))
	look(p, "public-key")
	p.CheckAccessible()
	for name, path := range map[string]string{"rfc2350": "/rfc2350", "status": "/stato"} {
		p.Open(i.base + path)
		look(p, "public-"+name)
		p.CheckAccessible()
	}
	a := b.Visit(t, "it")
	signIn(t, a, i.base, "admin@csirt.example")
	for name, path := range map[string]string{"profile": "/admin/profile", "profile-texts": "/admin/profile/it"} {
		a.Open(i.base + path)
		look(a, name)
		a.CheckAccessible()
	}
	a.Open(i.base + "/admin/profile")
	a.Fill(browser.CSS("#f-phone"), "+39 055 9999999")
	a.Follow(browser.CSS("#profile button[type=submit]"))
	p.Open(i.base + "/")
	p.WaitText(browser.CSS("main"), "+39 055 9999999")
	a.Open(i.base + "/admin/profile/it")
	a.Fill(browser.CSS("#f-mission"), "Aiutare chi ha un incidente.")
	a.Follow(browser.CSS("#texts button[type=submit]"))
	p.Open(i.base + "/rfc2350")
	p.WaitText(browser.CSS("main"), "Aiutare chi ha un incidente.")
	n := b.Visit(t, "nb")
	n.Open(i.base + "/avvisi")
	n.WaitText(browser.CSS("main"), "Slik leser du TLP-merkene")
	n.Open(i.base + "/.well-known/csaf/white/")
	n.CheckAccessible()
}
