// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// serveCommand serves the portal on a free port of this machine until it is
// interrupted, and tells what requests took: /bench/begin, /bench/end. Run it with
// GOMAXPROCS=1: the load comes from another process.
func serveCommand(ctx context.Context, c command, args []string) (err error) {
	at := c.flags.Int64("at", began.UnixMilli(), "the moment, in milliseconds since 1970")
	if err := c.parse(args); err != nil {
		return err
	}
	i, err := open(ctx, c, time.UnixMilli(*at))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, i.Close()) }()
	portal, err := i.Handler()
	if err != nil {
		return err
	}
	r := &recorder{portal: portal}
	i.DB.OnQuery(func(string) { r.queries.Add(1) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + listener.Addr().String())
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = s.Shutdown(context.WithoutCancel(ctx))
	}()
	if err := s.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// recorder notes how long the portal takes for each request, from the first
// byte of the request read to the last byte of the answer handed over.
type recorder struct {
	portal  http.Handler
	queries atomic.Int64
	mu      sync.Mutex
	took    []time.Duration
	cpu     time.Duration
}

// record is what the portal did since /bench/begin.
type record struct {
	Requests int
	P50, P95 time.Duration
	Most     time.Duration
	CPU      time.Duration // of the whole process, the server's own included
	Queries  int64
	RSS      int64 // MB
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	switch req.URL.Path {
	case "/bench/begin":
		r.mu.Lock()
		defer r.mu.Unlock()
		r.took = r.took[:0]
		r.queries.Store(0)
		r.cpu, _ = used()
	case "/bench/end":
		_ = json.NewEncoder(w).Encode(r.sum())
	default:
		start := time.Now()
		r.portal.ServeHTTP(w, req)
		d := time.Since(start)
		r.mu.Lock()
		r.took = append(r.took, d)
		r.mu.Unlock()
	}
}

func (r *recorder) sum() record {
	r.mu.Lock()
	defer r.mu.Unlock()
	now, rss := used()
	return record{
		Requests: len(r.took), P50: percentile(r.took, 50), P95: percentile(r.took, 95), Most: percentile(r.took, 100),
		CPU: now - r.cpu, Queries: r.queries.Load(), RSS: rss,
	}
}
