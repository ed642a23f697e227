-- SPDX-License-Identifier: EUPL-1.2
-- A conversation between the CSIRT and one organisation. What was said is sealed (age).
CREATE TABLE channel_thread (
	id              {{id}},
	organisation_id BIGINT NOT NULL,
	subject         {{blob}},              -- sealed; NULL once erased
	tlp             TEXT NOT NULL,
	named           BOOLEAN NOT NULL,      -- only channel_participant may read it
	started_at      BIGINT NOT NULL,
	started_by      BIGINT NOT NULL,       -- a person
	started_name    TEXT NOT NULL,
	started_side    TEXT NOT NULL,         -- csirt, member
	last_at         BIGINT NOT NULL,
	last_name       TEXT NOT NULL,
	last_side       TEXT NOT NULL,
	last_message    BIGINT NOT NULL DEFAULT 0,
	messages        BIGINT NOT NULL DEFAULT 0,
	life_days       BIGINT NOT NULL,
	expires_at      BIGINT NOT NULL,       -- what was said is erased then; each message moves it on
	closed_at       BIGINT,
	erased_at       BIGINT
);
CREATE INDEX channel_thread_organisation ON channel_thread (organisation_id, last_at, id);
CREATE INDEX channel_thread_recent ON channel_thread (last_at, id);
CREATE INDEX channel_thread_waiting ON channel_thread (last_at, id) WHERE last_side = 'member' AND closed_at IS NULL AND erased_at IS NULL;
CREATE INDEX channel_thread_expiry ON channel_thread (expires_at) WHERE erased_at IS NULL;

-- Who may read a thread for named people.
CREATE TABLE channel_participant (
	thread_id BIGINT NOT NULL REFERENCES channel_thread (id) ON DELETE CASCADE,
	person_id BIGINT NOT NULL,
	name      TEXT NOT NULL,
	side      TEXT NOT NULL,
	PRIMARY KEY (thread_id, person_id)
);

CREATE TABLE channel_message (
	id              {{id}},
	thread_id       BIGINT NOT NULL REFERENCES channel_thread (id) ON DELETE CASCADE,
	organisation_id BIGINT NOT NULL,
	at              BIGINT NOT NULL,
	person_id       BIGINT NOT NULL,
	name            TEXT NOT NULL,
	side            TEXT NOT NULL,
	body            {{blob}}               -- sealed; NULL once erased
);
CREATE INDEX channel_message_thread ON channel_message (thread_id, id);

CREATE TABLE channel_file (
	id              {{id}},
	message_id      BIGINT NOT NULL REFERENCES channel_message (id) ON DELETE CASCADE,
	thread_id       BIGINT NOT NULL,
	organisation_id BIGINT NOT NULL,
	name            {{blob}},              -- sealed
	size            BIGINT NOT NULL,
	sha256          TEXT NOT NULL,
	blob            TEXT NOT NULL,         -- platform/blob
	scan            TEXT NOT NULL,         -- clean, infected, unscanned
	finding         TEXT NOT NULL          -- what the scanner called it
);
CREATE INDEX channel_file_message ON channel_file (message_id);
CREATE INDEX channel_file_thread ON channel_file (thread_id);

-- When somebody read a thread up to a message: one row each time there was something new.
CREATE TABLE channel_read (
	thread_id  BIGINT NOT NULL REFERENCES channel_thread (id) ON DELETE CASCADE,
	person_id  BIGINT NOT NULL,
	message_id BIGINT NOT NULL,
	name       TEXT NOT NULL,
	side       TEXT NOT NULL,
	at         BIGINT NOT NULL,
	PRIMARY KEY (thread_id, person_id, message_id)
);
