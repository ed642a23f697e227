// SPDX-License-Identifier: EUPL-1.2

package channel_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"martinella/internal/channel"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// upload stores a file and lets it wait; it gives its number.
func (w *world) upload(person, org int64, name, content string) int64 {
	w.Helper()
	s, _ := w.who(person, org)
	f, err := w.Store(w.Context(), s, channel.Upload{Name: name, Data: strings.NewReader(content)}, false)
	w.must(err)
	f, until, err := w.AddUpload(w.Context(), s, f)
	if w.must(err); until.Before(w.clock.Now()) || f.ID == 0 {
		w.Errorf("%+v until %s", f, until)
	}
	return f.ID
}

func (w *world) rows(query string) (n int) {
	w.Helper()
	w.must(w.db.QueryRow(w.Context(), query).Scan(&n))
	return n
}

func TestAFileComesBeforeItsMessage(t *testing.T) {
	each(t, func(w *world) {
		sp, ap := w.who(paolo, castelvento)
		id := w.start(paolo, castelvento, channel.Draft{Subject: "s", TLP: "TLP:AMBER", Life: 30, Waiting: []int64{w.upload(paolo, castelvento, "a.log", "uno")}})
		c, err := w.read(andrea, castelvento, id)
		if w.must(err); len(c.Messages[0].Files) != 1 || c.Messages[0].Files[0].Name != "a.log" {
			t.Fatalf("%+v", c.Messages)
		}
		sa, _ := w.who(andrea, castelvento)
		_, r, err := w.OpenFile(w.Context(), sa, id, c.Messages[0].Files[0].ID)
		w.must(err)
		text, err := io.ReadAll(r)
		if w.must(errors.Join(err, r.Close())); string(text) != "uno" {
			t.Errorf("%q", text)
		}
		mine, hers, elsewhere := w.upload(paolo, castelvento, "b", "x"), w.upload(nadia, castelvento, "c", "x"), w.upload(31, roccasalina, "d", "x")
		for name, ids := range map[string][]int64{"another's": {hers}, "another body's": {elsewhere}, "used": {1}, "twice": {mine, mine}, "none": {999}} {
			if err := w.Reply(w.Context(), sp, ap, id, channel.Draft{Waiting: ids}); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		w.must(w.Reply(w.Context(), sp, ap, id, channel.Draft{Waiting: []int64{mine}})) // what was refused used nothing up
		w.clock.Advance(13 * time.Hour)
		wantFault(w, w.Reply(w.Context(), sp, ap, id, channel.Draft{Waiting: []int64{hers}}), fault.Invalid, "channel.upload_gone")
	})
}

// Whoever sends files and no message does not fill the store.
func TestFilesThatWaitAreBoundedAndGo(t *testing.T) {
	each(t, func(w *world) {
		s, _ := w.who(paolo, castelvento)
		for range 20 {
			w.upload(paolo, castelvento, "f", "x")
		}
		_, err := w.Store(w.Context(), s, channel.Upload{Name: "f", Data: strings.NewReader("x")}, false)
		wantFault(w, err, fault.Conflict)
		w.upload(nadia, castelvento, "f", "x")
		w.clock.Advance(25 * time.Hour)
		w.must(w.Expire(w.Context(), system()))
		w.must(w.files.Clean(w.Context()))
		if uploads, blobs := w.rows("SELECT count(*) FROM channel_upload"), w.rows("SELECT count(*) FROM blob"); uploads+blobs != 0 {
			t.Errorf("%d uploads and %d files are left", uploads, blobs)
		}
		w.upload(paolo, castelvento, "f", "x")
	})
}

// What is killed, or fails, between storing a file and writing of it leaves a
// file that the store's cleaning removes.
func TestAFileNobodyWroteOfIsSwept(t *testing.T) {
	each(t, func(w *world) {
		s, _ := w.who(paolo, castelvento)
		store := func() channel.File {
			f, err := w.Store(w.Context(), s, channel.Upload{Name: "f", Data: strings.NewReader("x")}, false)
			w.must(err)
			return f
		}
		store() // and killed
		undone, failing := store(), errors.New("the answer could not be kept")
		err := w.db.Within(w.Context(), func(ctx context.Context, _ *db.Tx) error {
			_, _, err := w.AddUpload(ctx, s, undone)
			return errors.Join(err, failing)
		})
		if !errors.Is(err, failing) || w.rows("SELECT count(*) FROM channel_upload") != 0 || w.rows("SELECT count(*) FROM blob") != 2 {
			t.Fatal(err)
		}
		w.clock.Advance(25 * time.Hour)
		w.must(w.files.Clean(w.Context()))
		if n := w.rows("SELECT count(*) FROM blob"); n != 0 {
			t.Errorf("%d files are left", n)
		}
	})
}
