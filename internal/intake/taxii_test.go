// SPDX-License-Identifier: EUPL-1.2

package intake_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"martinella/internal/intake"
)

const (
	taxiiType = "application/taxii+json;version=2.1"
	closed    = "11111111-1111-4111-8111-111111111111"
	open      = "22222222-2222-4222-8222-222222222222"
)

func stixID(kind string, n int) string {
	return fmt.Sprintf("%s--00000000-0000-4000-8000-%012d", kind, n)
}

// shelf is an invented server of one readable collection, in pages of two.
type shelf struct {
	objects []string // the oldest first; each was added a minute after the one before
	asked   []string
	next    bool // whether it says where the next page begins
}

func (s *shelf) begin() time.Time { return time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC) }

func (s *shelf) serve(rw http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Accept") != taxiiType || r.Header.Get("Authorization") != "Bearer chiave" {
		rw.WriteHeader(http.StatusUnauthorized)
		return
	}
	rw.Header().Set("Content-Type", taxiiType)
	switch r.URL.Path {
	case "/taxii2/":
		fmt.Fprint(rw, `{"title":"Inventato","api_roots":["/api1/"]}`)
	case "/api1/collections/":
		fmt.Fprintf(rw, `{"collections":[{"id":"%s","title":"Chiusa","can_read":false,"can_write":true},{"id":"%s","title":"Allerte","alias":"allerte","can_read":true}]}`, closed, open)
	case "/api1/collections/" + open + "/objects/":
		s.asked = append(s.asked, r.URL.RawQuery)
		s.page(rw, r)
	default:
		rw.WriteHeader(http.StatusNotFound)
	}
}

func (s *shelf) page(rw http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	after, _ := time.Parse(time.RFC3339Nano, q.Get("added_after"))
	var page []string
	at, last, more, skip := "", "", false, 0
	_, _ = fmt.Sscan(q.Get("next"), &skip)
	for i, o := range s.objects {
		added := s.begin().Add(time.Duration(i) * time.Minute)
		var x struct{ ID string }
		_ = json.Unmarshal([]byte(o), &x)
		if wanted := q.Get("match[id]"); !added.After(after) || i < skip || wanted != "" && !strings.Contains(wanted, x.ID) {
			continue
		}
		if more = len(page) == 2; more {
			at = fmt.Sprint(i)
			break
		}
		page, last = append(page, o), added.Format(time.RFC3339Nano)
	}
	if last != "" {
		rw.Header().Set("X-TAXII-Date-Added-Last", last)
	}
	if !s.next {
		at = ""
	}
	fmt.Fprintf(rw, `{"more":%t,"next":%q,"objects":[%s]}`, more, at, strings.Join(page, ","))
}

func report(n int, modified string, refs ...string) string {
	return fmt.Sprintf(`{"type":"report","spec_version":"2.1","id":"%s","created":"2026-11-24T07:00:00.000Z","modified":"%s","name":"Rapporto inventato %d","object_refs":["%s"]}`,
		stixID("report", n), modified, n, strings.Join(refs, `","`))
}

func indicator(n int) string {
	return fmt.Sprintf(`{"type":"indicator","spec_version":"2.1","id":"%s","created":"2026-11-24T07:00:00.000Z","modified":"2026-11-24T07:00:00.000Z","name":"Indicatore %d",
		"pattern":"[ipv4-addr:value = '203.0.113.%d']","pattern_type":"stix","object_marking_refs":["%s"]}`, stixID("indicator", n), n, n, stixID("marking-definition", 1))
}

const morning = "2026-11-24T07:00:00.000Z"

