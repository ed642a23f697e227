// SPDX-License-Identifier: EUPL-1.2

package intake_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"martinella/internal/intake"
)

func TestEventsOfMISP(t *testing.T) {
	each(t, func(w *world) {
		var since []float64
		w.says(func(rw http.ResponseWriter, r *http.Request) {
			var q struct{ Timestamp, Page float64 }
			if json.NewDecoder(r.Body).Decode(&q) != nil || r.Method != http.MethodPost || r.URL.Path != "/misp/events/restSearch" || r.Header.Get("Authorization") != "chiave" {
				rw.WriteHeader(http.StatusForbidden)
				return
			}
			since = append(since, q.Timestamp)
			var events []string
			for i := range map[float64]int{1: 20, 2: 3}[q.Page] {
				n := int(q.Page)*100 + i
				events = append(events, fmt.Sprintf(`{"Event":{"uuid":"u%d","id":"%[1]d","info":"Evento inventato %[1]d","timestamp":"%d"}}`, n, 1795000000+n))
			}
			if q.Page == 2 {
				events = append(events, `"POISON"`)
			}
			fmt.Fprintf(rw, `{"response":[%s]}`, strings.Join(events, ","))
		})
		f := w.form()
		f.Kind, f.Address, f.Secret = intake.MISP, w.server.URL+"/misp/", "chiave"
		x := w.add(f)
		if now := w.run(x); len(w.got) != 23 || now.Failures != 0 || now.Health.Refused != 1 || !strings.HasPrefix(string(w.got[0].Data), `{"Event"`) {
			w.Errorf("%d alerts, %+v", len(w.got), now.Health)
		}
		if now := w.run(x); len(w.got) != 23 || now.Failures != 0 || since[len(since)-1] != 1795000202 {
			w.Errorf("%d alerts, since %v, %q", len(w.got), since, now.Code)
		}
		f.Secret = "altra"
		_, err := w.Edit(w.Context(), csirt("csirt_manager"), x.ID, 1, f)
		w.must(err)
		if now := w.run(x); now.Code != "intake.denied" {
			w.Errorf("%q", now.Code)
		}
	})
}

func TestHostileMISP(t *testing.T) {
	each(t, func(w *world) {
		f := w.form()
		f.Kind, f.Address, f.Secret = intake.MISP, w.server.URL, "chiave"
		x := w.add(f)
		for code, answer := range map[string]http.HandlerFunc{
			"intake.form": func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprint(rw, "<html>") },
			"intake.status": func(rw http.ResponseWriter, r *http.Request) {
				http.Redirect(rw, r, "http://169.254.169.254/", http.StatusTemporaryRedirect)
			},
		} {
			w.says(answer)
			if now := w.run(x); now.Code != code || len(w.got) != 0 {
				w.Errorf("%q, not %q; %d alerts", now.Code, code, len(w.got))
			}
		}
	})
}
