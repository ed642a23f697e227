// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/advisory/parse"
	"martinella/internal/exchange"
	"martinella/internal/platform/tlp"
)

// TestWhatLeavesIsUnderstood sends an alert through the house, takes it at each of
// the programs' doors, and reads it with what reads others' alerts here.
func TestWhatLeavesIsUnderstood(t *testing.T) {
	h := newHouse(t)
	e := advisory.Entry{Kind: advisory.Alert, Reference: "AL01/261125/CSIRT-ITA", Severity: advisory.Critical, TLP: tlp.Green, PAP: "PAP:GREEN", Audience: "code:c_x101", Content: advisory.Content{
		Texts: map[string]advisory.Text{"it": {Title: "Campagna di prova", Body: "Testo inventato."}}, CVEs: []string{"CVE-2026-0001"}, Links: []string{"https://prova.example.org/a"},
		Products:   []advisory.Product{{Text: "FortiOS", Vendor: "fortinet", Product: "fortios", CPE: "cpe:2.3:o:fortinet:fortios:*:*:*:*:*:*:*:*"}},
		Indicators: []advisory.Indicator{{Value: "198.51.100.7"}, {Value: "198.51.100.0/24"}, {Value: "evil.attacker.net"}, {Value: "http://evil.attacker.net/a'b"}, {Value: "0123456789abcdef0123456789abcde0"}},
	}}
	staff := access.Principal{Person: 1, Staff: []access.Role{access.Administrator}}.Territory()
	a, err := h.app.rooms.advisory.Create(t.Context(), staff, advisory.Author{ID: 1, Name: "Teresa"}, e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = h.app.rooms.advisory.Send(t.Context(), staff, advisory.Author{ID: 1, Name: "Teresa"}, a.ID, a.Version); err != nil {
		t.Fatal(err)
	}
	h.clock.Advance(60e9)
	_, key, err := h.app.rooms.exchange.Create(t.Context(), staff, exchange.Form{Name: "vicino", Door: exchange.Platform, Upto: tlp.Green})
	if err != nil {
		t.Fatal(err)
	}
	understood(t, "STIX", e, h.take(t, "/taxii2/api/collections/community/objects/", key))
	var manifest map[string]any
	if err := json.Unmarshal(h.take(t, "/misp/manifest.json", key), &manifest); err != nil || len(manifest) != 1 {
		t.Fatalf("%v, %v", manifest, err)
	}
	for uuid := range manifest {
		understood(t, "MISP", e, h.take(t, "/misp/"+uuid+".json", key))
	}
	_, list, err := h.app.rooms.exchange.Create(t.Context(), staff, exchange.Form{Name: "firewall", Door: exchange.Blocklist, Upto: tlp.Green})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(h.take(t, "/blocklists/"+list+"/domains.txt?plain", "")); got != "evil.attacker.net\n" {
		t.Errorf("domains: %q", got)
	}
}

// take asks at a program's door.
func (h *house) take(t *testing.T, path, key string) []byte {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	w := httptest.NewRecorder()
	h.app.Gate.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return w.Body.Bytes()
}

func understood(t *testing.T, form string, e advisory.Entry, data []byte) {
	t.Helper()
	d, err := parse.Parse("", data)
	if err != nil {
		t.Fatalf("%s: %v", form, err)
	}
	var got []string
	for _, i := range d.Indicators {
		got = append(got, i.Value)
	}
	for _, i := range e.Indicators {
		if !slices.Contains(got, i.Value) {
			t.Errorf("%s: %s is not among %v", form, i.Value, got)
		}
	}
	var text strings.Builder
	for _, s := range d.Sections {
		text.WriteString(s.Text)
	}
	text.WriteString(d.Summary)
	if form == "STIX" && (d.Reference == nil || d.Reference.Value != e.Reference) {
		t.Errorf("%s: %+v", form, d.Reference) // of a MISP event it is read as text
	}
	if d.Title != e.Texts["it"].Title || len(got) != len(e.Indicators) || !slices.Equal(d.CVEs, e.CVEs) || len(d.Products) == 0 || d.TLP != tlp.Green || string(d.PAP) != "PAP:GREEN" || !strings.Contains(text.String(), "Testo inventato") {
		t.Errorf("%s: %q %v %v %v %s %s %q", form, d.Title, d.CVEs, d.Products, got, d.TLP, d.PAP, text.String())
	}
}