func TestCollectionsOfTAXII(t *testing.T) {
	each(t, func(w *world) {
		mark := fmt.Sprintf(`{"type":"marking-definition","id":"%s","name":"TLP:AMBER"}`, stixID("marking-definition", 1))
		old := fmt.Sprintf(`{"type":"vulnerability","id":"%s","name":"CVE-2026-0001"}`, stixID("vulnerability", 1))
		s := &shelf{next: true, objects: []string{mark, old, indicator(1), report(1, morning, stixID("indicator", 1), stixID("vulnerability", 1), stixID("malware", 9)), indicator(2), indicator(3), `"POISON"`}}
		w.says(s.serve)
		f := w.form()
		f.Kind, f.Address, f.Secret, f.Settings.Back = intake.TAXII, w.server.URL, "chiave", 0
		f.Settings.Collection = "allerte"
		x := w.add(f)
		_, err := w.db.Exec(w.Context(), "UPDATE intake_source SET created_at = $1", s.begin().Add(90*time.Second).UnixMilli()) // mark and vulnerability came before
		w.must(err)
		now := w.run(x)
		if len(w.got) != 2 || now.Failures != 0 || now.Code != "" {
			w.Fatalf("%d alerts, %q, asked %q", len(w.got), now.Code, s.asked)
		}
		first, loose := string(w.got[0].Data), string(w.got[1].Data)
		for _, want := range []string{`"type":"bundle"`, "Rapporto inventato 1", "203.0.113.1", "CVE-2026-0001", "TLP:AMBER"} {
			if !strings.Contains(first, want) {
				w.Errorf("%q is not in %s", want, first)
			}
		}
		if strings.Contains(first, "203.0.113.2") || !strings.Contains(loose, "203.0.113.2") || !strings.Contains(loose, "203.0.113.3") || strings.Contains(loose, "203.0.113.1") || !strings.Contains(loose, "TLP:AMBER") {
			w.Errorf("loose: %s", loose)
		}
		before := len(s.asked)
		if now := w.run(x); len(w.got) != 2 || now.Failures != 0 || len(s.asked) != before+1 {
			w.Errorf("again: %d alerts, asked %q", len(w.got), s.asked[before:])
		}
		// A revision, and an indicator that has no report: that comes tomorrow.
		s.objects = append(s.objects, report(1, "2026-11-25T09:00:00.000Z", stixID("indicator", 1)), indicator(4))
		if now := w.run(x); len(w.got) != 3 || now.Revised != 1 || w.got[2].Before != 1 {
			w.Errorf("a revision: %d alerts, %+v", len(w.got), now.Health)
		}
		w.clock.Advance(24 * time.Hour)
		if w.run(x); len(w.got) != 4 || !strings.Contains(string(w.got[3].Data), "203.0.113.4") || strings.Contains(string(w.got[3].Data), "203.0.113.3") {
			w.Errorf("tomorrow: %d alerts, %s", len(w.got), w.got[len(w.got)-1].Data)
		}
	})
}

// A server that only says that there is more is asked from its last object on.
func TestACollectionWithoutNext(t *testing.T) {
	each(t, func(w *world) {
		s := &shelf{}
		for n := range 7 {
			s.objects = append(s.objects, report(n, morning, stixID("indicator", 1)))
		}
		w.says(s.serve)
		f := w.form()
		f.Kind, f.Address, f.Secret = intake.TAXII, w.server.URL+"/api1/collections/", "chiave"
		if now := w.run(w.add(f)); len(w.got) != 7 || now.Failures != 0 {
			w.Errorf("%d alerts, %q: %q", len(w.got), now.Code, s.asked)
		}
	})
}

func TestANoteGoesWithItsReport(t *testing.T) {
	each(t, func(w *world) {
		note := func(n int, of string) string {
			return fmt.Sprintf(`{"type":"note","id":"%s","abstract":"Nota inventata","content":"Testo %d","created":"%s","modified":"%[3]s","object_refs":["%s"]}`, stixID("note", n), n, morning, of)
		}
		s := &shelf{next: true, objects: []string{report(1, morning, stixID("report", 7)), note(1, stixID("report", 1)), note(2, stixID("indicator", 5))}}
		w.says(s.serve)
		f := w.form()
		f.Kind, f.Address, f.Secret = intake.TAXII, w.server.URL+"/taxii2", "Bearer chiave"
		if now := w.run(w.add(f)); len(w.got) != 2 || now.Failures != 0 || !strings.Contains(string(w.got[0].Data), "Testo 1") || !strings.Contains(string(w.got[1].Data), "Testo 2") {
			w.Errorf("%d alerts, %q: %q", len(w.got), now.Code, s.asked)
		}
	})
}

