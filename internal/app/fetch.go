// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fetch"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/web"
	"martinella/internal/vulnerability/corpus"
)

// fetchJob brings one feed up to date.
const fetchJob = "feed.fetch"

// fetching says whether this instance fetches feeds by itself.
func (a *App) fetching() bool { return a.Config.FeedFetch && !a.Config.Demo }

// feedAddresses are the addresses to fetch from; a feed without one is not fetched.
func (a *App) feedAddresses() map[corpus.Kind]string {
	out := map[corpus.Kind]string{}
	for kind, address := range map[corpus.Kind]string{
		corpus.NVD: a.Config.NVDURL, corpus.CVE5: a.Config.CVE5URL, corpus.KEV: a.Config.KEVURL, corpus.EPSS: a.Config.EPSSURL,
	} {
		if address != "" {
			out[kind] = address
		}
	}
	return out
}

// remote is the way to the addresses of the feeds.
func (a *App) remote() (*corpus.Remote, error) {
	allow, err := web.ParseProxies(a.Config.FetchAllow)
	if err != nil {
		return nil, fmt.Errorf("--fetch-allow: %w", err)
	}
	client, err := fetch.New(fetch.Options{UserAgent: "Martinella/" + a.Version, Proxy: a.Config.FetchProxy, Allow: allow})
	if err != nil {
		return nil, err
	}
	return &corpus.Remote{Store: a.rooms.corpus, Fetch: client, Key: a.Config.NVDAPIKey}, nil
}

// scheduleFeeds plans a job for each feed, so that one's trouble is not another's.
func (a *App) scheduleFeeds() error {
	remote, err := a.remote()
	if err != nil {
		return err
	}
	var errs []error
	for kind, address := range a.feedAddresses() {
		name := fetchName(kind)
		a.Queue.Handle(name, func(ctx context.Context, _ jobs.Run) error { return a.fetchFeed(ctx, remote, kind, address) })
		if a.fetching() {
			errs = append(errs, a.Queue.Schedule(name, a.Config.FeedSchedule, a.zone, name))
		}
	}
	return errors.Join(errs...)
}

func fetchName(kind corpus.Kind) string { return fetchJob + "." + string(kind) }

// fetchFeed imports what is new and remembers when it will look again.
func (a *App) fetchFeed(ctx context.Context, remote *corpus.Remote, kind corpus.Kind, address string) error {
	s := access.System("feeds")
	_, failure := remote.Import(ctx, s, address, corpus.Request{Feed: kind, OnBatch: a.rooms.vulnerability.OnImport})
	next, err := jobs.Next(a.Config.FeedSchedule, a.zone, a.Clock.Now())
	if err == nil {
		err = a.rooms.corpus.PlanNext(ctx, s, kind, next)
	}
	return errors.Join(failure, err)
}

// fetchFeeds asks for all feeds now; nil where this instance gets its data from files.
func (a *App) fetchFeeds() func(context.Context, *db.Tx, access.Scope) error {
	if !a.fetching() {
		return nil
	}
	return func(ctx context.Context, tx *db.Tx, _ access.Scope) error {
		var errs []error
		for kind := range a.feedAddresses() {
			errs = append(errs, a.Queue.Enqueue(ctx, tx, jobs.Job{Kind: fetchName(kind), Key: fetchName(kind)}))
		}
		return errors.Join(errs...)
	}
}

// fetchFrom imports from an address once, for the command line.
func (a *App) fetchFrom(ctx context.Context, kind corpus.Kind, address string, tell func(corpus.Progress)) ([]corpus.Report, error) {
	remote, err := a.remote()
	if err != nil {
		return nil, err
	}
	return remote.Import(ctx, access.System("cli"), address, corpus.Request{Feed: kind, Progress: tell, OnBatch: a.rooms.vulnerability.OnImport})
}
