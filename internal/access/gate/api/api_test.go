// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"martinella/internal/access/gate/api"
	"martinella/internal/platform/web"
)

const notesPath = "/api/v1/organisations/c_d612/notes"

func TestTheSameDoorsAsPages(t *testing.T) {
	onBoth(t, func(w *world) {
		w.want(401, "access.token", "", "GET", notesPath, "")
		w.want(200, "", "reader", "GET", notesPath, "")
		w.want(403, "access.permission", "reader", "POST", notesPath, `{"text":"a"}`)
		w.want(404, "access.organisation", "other", "GET", notesPath, "")
		w.want(404, "access.organisation", "editor", "GET", "/api/v1/organisations/none/notes", "")
		w.want(404, "access.page", "editor", "GET", notesPath+"/99", "")
		w.want(404, "access.page", "editor", "GET", notesPath+"/none", "")
		w.want(404, "access.page", "editor", "GET", "/api/v2/nowhere", "")
		rec := w.want(405, "access.method", "editor", "PATCH", notesPath, "{}")
		if got := rec.Header().Get("Allow"); got != "GET, POST" {
			t.Errorf("allowed: %q", got)
		}
		if got := w.want(401, "access.token", "", "GET", notesPath, "").Header().Get("WWW-Authenticate"); !strings.HasPrefix(got, "Bearer") {
			t.Errorf("nobody is told how to authenticate: %q", got)
		}
	})
}

func TestAnotherSiteIsToldInAProblemDocument(t *testing.T) {
	onBoth(t, func(w *world) {
		for _, path := range []string{notesPath, "/api/v2/nowhere"} {
			rec := w.want(403, "access.cross_origin", "editor", "POST", path, `{"text":"a"}`, "Origin", "https://evil.example", "Accept-Language", "nb")
			if rec.Header().Get("Content-Language") != "nb" || rec.Header().Get("X-RateLimit-Remaining") == "" {
				t.Errorf("%s: %v", path, rec.Header())
			}
		}
		w.want(403, "access.cross_origin", "", "POST", notesPath, `{"text":"a"}`, "Sec-Fetch-Site", "cross-site")
		if n := w.count(); n != 0 {
			t.Errorf("%d notes were written", n)
		}
	})
}

func TestWhatIsSentIsCheckedAndBounded(t *testing.T) {
	onBoth(t, func(w *world) {
		w.want(406, "api.not_acceptable", "editor", "GET", notesPath, "", "Accept", "text/html")
		w.want(200, "", "editor", "GET", notesPath, "", "Accept", "text/html, */*;q=0.1")
		w.want(415, "api.unsupported", "editor", "POST", notesPath, `a=b`, "Content-Type", "application/x-www-form-urlencoded")
		w.want(413, "api.too_large", "editor", "POST", notesPath, `{"text":"`+strings.Repeat("x", 2000)+`"}`)
		w.want(400, "api.body", "editor", "POST", notesPath, `{"text":`)
		w.want(400, "api.body", "editor", "POST", notesPath, ``)
		w.want(400, "api.body", "editor", "POST", notesPath, `{"text":"a","text":"b"}`)
		w.want(422, "api.invalid", "editor", "POST", notesPath, `{"text":"a","more":1}`)
		w.want(422, "api.invalid", "editor", "GET", notesPath+"?limit=1000", "")
		w.want(422, "api.invalid", "editor", "GET", notesPath+"?nonsense=1", "")
		w.want(422, "api.invalid", "editor", "GET", notesPath+"?kind=none", "")
		w.want(400, "api.no_body", "editor", "GET", notesPath, "{}")
		if got := decode[api.List[noteJSON]](t, w.ask("editor", "GET", notesPath, "")); len(got.Items) != 0 {
			t.Errorf("something was written: %v", got)
		}
	})
}

