// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/operations"
	"martinella/internal/vulnerability/corpus"
)

// feeds tells the control room how the feeds are.
type feeds struct{ a *App }

// lateAfter is how old the last good run may be before a feed counts as late.
const lateAfter = 36 * time.Hour

// Health implements operations.Feeds.
func (x feeds) Health(ctx context.Context, s access.Scope) ([]operations.Feed, error) {
	all, err := x.a.rooms.corpus.Health(ctx, s)
	out := make([]operations.Feed, 0, len(all))
	for _, h := range all {
		out = append(out, x.feed(h))
	}
	return out, err
}

func (x feeds) feed(h corpus.Health) operations.Feed {
	f := operations.Feed{Name: string(h.Feed), Last: h.LastGood, DataDate: h.DataDate, Next: h.Next, Records: h.Records, Broken: h.LastRun.Broken}
	f.State = x.state(h)
	if f.State == "failed" {
		f.Error = x.a.sentence(h.LastRun.Code, h.LastRun.Text)
	}
	return f
}

func (x feeds) state(h corpus.Health) string {
	switch {
	case h.LastRun.ID == 0:
		return "never"
	case h.LastRun.Outcome == corpus.Running:
		return "running"
	case h.LastRun.Outcome != corpus.OK && h.LastRun.Outcome != corpus.Same:
		return "failed"
	case x.a.fetching() && x.a.Clock.Now().Sub(h.LastGood) > lateAfter:
		return "late"
	}
	return "ok"
}

// sentence says a stored fault in the instance's language, or what the log has of it.
func (a *App) sentence(code, text string) string {
	l := a.bundle.Localizer(a.Config.Language, a.zone)
	if key := "fault." + code; code != "" && l.Has(key) {
		return l.T(key)
	}
	return text
}

// FeedHealth tells how the feeds are, for the command line.
func (a *App) FeedHealth(ctx context.Context) ([]operations.Feed, error) {
	return feeds{a}.Health(ctx, access.System("cli"))
}

// ImportFeed imports from a path or an address and prints progress and a report.
func (a *App) ImportFeed(ctx context.Context, kind, source string, progress, out io.Writer) error {
	if !slices.Contains(corpus.Kinds(), corpus.Kind(kind)) {
		return fmt.Errorf("there is no feed %q: nvd, cve5, kev or epss", kind)
	}
	tell := a.progress(progress, source)
	if strings.HasPrefix(source, "https://") || strings.HasPrefix(source, "http://") {
		reports, err := a.fetchFrom(ctx, corpus.Kind(kind), source, tell)
		for _, r := range reports {
			a.printReport(out, r)
		}
		return errors.Join(a.spoken(err), incomplete(reports...))
	}
	report, err := a.rooms.corpus.Import(ctx, access.System("cli"), corpus.Request{
		Feed: corpus.Kind(kind), Path: source, Progress: tell, OnBatch: a.rooms.vulnerability.OnImport,
	})
	if err != nil {
		return a.spoken(err)
	}
	a.printReport(out, report)
	return incomplete(report)
}

// errIncomplete makes a script notice that a file broke off.
var errIncomplete = errors.New("the import is incomplete")

func incomplete(reports ...corpus.Report) error {
	if slices.ContainsFunc(reports, func(r corpus.Report) bool { return r.Incomplete }) {
		return errIncomplete
	}
	return nil
}

// progress writes a line at most once a second.
func (a *App) progress(w io.Writer, source string) func(corpus.Progress) {
	last := time.Now()
	return func(p corpus.Progress) {
		if now := time.Now(); now.Sub(last) >= time.Second {
			last = now
			fmt.Fprintf(w, "%s %s: %d records, %d skipped\n", source, p.File, p.Records, p.Broken)
		}
	}
}

func (a *App) printReport(w io.Writer, r corpus.Report) {
	if r.Same {
		fmt.Fprintf(w, "%s: the same file as last time, nothing to do\n", r.Item)
		return
	}
	fmt.Fprintf(w, "%s: %d new, %d changed, %d unchanged, %d older than what is known, %d skipped in %.1f s\n",
		r.Item, r.New, r.Changed, r.Unchanged, r.Older, r.Broken, r.Took.Seconds())
	for _, b := range r.List {
		fmt.Fprintf(w, "  skipped: %v\n", b)
	}
	if r.Incomplete {
		fmt.Fprintf(w, "  %v\n", a.spoken(r.Cut))
	}
}
