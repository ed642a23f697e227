// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
)

// operationsContract calls what is about the running of the program.
func operationsContract(c *contract) {
	const as = "administrator"
	c.call(200, "list-feeds", asked{As: as})
	if keys := c.call(200, "list-own-keys", asked{As: "analyst"}).items(); len(keys) == 0 || keys[0].(m)["algorithm"] != "Ed25519" {
		c.t.Errorf("our keys: %v", keys)
	}
	c.call(404, "list-own-keys", asked{})
	c.call(403, "fetch-feeds", asked{As: "auditor"})
	c.call(200, "list-jobs", asked{As: as, Query: url.Values{"limit": {"1"}}})
	c.call(404, "retry-job", asked{As: as, Path: map[string]string{"id": "999999"}})
	c.call(204, "retry-job", asked{As: as, Path: map[string]string{"id": c.deadJob()}})
	mails := c.call(200, "list-mails", asked{As: as, Query: url.Values{"limit": {"2"}}})
	c.call(200, "list-mails", asked{As: as, Query: url.Values{"limit": {"2"}, "cursor": {fmt.Sprint(mails.get("next_cursor"))}}})
	for _, mail := range mails.items() {
		got := c.call(200, "get-mail", asked{As: as, Path: map[string]string{"id": fmt.Sprint(mail.(m)["id"])}})
		if hidden := got.get("hidden") == true; hidden != (got.get("source") == nil) || hidden != (got.get("text") == nil) {
			c.t.Errorf("a mail's parts: %v", got.Body)
		}
	}
	c.call(404, "get-mail", asked{As: as, Path: map[string]string{"id": "999999"}})
	c.call(404, "get-mail", asked{Path: map[string]string{"id": fmt.Sprint(mails.items()[0].(m)["id"])}})
	c.call(200, "list-waiting", asked{As: "analyst"})
	c.call(404, "list-waiting", asked{})
	for _, entry := range c.call(200, "list-audit-entries", asked{As: "auditor", Query: url.Values{"organisation": {"1"}, "limit": {"5"}}}).items() {
		if fmt.Sprint(entry.(m)["organisation"]) != "1" {
			c.t.Errorf("an entry of another organisation: %v", entry)
		}
	}
	entries := c.call(200, "list-audit-entries", asked{As: "auditor", Query: url.Values{"action": {"person."}, "limit": {"3"}}})
	if len(entries.items()) == 0 {
		c.t.Errorf("%v", entries.Body)
	}
	c.call(404, "list-audit-entries", asked{})
	c.house.app.rooms.operations.Fetch = func(context.Context, *db.Tx, access.Scope) error { return nil } // the demonstration fetches nothing
	c.call(202, "fetch-feeds", asked{As: as, Header: map[string]string{"Idempotency-Key": "fetch-1"}})
	if got := c.call(200, "verify-audit", asked{As: "auditor"}); got.get("whole") != true {
		c.t.Errorf("%v", got.Body)
	}
}

// deadJob makes a job that no attempt can mend, and gives its id.
func (c *contract) deadJob() string {
	c.t.Helper()
	ctx, q := context.Background(), c.house.app.Queue
	q.Handle("test.dead", func(context.Context, jobs.Run) error { return jobs.Permanent(errors.New("no")) })
	err := c.house.app.DB.Tx(ctx, func(tx *db.Tx) error { return q.Enqueue(ctx, tx, jobs.Job{Kind: "test.dead"}) })
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := q.Drain(ctx); err != nil {
		c.t.Fatal(err)
	}
	dead := c.call(200, "list-jobs", asked{As: "administrator", Query: url.Values{"state": {"dead"}}}).items()
	if len(dead) == 0 {
		c.t.Fatal("no job is dead")
	}
	return fmt.Sprint(dead[0].(m)["id"])
}
