// SPDX-License-Identifier: EUPL-1.2

package exchange_test

import (
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/exchange"
	"martinella/internal/platform/tlp"
)

// with gives an alert indicators: type, value, type, value…
func with(pairs ...string) func(a *exchange.Alert) {
	return func(a *exchange.Alert) {
		for i := 0; i+1 < len(pairs); i += 2 {
			a.Indicators = append(a.Indicators, exchange.Indicator{Type: pairs[i], Value: pairs[i+1]})
		}
	}
}

// list gives the lines of a list that are no comment.
func (w *world) list(secret, file string) string {
	w.Helper()
	got := w.get("/blocklists/" + secret + "/" + file)
	if got.Code != 200 || got.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
		w.Fatalf("%d %s", got.Code, got.Body)
	}
	var out []string
	for line := range strings.Lines(got.Body.String()) {
		if !strings.HasPrefix(line, "#") {
			out = append(out, strings.TrimSpace(line))
		}
	}
	return strings.Join(out, " ")
}

func TestAListHoldsWhatMayBeBlocked(t *testing.T) {
	each(t, func(w *world) {
		w.send(tlp.Amber, with("ip", "198.51.100.9", "ip", "8.8.8.8", "domain", "evil.test", "network", "0.0.0.0/0", "ip", "203.0.113.5"), castelvento)
		w.send(tlp.Green, with("ip", "198.51.100.10", "ip", "198.51.100.9"), roccasalina)
		w.send(tlp.Amber, with("ip", "198.51.100.11"), roccasalina)
		w.send(tlp.AmberStrict, with("ip", "198.51.100.12"), castelvento)
		w.send(tlp.Amber, func(a *exchange.Alert) { with("ip", "198.51.100.13")(a); a.PAP = "PAP:AMBER" }, castelvento)
		w.send(tlp.Amber, func(a *exchange.Alert) { with("ip", "198.51.100.14")(a); a.PAP = "PAP:GREEN" }, castelvento)
		w.send(tlp.Amber, func(a *exchange.Alert) { with("ip", "198.51.100.15")(a); a.Withdrawn = true }, castelvento)
		w.send(tlp.Amber, func(a *exchange.Alert) {
			with("ip", "198.51.100.16", "ip", "198.51.100.17")(a)
			a.Indicators[0].Until = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
			a.Indicators[1].Until = time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
		}, castelvento)
		_, secret := w.keyOf(castelvento, exchange.Blocklist, "")
		for file, want := range map[string]string{"ips.txt": "198.51.100.10 198.51.100.14 198.51.100.17 198.51.100.9", "domains.txt": "evil.test", "networks.txt": ""} {
			if got := w.list(secret, file); got != want {
				t.Errorf("%s: %s, want %s", file, got, want)
			}
		}
		if got := w.list(w.neighbour(exchange.Blocklist, tlp.Green), "ips.txt"); got != "198.51.100.10 198.51.100.9" {
			t.Errorf("a neighbour's: %s", got)
		}
		zone := w.get("/blocklists/" + secret + "/domains.rpz").Body.String()
		if !strings.Contains(zone, " SOA ") || !strings.Contains(zone, "evil.test CNAME .\n*.evil.test CNAME .\n") {
			t.Error(zone)
		}
		if got := w.get("/blocklists/" + secret + "/nothing.txt").Code; got != 404 {
			t.Errorf("a list that is none: %d", got)
		}
		head := w.get("/blocklists/" + secret + "/ips.txt").Body.String()
		if !strings.HasPrefix(head, "# CSIRT Prova: ips.txt\n# entries: 4\n") || strings.Contains(w.get("/blocklists/"+secret+"/ips.txt?plain").Body.String(), "#") {
			t.Error(head)
		}
		left, err := w.LeftOut(w.Context(), csirt(access.Analyst))
		w.must(err)
		var reasons []string
		for _, l := range left {
			reasons = append(reasons, l.Value+"="+string(l.Reason))
		}
		if got := strings.Join(reasons, " "); got != "8.8.8.8=known 0.0.0.0/0=wide 203.0.113.5=own =pap" {
			t.Errorf("left out: %s", got)
		}
		_, err = w.LeftOut(w.Context(), as(access.OrgAdmin, castelvento))
		w.wants("access.territory", err)
	})
}

func TestAListIsSentWhenItChanged(t *testing.T) {
	each(t, func(w *world) {
		w.send(tlp.Amber, with("ip", "198.51.100.9"), castelvento)
		_, secret := w.keyOf(castelvento, exchange.Blocklist, "")
		path := "/blocklists/" + secret + "/ips.txt"
		tag := w.get(path).Header().Get("ETag")
		again := func(want int) {
			t.Helper()
			got := w.get(path, "If-None-Match", tag)
			if got.Code != want {
				t.Errorf("%d, want %d", got.Code, want)
			}
			if tag = got.Header().Get("ETag"); tag == "" {
				t.Error("no tag")
			}
		}
		before := w.reads
		again(304)
		if w.reads != before {
			t.Error("alerts were read for an answer without a body")
		}
		n, err := w.AddNever(w.Context(), csirt(access.Analyst), "Teresa", "198.51.100.0/24", "il nostro fornitore")
		w.must(err)
		again(200)
		if got := w.list(secret, "ips.txt"); got != "" {
			t.Errorf("still listed: %s", got)
		}
		w.must(w.RemoveNever(w.Context(), csirt(access.Analyst), n.ID))
		again(200)
		again(304)
		w.clock.Advance(24 * time.Hour) // a last day may be over
		again(200)
		w.send(tlp.Green, with("ip", "198.51.100.1"), roccasalina)
		again(200)
	})
}

func TestWhatIsNeverBlockedIsTheCSIRTsToSay(t *testing.T) {
	each(t, func(w *world) {
		_, err := w.AddNever(w.Context(), csirt(access.Auditor), "x", "a.example", "")
		w.wants("access.permission", err)
		_, err = w.AddNever(w.Context(), as(access.OrgAdmin, castelvento), "x", "a.example", "")
		w.wants("access.territory", err)
		for _, bad := range []string{"", "example", "a b.example", "300.1.1.1/8", strings.Repeat("a.", 200) + "example"} {
			_, err := w.AddNever(w.Context(), csirt(access.Analyst), "x", bad, "")
			w.wantsField("exchange.never_value", err)
		}
		n, err := w.AddNever(w.Context(), csirt(access.Analyst), "Teresa", " .Partner.Example ", "")
		w.must(err)
		_, err = w.AddNever(w.Context(), csirt(access.Analyst), "Teresa", ".partner.example", "")
		w.wants("exchange.never_known", err)
		all, err := w.Nevers(w.Context(), csirt(access.Auditor))
		w.must(err)
		if len(all) != 1 || all[0].Value != ".partner.example" || all[0].By != "Teresa" {
			t.Errorf("%v", all)
		}
		w.must(w.RemoveNever(w.Context(), csirt(access.Analyst), n.ID))
		w.wants("exchange.no_never", w.RemoveNever(w.Context(), csirt(access.Analyst), n.ID))
	})
}
