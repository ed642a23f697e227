// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"slices"
	"time"

	"martinella/internal/access"
	"martinella/internal/operations"
	"martinella/internal/publication"
)

// When what everybody may know of the service is called late.
const (
	workLate    = 10 * time.Minute // background work that is due and not begun
	mailsLate   = 20               // mails that wait for another attempt
	sourcesLate = 6 * time.Hour    // since when a source fails
)

// status says how the service is, for everybody: no numbers, no names.
func (a *App) status(ctx context.Context) []publication.Part {
	out := []publication.Part{{Key: "portal", Condition: publication.Works}}
	if a.healthy(ctx) != nil {
		out[0].Condition = publication.Down
	}
	for _, p := range []struct {
		key string
		of  func(context.Context) (publication.Condition, error)
	}{{"mail", a.mailCondition}, {"work", a.workCondition}, {"sources", a.sourcesCondition}} {
		c, err := p.of(ctx)
		if err != nil {
			a.Log.Warn("status", "part", p.key, "error", err)
			c = publication.Unknown
		}
		out = append(out, publication.Part{Key: p.key, Condition: c})
	}
	return out
}

func (a *App) mailCondition(ctx context.Context) (publication.Condition, error) {
	if _, err := a.checkMail(ctx); err != nil {
		a.Log.Warn("status", "part", "mail", "error", err)
		return publication.Down, nil
	}
	late, err := a.rooms.mails.Retrying(ctx, mailsLate)
	return slowIf(late >= mailsLate), err
}

func (a *App) workCondition(ctx context.Context) (publication.Condition, error) {
	due, err := a.Queue.OldestDue(ctx)
	return slowIf(!due.IsZero() && a.Clock.Now().Sub(due) > workLate), err
}

func (a *App) sourcesCondition(ctx context.Context) (publication.Condition, error) {
	all, err := a.FeedHealth(ctx)
	if err != nil {
		return "", err
	}
	late := slices.ContainsFunc(all, func(f operations.Feed) bool { return f.State == "failed" || f.State == "late" })
	n, since, err := a.rooms.intake.Waiting(ctx, access.System("status"))
	return slowIf(late || n > 0 && a.Clock.Now().Sub(since) > sourcesLate), err
}

func slowIf(late bool) publication.Condition {
	if late {
		return publication.Slow
	}
	return publication.Works
}
