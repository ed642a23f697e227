-- SPDX-License-Identifier: EUPL-1.2
CREATE TABLE job (
	id          {{id}},
	kind        TEXT NOT NULL,
	unique_key  TEXT UNIQUE,
	payload     TEXT NOT NULL,
	state       TEXT NOT NULL DEFAULT 'ready', -- ready, leased, dead
	run_at      BIGINT NOT NULL,
	attempts    INTEGER NOT NULL DEFAULT 0,
	again       BOOLEAN NOT NULL DEFAULT FALSE, -- asked for once more while it was running
	lease       TEXT,
	lease_until BIGINT,
	last_error  TEXT,
	created_at  BIGINT NOT NULL
);
CREATE INDEX job_due ON job (state, run_at);
CREATE TABLE job_schedule (
	name    TEXT PRIMARY KEY,
	spec    TEXT NOT NULL,
	next_at BIGINT NOT NULL
);
