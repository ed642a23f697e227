// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"strings"
	"testing"
)

// taken counts what was prepared and is still there.
func (w *world) taken() (n int) {
	w.t.Helper()
	if err := w.db.QueryRow(w.t.Context(), "SELECT count(*) FROM note WHERE org = 0").Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestWhatIsPreparedIsOutsideOfTheTransaction(t *testing.T) {
	onBoth(t, func(w *world) {
		post := func(status int, code, body, key string) string {
			t.Helper()
			return w.want(status, code, "editor", "POST", notesPath+"/file", body, "Content-Type", "application/octet-stream", "Idempotency-Key", key).Body.String()
		}
		post(409, "web.form", "refused", "k1") // the note is undone, what was prepared is not
		if all, taken := w.count(), w.taken(); all != 1 || taken != 1 {
			t.Errorf("%d notes, %d prepared", all, taken)
		}
		first := post(200, "", "one", "k1")
		if again := post(200, "", "one", "k1"); again != first || w.notes.prepared != 2 {
			t.Errorf("%s, then %s; prepared %d times", first, again, w.notes.prepared)
		}
		post(422, "api.idempotency_other", "two", "k1")
		post(422, "api.idempotency_other", "one and what follows", "k1")
		post(413, "api.too_large", strings.Repeat("x", 2000), "k2") // also when not all of it was wanted
		post(400, "api.idempotency_key", "one", strings.Repeat("k", 256))
		if w.notes.prepared != 3 {
			t.Errorf("prepared %d times", w.notes.prepared)
		}
		w.want(200, "", "editor", "POST", notesPath+"/file", "no key", "Content-Type", "application/octet-stream")
		w.want(415, "api.unsupported", "editor", "POST", notesPath+"/file", "{}")
	})
}

func TestFilesComeAsTheyAre(t *testing.T) {
	onBoth(t, func(w *world) {
		note := decode[noteJSON](t, w.want(201, "", "editor", "POST", notesPath, `{"text":"<b>"}`))
		path := notesPath + "/" + number(note.ID) + "/file"
		rec := w.want(200, "", "reader", "GET", path, "", "Accept", "application/octet-stream")
		h := rec.Header()
		if rec.Body.String() != "<b>" || h.Get("Content-Type") != "application/octet-stream" || h.Get("Content-Length") != "3" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%q %v", rec.Body, h)
		}
		if got := h.Get("Content-Disposition"); got != "attachment; filename*=utf-8''nota%20%C3%A8.txt" {
			t.Errorf("%q", got)
		}
		w.want(304, "", "reader", "GET", path, "", "If-None-Match", h.Get("ETag"))
		w.want(406, "api.not_acceptable", "reader", "GET", path, "", "Accept", "application/json")
		w.want(404, "access.page", "reader", "GET", notesPath+"/99/file", "")
	})
}
