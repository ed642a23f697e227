// SPDX-License-Identifier: EUPL-1.2

package pgtest

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a PostgreSQL of one test alone, which can be stopped and started.
type Server struct {
	DSN string
	t   testing.TB
	s   *server
}

// Alone starts a server that ends with the test.
func Alone(t testing.TB) *Server {
	t.Helper()
	s, err := startOwn()
	if err != nil {
		t.Fatalf("no PostgreSQL for this test: %v; %s", err, install)
	}
	t.Cleanup(func() { _ = s.life.Close() })
	return &Server{DSN: s.dsn, t: t, s: s}
}

// Stop stops it, as its administrator does: whoever is connected is cut off.
func (s *Server) Stop() { s.order("stop", false) }

// Start starts it again, with what it held.
func (s *Server) Start() { s.order("start", true) }

// order says a word to the script and waits until it was followed.
func (s *Server) order(word string, answers bool) {
	s.t.Helper()
	if _, err := io.WriteString(s.s.life, word+"\n"); err != nil {
		s.t.Fatal(err)
	}
	again, late := time.NewTicker(20*time.Millisecond), time.After(time.Minute)
	defer again.Stop()
	for s.answers() != answers {
		select {
		case <-again.C:
		case <-late:
			s.t.Fatalf("PostgreSQL did not %s", word)
		}
	}
}

func (s *Server) answers() bool {
	c, err := pgx.Connect(context.Background(), s.DSN)
	if err != nil {
		return false
	}
	return c.Close(context.Background()) == nil
}
