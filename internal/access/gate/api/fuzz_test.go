// SPDX-License-Identifier: EUPL-1.2

package api_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"martinella/internal/access/gate/api"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
)

// FuzzWhatProgramsSendBack gives any text as a cursor and as the two conditions:
// each is refused as it should be, and nothing is written but under the ETag that was read.
func FuzzWhatProgramsSendBack(f *testing.F) {
	w := newWorld(f, dbtest.SQLite(f, []db.Migration{api.Migrations(), {Module: "notes", FS: notesSchema}}))
	w.want(201, "", "editor", "POST", notesPath, `{"text":"a"}`)
	tag := w.want(200, "", "editor", "GET", notesPath+"/1", "").Header().Get("ETag")
	for _, seed := range []string{"", "*", tag, "W/" + tag, `"1-0000000000000000"`, `"-1-0a1b2c3d4e5f6071"`, "a, b", "\x00", "AAAA", `"9223372036854775808-0a1b2c3d4e5f6071"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w.clock.Advance(time.Minute) // the meter fills again
		if got := w.ask("editor", "GET", notesPath+"?cursor="+url.QueryEscape(text), "").Code; text != "" && got != 400 && got != 422 {
			t.Errorf("cursor %q: %d", text, got)
		}
		if got := w.ask("editor", "GET", notesPath+"/1", "", "If-None-Match", text).Code; got != 200 && got != 304 {
			t.Errorf("If-None-Match %q: %d", text, got)
		}
		before := w.ask("editor", "GET", notesPath+"/1", "")
		got := w.ask("editor", "PUT", notesPath+"/1", `{"text":"b"}`, "If-Match", text).Code
		after := w.ask("editor", "GET", notesPath+"/1", "")
		named := strings.Contains(text, before.Header().Get("ETag")) || strings.Contains(text, "*")
		switch {
		case got == 200 && named:
		case slices.Contains([]int{400, 412, 422, 428}, got) && after.Header().Get("ETag") == before.Header().Get("ETag"):
		default:
			t.Errorf("If-Match %q: %d, %s then %s", text, got, before.Body, after.Body)
		}
	})
}
