// SPDX-License-Identifier: EUPL-1.2

package hook

import (
	"strconv"
	"time"

	"martinella/internal/access/gate/api"
)

func number(id int64) string { return strconv.FormatInt(id, 10) }

// webhookDeliveryJSON is one event for one webhook.
type webhookDeliveryJSON struct {
	ID        int64                `json:"id"`
	WebhookID string               `json:"webhook_id" doc:"As the header says it: the same however often it is sent."`
	Event     int64                `json:"event" doc:"Its number; 0: a test."`
	Kind      string               `json:"kind"`
	State     Outcome              `json:"state" enum:"pending,delivered,dead,dropped" doc:"dead: tried as often as we try; dropped: not sent, the webhook was paused."`
	Tries     int64                `json:"tries"`
	CreatedAt time.Time            `json:"created_at"`
	NextAt    time.Time            `json:"next_at,omitzero" doc:"Missing: it has ended."`
	EndedAt   time.Time            `json:"ended_at,omitzero"`
	Status    int64                `json:"status" doc:"Of the last answer; 0: there was none."`
	Failure   string               `json:"failure,omitempty" doc:"A code: why the last attempt failed."`
	Body      string               `json:"body" doc:"What is sent, as it is signed."`
	Attempts  []webhookAttemptJSON `json:"attempts,omitempty" doc:"The latest first; missing in lists."`
}

// webhookAttemptJSON is one time a delivery was sent.
type webhookAttemptJSON struct {
	At      time.Time `json:"at"`
	TookMS  int64     `json:"took_ms"`
	Status  int64     `json:"status"`
	Failure string    `json:"failure,omitempty"`
	Answer  string    `json:"answer" doc:"Its beginning, 1 KB."`
}

func deliveryView(d Delivery) webhookDeliveryJSON {
	return webhookDeliveryJSON{d.ID, d.Reference, d.Event, d.Kind, d.State, d.Tries, d.CreatedAt, d.NextAt, d.EndedAt, d.Status, d.Failure, d.Body,
		api.Each(d.Attempts, func(a Attempt) webhookAttemptJSON {
			return webhookAttemptJSON{a.At, a.Took.Milliseconds(), a.Status, a.Failure, a.Answer}
		})}
}

type deliveriesQuery struct {
	api.ID
	api.Paging
}

func (m *Module) apiLog(r *api.Request, in *deliveriesQuery) (api.List[webhookDeliveryJSON], error) {
	h, err := m.Hook(r.Context(), r.Scope, in.ID.ID)
	if err != nil {
		return api.List[webhookDeliveryJSON]{}, err
	}
	all, next, err := m.Log(r.Context(), r.Scope, h, in.After(), in.Limit)
	return api.Items(api.Each(all, deliveryView), next), err
}

type oneDelivery struct {
	api.ID
	Delivery int64 `path:"delivery" minimum:"1" doc:"The delivery's number."`
}

func (m *Module) apiDelivery(r *api.Request, in *oneDelivery) (webhookDeliveryJSON, error) {
	_, d, err := m.Delivery(r.Context(), r.Scope, in.ID.ID, in.Delivery)
	return deliveryView(d), err
}

func (m *Module) apiTest(r *api.Request, in *api.ID) (webhookDeliveryJSON, error) {
	id, err := m.Test(r.Context(), r.Scope, in.ID)
	if err != nil {
		return webhookDeliveryJSON{}, err
	}
	_, d, err := m.Delivery(r.Context(), r.Scope, in.ID, id)
	return deliveryView(d), err
}

func (m *Module) apiAgain(r *api.Request, in *oneDelivery) (api.Nothing, error) {
	return api.Nothing{}, m.Again(r.Context(), r.Scope, in.ID.ID, in.Delivery)
}