func TestHostileTAXII(t *testing.T) {
	each(t, func(w *world) {
		f := w.form()
		f.Kind, f.Address, f.Secret = intake.TAXII, w.server.URL, "chiave"
		x := w.add(f)
		says := func(kind string, status int, body string) http.HandlerFunc {
			return func(rw http.ResponseWriter, r *http.Request) {
				rw.Header().Set("Content-Type", kind)
				if status != 0 {
					rw.WriteHeader(status)
				}
				fmt.Fprint(rw, body)
			}
		}
		readable := fmt.Sprintf(`{"id":"%s","title":"x","can_read":true,`, open)
		for _, c := range []struct {
			code   string
			answer http.HandlerFunc
		}{
			{"intake.taxii.version", says("text/html", 0, "<html>")},
			{"intake.taxii.version", says("application/taxii+json;version=2.0", 0, "{}")},
			{"intake.taxii.version", says(taxiiType, 406, "{}")},
			{"intake.denied", says(taxiiType, 403, "{}")},
			{"intake.busy", says(taxiiType, 429, "{}")},
			{"intake.form", says(taxiiType, 0, "{}")},
			{"intake.form", says(taxiiType, 0, `{"api_roots":`)},
			{"intake.taxii.collection", says(taxiiType, 0, `{"collections":[{"id":"a","can_read":false}]}`)},
			{"intake.taxii.collection", says(taxiiType, 0, `{"api_roots":["/"],"collections":[]}`)},
			{"fetch.address", says(taxiiType, 0, `{"api_roots":["http://169.254.169.254/latest/"]}`)},
			{"intake.form", says(taxiiType, 0, readable+`"more":true}`)},
			{"intake.many", says(taxiiType, 0, readable+`"more":true,"next":"again"}`)},
			{"fetch.too_large", says(taxiiType, 0, readable+`"more":"`+strings.Repeat("x", 33<<20)+`"}`)},
			{"fetch.address", func(rw http.ResponseWriter, r *http.Request) {
				http.Redirect(rw, r, "http://169.254.169.254/", http.StatusTemporaryRedirect)
			}},
			{"", says(taxiiType, 0, readable+`"objects":[null,1,[],{},{"type":"report"},{"type":"report","id":7},{"type":"indicator","id":"x"}]}`)},
		} {
			w.says(c.answer)
			if now := w.run(x); now.Code != c.code {
				w.Errorf("%q, not %q", now.Code, c.code)
			}
		}
	})
}

// The key is for the server it was given for.
func TestTheKeyStaysWithItsServer(t *testing.T) {
	each(t, func(w *world) {
		var seen []string
		other := newPublisher(w.T, func(rw http.ResponseWriter, r *http.Request) {
			seen = append(seen, r.URL.Path+" "+r.Header.Get("Authorization"))
			rw.WriteHeader(http.StatusUnauthorized)
		})
		w.says(func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Type", taxiiType)
			fmt.Fprintf(rw, `{"default":"%s/root/","api_roots":[]}`, other)
		})
		f := w.form()
		f.Kind, f.Address, f.Secret, f.Settings.User = intake.TAXII, w.server.URL, "chiave", "utente"
		if now := w.run(w.add(f)); now.Code != "intake.denied" || len(seen) != 1 || seen[0] != "/root/collections/ " {
			w.Errorf("%q, %q", now.Code, seen)
		}
		if user, password, ok := w.last().BasicAuth(); !ok || user != "utente" || password != "chiave" {
			w.Errorf("%v", w.last().Header)
		}
	})
}
