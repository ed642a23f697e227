-- SPDX-License-Identifier: EUPL-1.2
-- Files that programs sent and that wait for their message.
CREATE TABLE channel_upload (
	id              {{id}},
	organisation_id BIGINT NOT NULL,
	person_id       BIGINT NOT NULL,
	name            {{blob}} NOT NULL,     -- sealed
	size            BIGINT NOT NULL,
	sha256          TEXT NOT NULL,
	blob            TEXT NOT NULL,         -- platform/blob, pending until the message is written
	scan            TEXT NOT NULL,         -- clean, infected, unscanned
	finding         TEXT NOT NULL,         -- what the scanner called it
	created_at      BIGINT NOT NULL
);
CREATE INDEX channel_upload_person ON channel_upload (organisation_id, person_id, created_at);
CREATE INDEX channel_upload_created ON channel_upload (created_at);
