// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"martinella/internal/advisory"
	"martinella/internal/platform/tlp"
)

// TestWhatThePublicSeesOfFindings publishes alerts of each label and reads their pages:
// scores as the corpus knows them, indicators only where the label lets everybody see them.
func TestWhatThePublicSeesOfFindings(t *testing.T) {
	h := newHouse(t)
	s, who := teresa()
	h.matched(t)
	for pap, shown := range map[advisory.PAP]bool{"PAP:CLEAR": true, "PAP:GREEN": false, "PAP:RED": false, "": false} {
		e := advisory.Entry{Kind: advisory.Alert, Severity: advisory.Critical, TLP: tlp.Clear, PAP: pap, Audience: "code:c_x101", Content: advisory.Content{
			Texts: map[string]advisory.Text{"it": {Title: "Campagna " + string(pap), Body: "Testo inventato."}}, CVEs: []string{"CVE-2026-10001"},
			Products: []advisory.Product{{Text: "FortiOS", Vendor: "Fortinet", Product: "FortiOS", Versions: "7.2.0"}}, Indicators: []advisory.Indicator{{Value: "evil.attacker.net", Comment: "C2"}}}}
		a, err := h.app.rooms.advisory.Create(t.Context(), s, who, e)
		if err == nil {
			_, err = h.app.rooms.advisory.Send(t.Context(), s, who, a.ID, a.Version)
		}
		if err == nil {
			_, err = h.app.Queue.Drain(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		all, err := h.app.rooms.publication.List(t.Context(), s, "", 1)
		if err != nil || len(all.Alerts) != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		page := h.public(t, "/avvisi/"+all.Alerts[0].Name)
		if strings.Contains(page, "evil[.]attacker[.]net") != shown || strings.Contains(page, "evil.attacker.net") {
			t.Errorf("%s: indicators on the page: %s", pap, page)
		}
		doc := h.public(t, "/.well-known/csaf/white/"+all.Alerts[0].Path())
		if strings.Contains(doc, "attacker") || !strings.Contains(doc, `"baseScore": 9.8`) || !strings.Contains(page, "CVSS:3.1/AV:N/AC:L") {
			t.Errorf("%s: indicators in the document, or no score: %s", pap, doc)
		}
	}
}

func (h *house) public(t *testing.T, path string) string {
	t.Helper()
	res, err := http.Get(h.server.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", path, res.Status, err)
	}
	return string(body)
}
