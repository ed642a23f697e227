// SPDX-License-Identifier: EUPL-1.2

package publication

import (
	"context"
	"sync"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
)

const statusPath = "/stato"

// Condition is how a part of the service is.
type Condition string

// The conditions. Unknown: it cannot be told now.
const (
	Works   Condition = "ok"
	Slow    Condition = "slow"
	Down    Condition = "down"
	Unknown Condition = "unknown"
)

// Part is a part of the service, in words everybody understands: "portal",
// "mail", "work", "sources". It says nothing of whose data it is about.
type Part struct {
	Key       string
	Condition Condition
}

// Status is how the service is.
type Status struct {
	At    time.Time // when it was looked at
	Parts []Part
}

// Worst is the gravest of the parts' conditions.
func (s Status) Worst() Condition {
	worst := Works
	for _, p := range s.Parts {
		if p.Condition == Down || p.Condition != Works && worst == Works {
			worst = p.Condition
		}
	}
	return worst
}

// statusLife is how long an answer holds: who asks ten times in a second makes no work.
const statusLife = 30 * time.Second

// lastStatus is the last answer.
type lastStatus struct {
	mu sync.Mutex
	Status
}

// Status says how the service is, looked at in the last half minute. One asks; who
// comes meanwhile waits for the answer.
func (m *Module) Status(ctx context.Context, _ access.Scope) Status {
	m.status.mu.Lock()
	defer m.status.mu.Unlock()
	if now := m.now(); m.deps.Status != nil && (m.status.At.IsZero() || now.Sub(m.status.At) >= statusLife) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second) // the next one reads this answer too
		defer cancel()
		m.status.Status = Status{now, m.deps.Status(ctx)}
	}
	return m.status.Status
}

func (m *Module) statusPage(r *gate.Request) error {
	return r.Page(r.L.T("publication.status"), statusBody(m.Status(r.Context(), r.Scope)))
}

type statusPartJSON struct {
	Name      string    `json:"name" enum:"portal,mail,work,sources"`
	Condition Condition `json:"condition" enum:"ok,slow,down,unknown"`
}

// serviceStatusJSON is how the service is.
type serviceStatusJSON struct {
	Condition Condition        `json:"condition" enum:"ok,slow,down,unknown" doc:"The gravest of the parts'."`
	At        time.Time        `json:"at" doc:"When it was looked at: at most half a minute ago."`
	Parts     []statusPartJSON `json:"parts"`
}

func (m *Module) apiStatus(r *api.Request, _ *api.Nothing) (serviceStatusJSON, error) {
	s := m.Status(r.Context(), r.Scope)
	return serviceStatusJSON{s.Worst(), s.At, api.Each(s.Parts, func(p Part) statusPartJSON { return statusPartJSON{p.Key, p.Condition} })}, nil
}