func TestProblemsSpeakTheLanguageAskedFor(t *testing.T) {
	onBoth(t, func(w *world) {
		rec := w.want(422, "api.invalid", "editor", "POST", notesPath, `{}`, "Accept-Language", "nb, en;q=0.5")
		got := decode[web.ProblemDocument](t, rec)
		if got.Title != "Ugyldige data" || len(got.Errors) != 1 || got.Errors[0].Field != "text" || got.Errors[0].Code != "api.field.required" || got.Errors[0].Detail != "Feltet er obligatorisk." {
			t.Errorf("%+v", got)
		}
		if lang := rec.Header().Get("Content-Language"); lang != "nb" {
			t.Errorf("language %q", lang)
		}
		long := decode[web.ProblemDocument](t, w.ask("editor", "POST", notesPath, `{"text":"`+strings.Repeat("x", 21)+`"}`, "Accept-Language", "en"))
		if len(long.Errors) != 1 || long.Errors[0].Detail != "At most 20 characters." {
			t.Errorf("%+v", long)
		}
	})
}

func TestListsGoOnWhereTheyStopped(t *testing.T) {
	onBoth(t, func(w *world) {
		for i := range 5 {
			w.want(201, "", "editor", "POST", notesPath, fmt.Sprintf(`{"text":"note %d"}`, i))
		}
		var seen []string
		next := notesPath + "?limit=2&q=a"
		for range 3 {
			rec := w.want(200, "", "editor", "GET", next, "")
			page := decode[api.List[noteJSON]](t, rec)
			for _, n := range page.Items {
				seen = append(seen, n.Text)
			}
			if page.NextCursor == "" {
				break
			}
			next = notesPath + "?limit=2&q=a&cursor=" + url.QueryEscape(page.NextCursor)
			if link := rec.Header().Get("Link"); !strings.HasPrefix(link, "<https://csirt.example"+notesPath+"?cursor=") || !strings.HasSuffix(link, `>; rel="next"`) {
				t.Errorf("link %q", link)
			}
			w.want(400, "api.cursor", "editor", "GET", strings.Replace(next, "q=a", "q=b", 1), "") // another list's
			w.want(404, "access.organisation", "editor", "GET", strings.Replace(next, "c_d612", "c_g999", 1), "")
			w.want(400, "api.cursor", "editor", "GET", next+"A", "")
		}
		if len(seen) != 5 || seen[4] != "note 4" {
			t.Errorf("seen %q", seen)
		}
		w.want(400, "api.cursor", "editor", "GET", notesPath+"?cursor=!", "")
		w.want(400, "api.cursor", "editor", "GET", notesPath+"?cursor=MQ", "")
	})
}

func TestNobodyWritesOverWhatHeHasNotSeen(t *testing.T) {
	onBoth(t, func(w *world) {
		made := w.want(201, "", "editor", "POST", notesPath, `{"text":"one"}`)
		note := decode[noteJSON](t, made)
		path := notesPath + "/" + number(note.ID)
		if got := made.Header().Get("Location"); got != "https://csirt.example"+path {
			t.Errorf("location %q", got)
		}
		read := w.want(200, "", "editor", "GET", path, "")
		tag := read.Header().Get("ETag")
		if tag == "" || tag != made.Header().Get("ETag") {
			t.Errorf("tags %q and %q", tag, made.Header().Get("ETag"))
		}
		if same := w.want(304, "", "editor", "GET", path, "", "If-None-Match", `"x", W/`+tag); same.Body.Len() != 0 {
			t.Errorf("304 with %q", same.Body)
		}
		w.want(428, "api.if_match_missing", "editor", "PUT", path, `{"text":"two"}`)
		w.want(428, "api.if_match_missing", "editor", "PUT", path, `{"text":"two"}`, "If-Match", "*")
		w.want(400, "api.if_match", "editor", "PUT", path, `{"text":"two"}`, "If-Match", "1")
		w.want(412, "api.stale", "editor", "PUT", path, `{"text":"two"}`, "If-Match", "W/"+tag)
		w.want(200, "", "editor", "PUT", path, `{"text":"two"}`, "If-Match", tag)
		w.want(412, "api.stale", "editor", "PUT", path, `{"text":"three"}`, "If-Match", tag)
		w.want(200, "", "editor", "GET", path, "", "If-None-Match", tag)
		w.want(204, "", "editor", "DELETE", path, "")
		w.want(404, "access.page", "editor", "DELETE", path, "")
	})
}

