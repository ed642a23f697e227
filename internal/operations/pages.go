// SPDX-License-Identifier: EUPL-1.2

package operations

import (
	"context"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
	"martinella/web/ui"
)

const pageSize = 50

// home sends everybody to where his day begins.
func (m *Module) home(r *gate.Request) error {
	if r.Staff() {
		return r.Redirect("/ops")
	}
	to, err := m.Home(r.Context(), r.Person)
	if err != nil {
		return err
	}
	return r.Redirect(to)
}

type roomView struct {
	Waiting    []Waiting
	Signatures []Signature
	Feeds      []Feed
	Panels     []templ.Component
	Now        time.Time
}

func (m *Module) room(r *gate.Request) error {
	v, err := m.roomView(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	return r.WidePage(r.L.T("operations.room.title"), roomPage(v))
}

func (m *Module) roomView(ctx context.Context, s access.Scope) (v roomView, err error) {
	if v.Waiting, err = m.waiting(ctx, s); err != nil {
		return v, err
	}
	v.Now = m.Clock.Now()
	if v.Signatures, err = m.signatures(ctx, s); err != nil {
		return v, err
	}
	if v.Feeds, err = m.Feeds.Health(ctx, s); err != nil {
		return v, err
	}
	for _, p := range m.Panels {
		c, err := p(ctx, s)
		if err != nil {
			return v, err
		}
		v.Panels = append(v.Panels, c)
	}
	return v, nil
}

// waiting gathers from the neighbours what this person may act on.
func (m *Module) waiting(ctx context.Context, s access.Scope) ([]Waiting, error) {
	var out []Waiting
	for _, ask := range append(m.Waiting, m.deadJobs) {
		all, err := ask(ctx, s)
		if err != nil {
			return nil, err
		}
		for _, w := range all {
			if s.Can(w.Permission) {
				out = append(out, w)
			}
		}
	}
	return out, nil
}

func (m *Module) deadJobs(ctx context.Context, _ access.Scope) ([]Waiting, error) {
	counts, err := m.Queue.Counts(ctx)
	return []Waiting{{Key: "operations.waiting.jobs", Count: counts["dead"], Href: "/ops/jobs?state=dead",
		Permission: access.JobRead, Urgent: true}}, err
}

func (m *Module) feeds(r *gate.Request) error {
	all, err := m.Feeds.Health(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	return r.WidePage(r.L.T("operations.feeds.title"), feedsPage(all, m.Fetch != nil && r.Scope.Can(access.FeedRun)))
}

func (m *Module) fetch(r *gate.Request) error {
	if err := m.fetchNow(r); err != nil {
		return err
	}
	r.Flash(gate.Success, "operations.feeds.asked")
	return r.Redirect("/ops/feeds")
}

// fetchNow asks for the feeds to be fetched.
func (m *Module) fetchNow(r *gate.Request) error {
	if m.Fetch == nil {
		return fault.New(fault.Conflict, "operations.no_fetch")
	}
	return m.DB.Tx(r.Context(), func(tx *db.Tx) error {
		if err := m.Fetch(r.Context(), tx, r.Scope); err != nil {
			return err
		}
		return m.Audit.Append(r.Context(), tx, r.Scope.Actor(), 0, "feed.fetch", "feed:all", nil)
	})
}

// before reads the place in a list that goes from the newest to the oldest.
func before(r *gate.Request) int64 {
	n, err := strconv.ParseInt(ui.ParseList(r.R.URL).After(), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// cut takes the one row more that was asked for as the sign of a next page.
func cut[T any](all []T, id func(T) int64) (page []T, next string) {
	if len(all) <= pageSize {
		return all, ""
	}
	page = all[:pageSize]
	return page, strconv.FormatInt(id(page[pageSize-1]), 10)
}

func (m *Module) jobs(r *gate.Request) error {
	list := ui.ParseList(r.R.URL)
	all, err := m.Queue.List(r.Context(), list.Get("state"), before(r), pageSize+1)
	if err != nil {
		return err
	}
	page, next := cut(all, func(j jobs.Info) int64 { return j.ID })
	return r.WidePage(r.L.T("operations.jobs.title"), jobsPage(list, page, next, r.Scope.Can(access.JobRetry)))
}

func (m *Module) retry(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := m.retryNow(r, id); err != nil {
		return err
	}
	r.Flash(gate.Success, "operations.jobs.retried")
	return r.Redirect("/ops/jobs")
}

// retryNow lets a dead job be tried again.
func (m *Module) retryNow(r *gate.Request, id int64) error {
	return m.DB.Tx(r.Context(), func(tx *db.Tx) error {
		ok, err := m.Queue.Retry(r.Context(), tx, id)
		if err == nil && !ok {
			err = fault.New(fault.NotFound, "operations.job")
		}
		if err != nil {
			return err
		}
		return m.Audit.Append(r.Context(), tx, r.Scope.Actor(), 0, "job.retry", "job:"+strconv.FormatInt(id, 10), nil)
	})
}
