// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"martinella/internal/platform/web"
)

// A body that takes longer than the server and the request have is read to its
// end by a patient handler.
func TestALargeBodyIsWaitedFor(t *testing.T) {
	const short = 50 * time.Millisecond
	late, gone := make(chan struct{}), make(chan error, 1)
	h := web.Secure(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		patient, done := web.Patient(w, r, 50<<20, 0)
		defer done()
		<-r.Context().Done() // the time that every request has is over, and the connection's too
		close(late)
		body, err := io.ReadAll(patient.Body)
		if err != nil || patient.Context().Err() != nil || web.RequestID(patient.Context()) != web.RequestID(r.Context()) {
			t.Errorf("%q, %v, %v", body, err, patient.Context().Err())
		}
		_, _ = w.Write(body)
	}), web.Config{Log: slog.New(slog.DiscardHandler), Timeout: short})
	server := httptest.NewUnstartedServer(h)
	server.Config.ReadTimeout, server.Config.WriteTimeout = short, short
	server.Start()
	defer server.Close()
	line, slow := io.Pipe()
	go func() {
		<-late
		_, err := slow.Write([]byte("at last"))
		gone <- err
		slow.Close()
	}()
	res, err := http.Post(server.URL, "application/octet-stream", line)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if text, err := io.ReadAll(res.Body); err != nil || string(text) != "at last" || <-gone != nil {
		t.Errorf("%q, %v", text, err)
	}
}

func TestPatienceHasItsMeasure(t *testing.T) {
	var limit, answer, length int64
	var more bool
	h := web.Secure(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ContentLength = length
		patient, done := web.Patient(w, r, limit, answer)
		defer done()
		before, _ := r.Context().Deadline()
		after, _ := patient.Context().Deadline()
		more = after.After(before.Add(time.Second))
	}), web.Config{Log: slog.New(slog.DiscardHandler)})
	for _, c := range []struct {
		limit, answer, length int64
		more                  bool
	}{{50 << 20, 0, -1, true}, {50 << 20, 0, 20 << 20, true}, {50 << 20, 0, 100, false}, {1 << 20, 0, -1, false}, {1 << 20, 0, 50 << 20, false}, {1 << 20, 50 << 20, 0, true}} {
		limit, answer, length = c.limit, c.answer, c.length
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/", nil))
		if more != c.more {
			t.Errorf("a body of %d, at most %d, answered with %d: more time %v", c.length, c.limit, c.answer, more)
		}
	}
}
