-- SPDX-License-Identifier: EUPL-1.2
-- An organisation to be telephoned about something: a line of the list that all operators share.
CREATE TABLE callround_line (
	id              {{id}},
	topic           TEXT NOT NULL,             -- the room that opened it: advisory
	subject_id      BIGINT NOT NULL,           -- what of it
	organisation_id BIGINT NOT NULL,
	severity        BIGINT NOT NULL,           -- 0 the gravest
	due_at          BIGINT,                    -- until when it wants to be known of
	opened_at       BIGINT NOT NULL,
	turn            BIGINT NOT NULL,           -- when it is its turn, among those as grave: each try in vain puts it back
	next_at         BIGINT NOT NULL,           -- it is not called before
	tries           BIGINT NOT NULL DEFAULT 0,
	last_at         BIGINT,                    -- it was tried
	holder          BIGINT NOT NULL DEFAULT 0, -- the person who has it
	holder_name     TEXT NOT NULL DEFAULT '',
	held_until      BIGINT NOT NULL DEFAULT 0, -- the lease ends by itself; 0: nobody has it
	closed_at       BIGINT,
	closed_why      TEXT NOT NULL DEFAULT '',  -- '' open; reached, acknowledged, withdrawn
	UNIQUE (topic, subject_id, organisation_id)
);
CREATE INDEX callround_line_turn ON callround_line (severity, turn, id) WHERE closed_why = '';
CREATE INDEX callround_line_organisation ON callround_line (organisation_id) WHERE closed_why = '';

-- What a call gave.
CREATE TABLE callround_try (
	id        {{id}},
	line_id   BIGINT NOT NULL REFERENCES callround_line (id),
	at        BIGINT NOT NULL,
	by_id     BIGINT NOT NULL,
	by_name   TEXT NOT NULL,
	outcome   TEXT NOT NULL,                   -- reached, not_reached, wrong_number, call_back
	person    TEXT NOT NULL,                   -- who was called
	phone     TEXT NOT NULL,
	note      TEXT NOT NULL,
	next_at   BIGINT                           -- when it is tried again
);
CREATE INDEX callround_try_line ON callround_try (line_id, id);

-- A number that does not lead to whom it should: to be corrected in the record.
CREATE TABLE callround_number (
	id              {{id}},
	organisation_id BIGINT NOT NULL,
	name            TEXT NOT NULL,
	phone           TEXT NOT NULL,
	at              BIGINT NOT NULL,
	by_name         TEXT NOT NULL,
	note            TEXT NOT NULL,
	done_at         BIGINT,
	done_name       TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX callround_number_open ON callround_number (organisation_id, phone) WHERE done_at IS NULL;
