// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// pagesCommand asks for every page that grows with the territory, one request
// after the other, then for the member's list as fast as it comes.
func pagesCommand(ctx context.Context, c command, args []string) (err error) {
	requests := c.flags.Int("requests", 200, "how many requests for each page")
	only := c.flags.String("only", "", "pages whose name this expression finds")
	load := c.flags.Duration("load", 8*time.Second, "how long to load the member's list")
	if err := c.parse(args); err != nil {
		return err
	}
	wanted, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	s, err := prepare(ctx, c)
	if err != nil {
		return err
	}
	server, err := startServer(ctx, c, s.at)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	fmt.Printf("%-46s %9s %9s %9s %9s %8s %8s\n", "page (server time)", "p50 ms", "p95 ms", "most ms", "CPU ms", "queries", "KB")
	for _, p := range s.pages() {
		if !wanted.MatchString(p.name) {
			continue
		}
		if err := server.measure(ctx, p, *requests); err != nil {
			return err
		}
	}
	if *load == 0 {
		return nil
	}
	for _, p := range s.pages()[:4] {
		if err := server.load(ctx, p, *load); err != nil {
			return err
		}
	}
	return nil
}

// server is the portal in a process of its own, on one core.
type server struct {
	address string
	cmd     *exec.Cmd
	client  *http.Client
}

func startServer(ctx context.Context, c command, at time.Time) (*server, error) {
	args := []string{"serve", "-dir", *c.dir, "-database", *c.database, "-cpuprofile", *c.profile, "-at", fmt.Sprint(at.UnixMilli())}
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the server did not start: %w", errors.Join(err, cmd.Wait()))
	}
	client := &http.Client{
		Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 16},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &server{strings.TrimSpace(address), cmd, client}, nil
}

func (s *server) stop() error {
	s.client.CloseIdleConnections()
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	return s.cmd.Wait()
}

// warmUp is how many requests come before those that count.
const warmUp = 10

func (s *server) measure(ctx context.Context, p page, n int) error {
	size := int64(0)
	for k := range warmUp {
		got, err := s.get(ctx, p, k)
		if err != nil {
			return err
		}
		size = max(size, got)
	}
	if err := s.begin(ctx); err != nil {
		return err
	}
	for k := range n {
		if _, err := s.get(ctx, p, k); err != nil {
			return err
		}
	}
	r, err := s.end(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%-46s %9.2f %9.2f %9.2f %9.2f %8.1f %8.1f%s\n", p.name, ms(r.P50), ms(r.P95), ms(r.Most), ms(r.CPU)/float64(r.Requests),
		float64(r.Queries)/float64(r.Requests), float64(size)/1000, p.verdict(r.P95))
	return nil
}

func (s *server) begin(ctx context.Context) error {
	_, err := s.fetch(ctx, "/bench/begin", "", nil)
	return err
}

func (s *server) end(ctx context.Context) (r record, err error) {
	_, err = s.fetch(ctx, "/bench/end", "", &r)
	return r, err
}

func (s *server) get(ctx context.Context, p page, k int) (int64, error) {
	path, token := p.at(k)
	return s.fetch(ctx, path, token, nil)
}

// fetch asks for a page as a browser does, compressed. Anything but a page is an error.
func (s *server) fetch(ctx context.Context, path, token string, into any) (int64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.address+path, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Accept", "text/html")
	if into == nil {
		req.Header.Set("Accept-Encoding", "gzip")
	}
	if token != "" {
		req.AddCookie(&http.Cookie{Name: "martinella_session", Value: token})
	}
	res, err := s.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%s: %s, %s", path, res.Status, res.Header.Get("Location"))
	}
	if into != nil {
		return 0, json.NewDecoder(res.Body).Decode(into)
	}
	return io.Copy(io.Discard, res.Body)
}

// loaders is how many browsers ask at once.
const loaders = 4

// load asks for a page without a pause for some time.
func (s *server) load(ctx context.Context, p page, d time.Duration) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, loaders)
	start := time.Now()
	for l := range loaders {
		wg.Go(func() {
			for time.Since(start) < d && errs[l] == nil {
				_, errs[l] = s.get(ctx, p, int(next.Add(1)))
			}
		})
	}
	wg.Wait()
	took := time.Since(start)
	r, err := s.end(ctx)
	if err := errors.Join(append(errs, err)...); err != nil {
		return err
	}
	fmt.Printf("load, %s: %d requests by %d browsers in %.1f s: %.0f requests/s; %.0f requests a second of CPU; p50 %.1f ms, p95 %.1f ms; largest resident set %d MB\n",
		p.name, r.Requests, loaders, took.Seconds(), float64(r.Requests)/took.Seconds(), float64(r.Requests)/r.CPU.Seconds(), ms(r.P50), ms(r.P95), r.RSS)
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
