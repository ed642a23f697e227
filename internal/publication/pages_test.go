// SPDX-License-Identifier: EUPL-1.2

package publication_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"martinella/internal/publication/csaf"
)

func TestThePublicReadsAlertsInItsLanguage(t *testing.T) {
	each(t, func(w *world) {
		if got := w.fetch("/avvisi"); !strings.Contains(got, "Nessun avviso pubblico") {
			w.Errorf("without any: %s", got)
		}
		w.happens(w.alert(7))
		page := w.fetch("/avvisi/csirt-prova-2026-0007")
		for _, s := range []string{"FortiOS da aggiornare", "Aggiornare **subito**", "CVE-2026-10001", "FortiOS &lt; 7.2.8", "https://vendor.example/a", white, "CSIRT-PROVA-2026-0007"} {
			if !strings.Contains(page, s) {
				w.Errorf("the page does not say %q", s)
			}
		}
		if got, _ := w.get("/avvisi", "Accept-Language", "en"); !strings.Contains(got, "Update FortiOS") || strings.Contains(got, "da aggiornare") {
			w.Error("the list is not in English")
		}
		if got, _ := w.get("/avvisi/csirt-prova-2026-0007", "Accept-Language", "nb"); !strings.Contains(got, `lang="it"`) || !strings.Contains(got, "Teksten finnes bare") {
			w.Error("a text in another language does not say so")
		}
		if _, res := w.get("/avvisi/csirt-prova-2026-0008"); res.StatusCode != http.StatusNotFound {
			w.Errorf("one that is not there: %s", res.Status)
		}
		k, err := w.Key()
		w.must(err)
		if got := w.fetch("/key"); !strings.Contains(got, csaf.KeyPath(k.Fingerprint)) {
			w.Error("the key's page does not lead to the key")
		}
	})
}

func TestTheFeedAndTheListGoOn(t *testing.T) {
	each(t, func(w *world) {
		for id := int64(1); id <= 25; id++ {
			w.happens(w.alert(id))
			if id%2 == 0 {
				w.clock.Advance(time.Hour) // two at a time are published at the same moment
			}
		}
		var feed struct {
			Entries []struct {
				Title string `xml:"title"`
			} `xml:"entry"`
		}
		w.must(xml.Unmarshal([]byte(w.fetch("/avvisi.atom")), &feed))
		if len(feed.Entries) != 20 || feed.Entries[0].Title != "FortiOS da aggiornare" {
			w.Errorf("%d entries", len(feed.Entries))
		}
		seen := map[int64]bool{}
		for after, more := "", true; more; more = after != "" {
			p, err := w.List(w.Context(), visitor, after, 10)
			w.must(err)
			for _, a := range p.Alerts {
				if seen[a.ID] {
					w.Errorf("%d twice", a.ID)
				}
				seen[a.ID] = true
			}
			after = p.Next
		}
		if len(seen) != 25 {
			w.Errorf("the list has %d", len(seen))
		}
		for _, after := range []string{"x", "1.", ".", "99999999999999999999.1", fmt.Sprint(-1)} {
			if _, err := w.List(w.Context(), visitor, after, 10); err != nil {
				w.Errorf("%q: %v", after, err)
			}
		}
	})
}
