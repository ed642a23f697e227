// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"time"

	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/ratelimit"
)

// speaker is a room that does something for programs.
type speaker interface{ RegisterAPI(a *api.API) }

const forgetJob = "app.forget_api_answers"

// openAPI makes the door for programs and lets every room declare its operations.
func (a *App) openAPI() error {
	a.API = api.New(a.Gate, api.Deps{
		DB: a.DB, Clock: a.Clock, Signer: a.box, Meter: ratelimit.New(a.Clock, a.apiLimit()),
		BaseURL: a.Config.BaseURL, Owner: a.owner(), Contact: a.Config.ContactEmail,
	})
	a.statusAPI(a.API)
	for _, room := range []speaker{a.rooms.constituency, a.rooms.identity, a.rooms.inventory, a.rooms.vulnerability, a.rooms.channel, a.rooms.operations, a.rooms.hooks, a.rooms.advisory, a.rooms.intake, a.rooms.exchange, a.rooms.publication, a.rooms.callround} {
		room.RegisterAPI(a.API)
	}
	a.API.Complete()
	a.Queue.Handle(forgetJob, func(ctx context.Context, _ jobs.Run) error { return a.API.Forget(ctx) })
	return a.Queue.Schedule(forgetJob, "40 * * * *", a.zone, forgetJob)
}

// apiLimit lets a program ask for half a minute's worth at once.
func (a *App) apiLimit() ratelimit.Limit {
	perMinute := a.Config.APIRate
	if perMinute <= 0 {
		perMinute = 600
	}
	return ratelimit.Limit{Burst: max(1, perMinute/2), Every: time.Minute / time.Duration(perMinute)}
}

// statusJSON says how the program is (ModI: GET /status).
type statusJSON struct {
	Status  int    `json:"status" doc:"200; another status comes as a problem document."`
	Title   string `json:"title" doc:"OK"`
	Version string `json:"version" doc:"Of the program."`
	API     string `json:"api" doc:"The version of this API."`
}

func (a *App) statusAPI(x *api.API) {
	api.Get(x, "/status", gate.Public(), a.apiStatus, api.Op{ID: "get-status", Tag: "Service",
		Summary: "Ask whether the service works", Text: "Looks at the database. 503 with Retry-After when it does not answer."})
}

func (a *App) apiStatus(r *api.Request, _ *api.Nothing) (statusJSON, error) {
	if err := a.healthy(r.Context()); err != nil {
		return statusJSON{}, err
	}
	return statusJSON{200, "OK", a.Version, api.Version}, nil
}
