-- SPDX-License-Identifier: EUPL-1.2
-- An address that is told of events: an organisation's, or the CSIRT's own.
CREATE TABLE hook (
	id              {{id}},
	organisation_id BIGINT NOT NULL,            -- 0: the CSIRT's
	name            TEXT NOT NULL,
	url             TEXT NOT NULL,
	contact         TEXT NOT NULL,              -- who is told by mail when it is paused
	language        TEXT NOT NULL,              -- of those mails
	state           TEXT NOT NULL,              -- active, paused, failing, gone
	version         BIGINT NOT NULL,
	secret          {{blob}} NOT NULL,          -- sealed
	old_secret      {{blob}},                   -- sealed; signs too until old_until
	old_until       BIGINT,
	created_at      BIGINT NOT NULL,
	created_by      TEXT NOT NULL,
	failures        BIGINT NOT NULL DEFAULT 0,  -- in a row
	failing_since   BIGINT,                     -- the first failure after the last success
	hold_until      BIGINT,                     -- nothing is sent before
	succeeded_at    BIGINT
);
CREATE INDEX hook_organisation ON hook (organisation_id, id);

-- The kinds of events it wants.
CREATE TABLE hook_kind (
	hook_id BIGINT NOT NULL REFERENCES hook (id) ON DELETE CASCADE,
	kind    TEXT NOT NULL,
	PRIMARY KEY (hook_id, kind)
);
CREATE INDEX hook_kind_kind ON hook_kind (kind, hook_id);

-- One event for one address.
CREATE TABLE hook_delivery (
	id              {{id}},
	hook_id         BIGINT NOT NULL REFERENCES hook (id) ON DELETE CASCADE,
	organisation_id BIGINT NOT NULL,            -- the hook's
	event_id        BIGINT NOT NULL,            -- 0: a test
	kind            TEXT NOT NULL,
	reference       TEXT NOT NULL UNIQUE,       -- the webhook-id: the same however often it is sent
	body            TEXT NOT NULL,
	state           TEXT NOT NULL,              -- pending, delivered, dead, dropped
	by_hand         BOOLEAN NOT NULL,           -- a person asked for it: sent even to a paused address
	tries           BIGINT NOT NULL DEFAULT 0,  -- since it began, or was begun again
	created_at      BIGINT NOT NULL,
	next_at         BIGINT,                     -- when it is tried; NULL once it has ended
	ended_at        BIGINT,
	status          BIGINT NOT NULL DEFAULT 0,  -- of the last answer; 0: there was none
	failure         TEXT NOT NULL DEFAULT ''    -- of the last attempt
);
CREATE INDEX hook_delivery_hook ON hook_delivery (hook_id, id);
CREATE INDEX hook_delivery_pending ON hook_delivery (hook_id) WHERE state = 'pending';
CREATE INDEX hook_delivery_age ON hook_delivery (created_at);

-- One attempt at a delivery.
CREATE TABLE hook_attempt (
	id          {{id}},
	delivery_id BIGINT NOT NULL REFERENCES hook_delivery (id) ON DELETE CASCADE,
	at          BIGINT NOT NULL,
	took_ms     BIGINT NOT NULL,
	status      BIGINT NOT NULL,                -- 0: no answer
	failure     TEXT NOT NULL,                  -- "" for a success
	answer      TEXT NOT NULL                   -- its beginning
);
CREATE INDEX hook_attempt_delivery ON hook_attempt (delivery_id, id);
