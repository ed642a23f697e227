// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"golang.org/x/sync/errgroup"

	"martinella/internal/platform/fault"
	"martinella/internal/platform/web"
	"martinella/web/static"
	"martinella/web/ui"
)

// shutdownTime is how long requests under way may take when the program stops.
const shutdownTime = 10 * time.Second

// Serve runs the portal until ctx ends, and works on jobs too unless the
// configuration leaves that to workers. ready is told the address once it answers.
func (a *App) Serve(ctx context.Context, ready func(address string)) error {
	handler, err := a.Handler()
	if err != nil {
		return err
	}
	listener, err := a.listen()
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return serveHTTP(a.drained(ctx), listener, handler, a.Config.RequestTimeout) })
	if err := a.serveCards(ctx, group); err != nil {
		return errors.Join(err, listener.Close())
	}
	a.keepProviders(ctx, group)
	if a.Config.MetricsListen != "" {
		group.Go(func() error { return a.serveMetrics(ctx) })
	}
	if a.Config.Worker {
		group.Go(func() error { return a.Work(ctx) })
	}
	ready(a.address(listener))
	return group.Wait()
}

// drained ends some time after ctx: until then the portal answers, and says by
// /readyz that no more requests should be sent to it.
func (a *App) drained(ctx context.Context) context.Context {
	later, end := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() {
		a.draining.Store(true)
		time.AfterFunc(a.Config.Drain, end)
	})
	return later
}

// address is what a person types: the public address where one is configured,
// else where the listener is, which differs from --listen for port 0.
func (a *App) address(l net.Listener) string {
	if a.Config.BaseURL != a.Config.Scheme()+a.Config.Listen {
		return a.Config.BaseURL
	}
	return a.Config.Scheme() + l.Addr().String()
}

func serveHTTP(ctx context.Context, l net.Listener, h http.Handler, timeout time.Duration) error {
	s := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 2 * time.Minute,
		WriteTimeout: timeout + 2*time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		stopped <- s.Shutdown(grace)
	}()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving: %w", err)
	}
	return <-stopped
}

// Handler is the whole portal: static files and health outside of the gate,
// everything behind the security wrapper.
func (a *App) Handler() (http.Handler, error) {
	files, err := ui.Static()
	if err != nil {
		return nil, err
	}
	proxies, err := web.ParseProxies(a.Config.TrustedProxies)
	if err != nil {
		return nil, err
	}
	zip, err := gzhttp.NewWrapper(gzhttp.MinSize(1024))
	if err != nil {
		return nil, fmt.Errorf("compression: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, files)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.Handle("/", zip(web.Secure(a.Gate, web.Config{
		Log: a.Log, Secure: strings.HasPrefix(a.Config.BaseURL, "https://"), Timeout: a.Config.RequestTimeout,
		Proxies: proxies, CrossOrigin: http.HandlerFunc(a.Gate.CrossOrigin), Observe: a.metrics.request,
	})))
	return mux, nil
}

// readyz answers 200 when the database answers and its schema is this program's,
// or a newer one's: while nodes are replaced one by one, the old ones go on.
func (a *App) readyz(w http.ResponseWriter, r *http.Request) {
	if a.draining.Load() {
		http.Error(w, "stopping", http.StatusServiceUnavailable)
		return
	}
	if err := a.healthy(r.Context()); err != nil {
		a.Log.Warn("not ready", "error", err)
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}

// healthy is nil when the database answers and its schema is this program's.
func (a *App) healthy(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	pending, err := a.DB.Pending(ctx, Migrations())
	if err == nil && pending > 0 {
		err = fmt.Errorf("%d schema steps are not applied", pending)
	}
	if err != nil {
		return fault.New(fault.Unavailable, "app.unhealthy").Because(err)
	}
	return nil
}

// Work does the instance's background work until ctx ends.
func (a *App) Work(ctx context.Context) error {
	a.Queue.Start(ctx)
	return nil
}