func (w *world) count() int {
	w.t.Helper()
	var n int
	if err := w.db.QueryRow(w.t.Context(), "SELECT count(*) FROM note").Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestAKeyHasItsEffectOnce(t *testing.T) {
	onBoth(t, func(w *world) {
		first := w.want(201, "", "editor", "POST", notesPath, `{"text":"one"}`, "Idempotency-Key", "k1")
		again := w.want(201, "", "editor", "POST", notesPath, `{"text":"one"}`, "Idempotency-Key", "k1")
		if first.Body.String() != again.Body.String() || first.Header().Get("Location") != again.Header().Get("Location") || first.Header().Get("ETag") != again.Header().Get("ETag") {
			t.Errorf("other answers: %s and %s", first.Body, again.Body)
		}
		if again.Header().Get("Idempotency-Replayed") != "true" || first.Header().Get("Idempotency-Replayed") != "" {
			t.Error("nobody can tell the answers apart")
		}
		w.want(422, "api.idempotency_other", "editor", "POST", notesPath, `{"text":"two"}`, "Idempotency-Key", "k1")
		w.want(400, "api.idempotency_key", "editor", "POST", notesPath, `{"text":"two"}`, "Idempotency-Key", strings.Repeat("k", 256))
		w.want(409, "web.form", "editor", "POST", notesPath, `{"text":"refused"}`, "Idempotency-Key", "k2")
		if n := w.count(); n != 1 {
			t.Errorf("%d notes", n)
		}
		w.want(201, "", "editor", "POST", notesPath, `{"text":"three"}`, "Idempotency-Key", "k2") // the refused one kept nothing
		w.clock.Advance(25 * 3600 * 1e9)
		w.want(201, "", "editor", "POST", notesPath, `{"text":"four"}`, "Idempotency-Key", "k1")
		if n := w.count(); n != 3 {
			t.Errorf("%d notes", n)
		}
	})
}

func TestTwoAtOnceWithOneKeyHaveOneEffect(t *testing.T) {
	onBoth(t, func(w *world) {
		var wait sync.WaitGroup
		bodies := make([]string, 8)
		for i := range bodies {
			wait.Go(func() {
				rec := w.ask("editor", "POST", notesPath, `{"text":"one"}`, "Idempotency-Key", "k")
				bodies[i] = fmt.Sprint(rec.Code, rec.Body)
			})
		}
		wait.Wait()
		for _, b := range bodies {
			if b != bodies[0] || !strings.HasPrefix(b, "201") {
				t.Errorf("answers differ: %q and %q", bodies[0], b)
			}
		}
		if n := w.count(); n != 1 {
			t.Errorf("%d notes", n)
		}
	})
}

// What dies between the change and its answer must leave neither.
func TestAPanicLeavesNoHalf(t *testing.T) {
	onBoth(t, func(w *world) {
		w.notes.after = func() { var none []int; _ = none[len(none)] }
		w.want(500, "", "editor", "POST", notesPath, `{"text":"one"}`, "Idempotency-Key", "k")
		w.notes.after = nil
		if n := w.count(); n != 0 {
			t.Errorf("%d notes", n)
		}
		w.want(201, "", "editor", "POST", notesPath, `{"text":"one"}`, "Idempotency-Key", "k")
	})
}

func TestSecretsAreNotKeptForKeys(t *testing.T) {
	onBoth(t, func(w *world) {
		w.want(200, "", "editor", "POST", notesPath+"/secret", "", "Idempotency-Key", "k")
		w.want(409, "api.idempotency_secret", "editor", "POST", notesPath+"/secret", "", "Idempotency-Key", "k")
		var n int
		if err := w.db.QueryRow(t.Context(), "SELECT count(*) FROM api_answer WHERE body IS NOT NULL OR etag <> ''").Scan(&n); err != nil || n != 0 {
			t.Errorf("%d answers with a secret are kept (%v)", n, err)
		}
		w.clock.Advance(25 * 3600 * 1e9)
		if err := w.api.Forget(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := w.db.QueryRow(t.Context(), "SELECT count(*) FROM api_answer").Scan(&n); err != nil || n != 0 {
			t.Errorf("%d answers are kept too long (%v)", n, err)
		}
	})
}

// A body may hold a password: what is kept to know it again must not let anybody
// guess it. Keys from before that was so stay good.
func TestNobodyGuessesABodyFromItsFingerprint(t *testing.T) {
	onBoth(t, func(w *world) {
		const body = `{"text":"one"}`
		w.want(201, "", "editor", "POST", notesPath, body, "Idempotency-Key", "k")
		sum := sha256.Sum256([]byte(body + "\x00POST " + notesPath))
		plain, kept := hex.EncodeToString(sum[:]), ""
		if err := w.db.QueryRow(t.Context(), "SELECT request_hash FROM api_answer").Scan(&kept); err != nil || kept == plain || kept == "" {
			t.Errorf("%q is kept (%v)", kept, err)
		}
		if _, err := w.db.Exec(t.Context(), "UPDATE api_answer SET request_hash = $1", plain); err != nil {
			t.Fatal(err)
		}
		w.want(201, "", "editor", "POST", notesPath, body, "Idempotency-Key", "k")
		w.want(422, "api.idempotency_other", "editor", "POST", notesPath, `{"text":"two"}`, "Idempotency-Key", "k")
		if n := w.count(); n != 1 {
			t.Errorf("%d notes", n)
		}
	})
}

func TestEveryAnswerTellsTheRate(t *testing.T) {
	onBoth(t, func(w *world) {
		for i, path := range []string{notesPath, notesPath + "/99", "/api/v1/nowhere", "/api/v1/openapi.json"} {
			h := w.ask("editor", "GET", path, "").Header()
			if h.Get("X-RateLimit-Limit") != "100" || h.Get("X-RateLimit-Remaining") != fmt.Sprint(99-i) || h.Get("X-RateLimit-Reset") != fmt.Sprint(i+1) {
				t.Errorf("%s: %v", path, h)
			}
		}
		for range 96 {
			w.ask("editor", "GET", notesPath, "")
		}
		if got := w.want(429, "api.too_often", "editor", "GET", notesPath, "").Header().Get("Retry-After"); got != "1" {
			t.Errorf("retry after %q", got)
		}
		w.want(200, "", "reader", "GET", notesPath, "") // another person
	})
}

func TestTheDocumentSaysWhatIsThere(t *testing.T) {
	onBoth(t, func(w *world) {
		var doc struct {
			OpenAPI string
			Paths   map[string]map[string]struct {
				OperationID string `json:"operationId"`
				Permission  string `json:"x-permission"`
				Security    []map[string][]string
				Responses   map[string]any
			}
			Components struct{ Schemas map[string]any }
		}
		rec := w.want(200, "", "", "GET", "/api/v1/openapi.json", "")
		if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		put := doc.Paths["/api/v1/organisations/{org}/notes/{id}"]["put"]
		if doc.OpenAPI != "3.1.0" || put.OperationID != "edit-note" || put.Permission != "member contact.edit" || len(put.Security) != 1 || put.Responses["412"] == nil || put.Responses["428"] == nil {
			t.Errorf("%s %+v", doc.OpenAPI, put)
		}
		if doc.Components.Schemas["Note"] == nil || doc.Components.Schemas["ListNote"] == nil || doc.Components.Schemas["ErrorModel"] != nil {
			t.Errorf("schemas %v", doc.Components.Schemas)
		}
		w.want(304, "", "", "GET", "/api/v1/openapi.json", "", "If-None-Match", rec.Header().Get("ETag"))
		if old := w.want(200, "", "", "GET", "/api/v1/openapi-3.0.json", ""); !strings.Contains(old.Body.String(), `"openapi":"3.0.3"`) {
			t.Errorf("no 3.0 document: %.200s", old.Body)
		}
	})
}
