// SPDX-License-Identifier: EUPL-1.2

package exchange_test

import (
	"encoding/json"
	"strings"
	"testing"

	"martinella/internal/exchange"
	"martinella/internal/platform/tlp"
)

type event struct {
	Event struct {
		UUID, Info, Date, Timestamp string
		Threat                      string `json:"threat_level_id"`
		Tag                         []struct{ Name string }
		Attribute                   []struct {
			UUID, Type, Category, Value, Comment string
			ToIDS                                bool `json:"to_ids"`
			Deleted                              bool
		}
	}
}

func (w *world) event(secret, uuid string) (e event) {
	w.Helper()
	got := w.get("/misp/"+uuid+".json", "Authorization", secret)
	if got.Code != 200 {
		w.Fatalf("%d %s", got.Code, got.Body)
	}
	w.must(json.Unmarshal(got.Body.Bytes(), &e))
	return e
}

func (w *world) manifest(secret string) map[string]struct{ Info string } {
	w.Helper()
	var header []string
	if secret != "" {
		header = []string{"Authorization", secret}
	}
	got := w.get("/misp/manifest.json", header...)
	out := map[string]struct{ Info string }{}
	if got.Code != 200 || got.Header().Get("Content-Type") != "application/json" {
		w.Fatalf("%d %s", got.Code, got.Body)
	}
	w.must(json.Unmarshal(got.Body.Bytes(), &out))
	return out
}

// MISP takes one attribute of a type and a value: what several products say of one is in its comment.
func TestAnAttributeIsInAnEventOnce(t *testing.T) {
	each(t, func(w *world) {
		w.send(tlp.Clear, func(a *exchange.Alert) {
			a.Products = []exchange.Product{{Text: "FortiOS 7.2", CPE: "cpe:2.3:o:fortinet:fortios:*:*:*:*:*:*:*:*"}, {Text: "FortiOS 7.0", CPE: "cpe:2.3:o:fortinet:fortios:*:*:*:*:*:*:*:*"}}
		}, castelvento)
		for uuid := range w.manifest("") {
			seen := map[string]bool{}
			e := w.event("", uuid).Event
			for _, a := range e.Attribute {
				if seen[a.UUID] || a.Type == "cpe" && a.Comment != "FortiOS 7.2; FortiOS 7.0" {
					t.Errorf("%+v", a)
				}
				seen[a.UUID] = true
			}
			if len(seen) == 0 {
				t.Error("no attribute")
			}
		}
	})
}

// Who shows no key may be the adversary: what PAP forbids to show him he does not get.
func TestIndicatorsThatTheAdversaryMustNotSee(t *testing.T) {
	each(t, func(w *world) {
		for _, pap := range []string{"PAP:RED", "PAP:AMBER", "PAP:GREEN", ""} {
			w.send(tlp.Clear, func(a *exchange.Alert) {
				with("domain", "evil"+strings.ToLower(strings.TrimPrefix(pap, "PAP:"))+".test")(a)
				a.PAP = pap
			}, castelvento)
		}
		key := w.neighbour(exchange.Platform, tlp.Clear)
		for secret, want := range map[string]int{"": 2, key: 4} {
			n := 0
			for uuid := range w.manifest(secret) {
				for _, a := range w.event(secret, uuid).Event.Attribute {
					if a.Type == "domain" {
						n++
					}
				}
			}
			page, _, _ := w.taxii(secret, "public/objects/")
			hashes := strings.Count(w.get("/misp/hashes.csv", "Authorization", secret).Body.String(), "\n")
			if n != want || page.count("indicator") != want || hashes != want {
				t.Errorf("with %q: %d attributes, %d indicators, %d hashes, want %d", secret, n, page.count("indicator"), hashes, want)
			}
		}
	})
}

func TestAMISPFeed(t *testing.T) {
	each(t, func(w *world) {
		w.send(tlp.Amber, func(a *exchange.Alert) {
			with("ip", "198.51.100.1", "sha256", "y")(a)
			a.CVEs = []string{"CVE-2026-0001"}
		}, castelvento)
		w.send(tlp.Clear, func(a *exchange.Alert) { with("domain", "evil.test")(a); a.PAP = "PAP:AMBER" }, roccasalina)
		w.send(tlp.AmberStrict, nil, castelvento)
		_, secret := w.keyOf(castelvento, exchange.Platform, "")
		_, other := w.keyOf(roccasalina, exchange.Platform, "")
		if n, m := len(w.manifest("")), len(w.manifest(other)); n != 1 || m != 1 {
			t.Errorf("without a key %d, another member %d", n, m)
		}
		all := w.manifest(secret)
		if len(all) != 2 {
			t.Fatalf("%v", all)
		}
		for uuid := range all {
			e := w.event(secret, uuid).Event
			amber := e.Tag[0].Name == "tlp:amber"
			if e.UUID != uuid || e.Date != "2026-11-25" || e.Threat != "1" {
				t.Errorf("%+v", e)
			}
			for _, a := range e.Attribute {
				if want := amber && a.Type != "vulnerability"; a.ToIDS != want {
					t.Errorf("%s %s to_ids %v", a.Type, a.Value, a.ToIDS)
				}
			}
			if amber {
				if got := w.get("/misp/"+uuid+".json", "Authorization", other).Code; got != 404 {
					t.Errorf("another member's: %d", got)
				}
			}
		}
		if got := strings.Count(w.get("/misp/hashes.csv", "Authorization", secret).Body.String(), "\n"); got != 4 {
			t.Errorf("%d hashes", got)
		}
		w.alerts[0].Withdrawn, w.alerts[0].Version = true, 3
		for uuid, line := range w.manifest(secret) {
			if e := w.event(secret, uuid).Event; strings.HasPrefix(line.Info, "[withdrawn]") != e.Attribute[0].Deleted || e.Attribute[0].Deleted && e.Attribute[0].ToIDS {
				t.Errorf("%+v", e)
			}
		}
		for path, want := range map[string]int{"/misp/nothing.json": 404, "/misp/00000000-0000-5000-8000-000000000000.json": 404} {
			if got := w.get(path, "Authorization", secret).Code; got != want {
				t.Errorf("%s: %d", path, got)
			}
		}
		if got := w.get("/misp/manifest.json", "Authorization", "mx_wrong").Code; got != 401 {
			t.Errorf("a wrong key: %d", got)
		}
		tag := w.get("/misp/manifest.json", "Authorization", secret).Header().Get("ETag")
		if got := w.get("/misp/manifest.json", "Authorization", secret, "If-None-Match", tag).Code; got != 304 {
			t.Errorf("again: %d", got)
		}
	})
}
