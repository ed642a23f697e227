// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

// csp allows what we serve ourselves and nothing else; no inline script or
// style, no frame, no plug-in. Images may be data: for QR codes.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"

// Config is what the wrapper needs to know.
type Config struct {
	Log     *slog.Logger
	Secure  bool          // the public address is https: HSTS, __Host- cookies
	Timeout time.Duration // how long a request may take; default 30 s
	Proxies Proxies       // reverse proxies whose X-Forwarded-For is believed
	// CrossOrigin answers a write that another site sent; nil: 403 in plain text.
	CrossOrigin http.Handler
	Observe     func(pattern, method string, status int, took time.Duration)
}

// Secure puts a handler behind the wrapper nobody can forget: request id,
// recovery, time limit, refusal of cross-origin writes
// (http.CrossOriginProtection), security headers, no caching, access log, metrics.
func Secure(next http.Handler, cfg Config) http.Handler {
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(cfg.CrossOrigin)
	protected := protection.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := rand.Text()[:12]
		ctx, cancel := context.WithTimeout(WithRequestID(r.Context(), id), cfg.Timeout)
		defer cancel()
		ctx = context.WithValue(ctx, clientKey{}, cfg.Proxies.Client(r))
		ctx = context.WithValue(ctx, limitedKey{}, limited{r.Context(), cfg.Timeout})
		// The router writes the pattern into the request it is given: keep that one.
		r = r.WithContext(ctx)
		rec := &recorder{ResponseWriter: w}
		setHeaders(rec.Header(), id, cfg.Secure)
		defer func() {
			if p := recover(); p != nil {
				cfg.Log.Error("panic", "request", id, "panic", p, "stack", string(debug.Stack()))
				if rec.status == 0 {
					http.Error(rec, "500", http.StatusInternalServerError)
				}
			}
			finish(cfg, r, rec, id, time.Since(start))
		}()
		protected.ServeHTTP(rec, r)
	})
}

func setHeaders(h http.Header, id string, secure bool) {
	h.Set("Content-Security-Policy", csp)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Request-Id", id)
	if secure {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
}

func finish(cfg Config, r *http.Request, rec *recorder, id string, took time.Duration) {
	// The path only: a query may hold a token from a mail.
	cfg.Log.Info("request", "request", id, "method", r.Method, "path", logPath(r), "status", rec.Status(),
		"bytes", rec.bytes, "ms", took.Milliseconds())
	if cfg.Observe != nil {
		cfg.Observe(r.Pattern, r.Method, rec.Status(), took)
	}
}

// logPath gives the route's pattern where there is one, because paths may carry
// single-use tokens.
func logPath(r *http.Request) string {
	if r.Pattern != "" {
		return r.Pattern
	}
	return "(no route)"
}

type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the writer beneath.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Status is what was answered; 200 when the handler said nothing.
func (r *recorder) Status() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}

type requestIDKey struct{}
type clientKey struct{}

// WithRequestID puts a request's id into ctx, for the log.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestID gives the id of the request ctx belongs to; "" outside of requests.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}
