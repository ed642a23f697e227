-- SPDX-License-Identifier: EUPL-1.2
-- What a body proposes to change of its verified data.
CREATE TABLE change_request (
	id              {{id}},
	organisation_id BIGINT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
	state           TEXT NOT NULL, -- open, asked, second, approved, rejected, withdrawn
	state_since     BIGINT NOT NULL,
	created_at      BIGINT NOT NULL,
	actor           TEXT NOT NULL, -- who proposed it
	name            TEXT NOT NULL, -- as it was then
	email           TEXT NOT NULL DEFAULT '', -- empty: one of the CSIRT's people
	language        TEXT NOT NULL,
	reason          TEXT NOT NULL,
	first_person    BIGINT, -- who approved first, where two must
	first_name      TEXT NOT NULL DEFAULT '',
	version         BIGINT NOT NULL DEFAULT 1
);
-- One open request for each body: a second one amends it.
CREATE UNIQUE INDEX change_request_open ON change_request (organisation_id) WHERE state IN ('open', 'asked', 'second');
CREATE INDEX change_request_organisation ON change_request (organisation_id, id);
CREATE INDEX change_request_state ON change_request (state, state_since, id);

CREATE TABLE change_field (
	request_id BIGINT NOT NULL REFERENCES change_request (id) ON DELETE CASCADE,
	field      TEXT NOT NULL,
	seq        INTEGER NOT NULL,
	old_value  TEXT NOT NULL, -- what the record said when it was proposed
	new_value  TEXT NOT NULL,
	PRIMARY KEY (request_id, field)
);

CREATE TABLE change_event (
	id         {{id}},
	request_id BIGINT NOT NULL REFERENCES change_request (id) ON DELETE CASCADE,
	at         BIGINT NOT NULL,
	action     TEXT NOT NULL,
	actor      TEXT NOT NULL,
	name       TEXT NOT NULL,
	reason     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX change_event_request ON change_event (request_id, id);

-- A decision about an accreditation that waits for a second person.
CREATE TABLE accreditation_pending (
	organisation_id BIGINT PRIMARY KEY REFERENCES organisation (id) ON DELETE CASCADE,
	action          TEXT NOT NULL,
	tier            TEXT NOT NULL,
	reason          TEXT NOT NULL,
	person          BIGINT NOT NULL, -- the first one; 0: the program
	name            TEXT NOT NULL,
	at              BIGINT NOT NULL
);
CREATE INDEX accreditation_pending_at ON accreditation_pending (at);
