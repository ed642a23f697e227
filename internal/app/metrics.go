// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what Prometheus reads, on an address of their own (--metrics-listen).
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	jobs     *prometheus.HistogramVec
	hooks    *prometheus.CounterVec
}

func newMetrics(version string) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "martinella_request_seconds", Help: "Time a request took, by route.",
			Buckets: []float64{.001, .0025, .005, .01, .02, .05, .1, .25, 1, 5, 30},
		}, []string{"route", "method", "status"}),
		jobs: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "martinella_job_seconds", Help: "Time an attempt at a job took, by kind.",
			Buckets: []float64{.001, .01, .1, 1, 10, 60, 600},
		}, []string{"kind", "outcome"}),
		hooks: newHookCounter(),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "martinella_build_info", Help: "1, with the version.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.jobs, m.hooks, build, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) request(pattern, method string, status int, took time.Duration) {
	if method != http.MethodGet && method != http.MethodPost {
		method = "other" // a client may invent methods without end
	}
	m.requests.WithLabelValues(pattern, method, strconv.Itoa(status)).Observe(took.Seconds())
}

func (m *metrics) job(kind string, took time.Duration, err error) {
	outcome := "done"
	if err != nil {
		outcome = "failed"
	}
	m.jobs.WithLabelValues(kind, outcome).Observe(took.Seconds())
}

// serveMetrics listens apart from the portal, so that no proxy publishes them.
func (a *App) serveMetrics(ctx context.Context) error {
	l, err := net.Listen("tcp", a.Config.MetricsListen)
	if err != nil {
		return err
	}
	return serveHTTP(ctx, l, promhttp.HandlerFor(a.metrics.registry, promhttp.HandlerOpts{}), a.Config.RequestTimeout)
}
