// SPDX-License-Identifier: EUPL-1.2

// Package jobs keeps background work in the same database as the state it
// follows from, so that a job exists exactly when the change that asked for it does.
//
// A job is enqueued inside the caller's transaction. A worker takes it with a
// lease, renews the lease while it works, and finishes it; a worker that dies
// leaves a lease that runs out, and another takes over. So every handler is run
// at least once and must be idempotent; one that ends with a database change
// can finish itself in that change's transaction (Run.Complete) and is then
// done exactly once.
//
// A unique key joins requests: asking again for a waiting job changes nothing,
// asking again for a running one runs it once more afterwards, asking again for
// a dead one revives it.
package jobs

import "embed"

// Migrations holds the schema of the queue.
//
//go:embed migrations
var Migrations embed.FS
