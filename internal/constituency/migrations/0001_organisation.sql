-- SPDX-License-Identifier: EUPL-1.2
CREATE TABLE organisation (
	id                   {{id}},
	code                 TEXT NOT NULL, -- lower case
	name                 TEXT NOT NULL,
	name_key             TEXT NOT NULL, -- what identifies the name within its territory
	name_fold            TEXT NOT NULL, -- what lists are ordered and searched by
	type                 TEXT NOT NULL,
	country              TEXT NOT NULL,
	municipality         TEXT NOT NULL DEFAULT '', -- ISTAT code
	province             TEXT NOT NULL DEFAULT '',
	territory_key        TEXT NOT NULL DEFAULT '',
	fiscal_code          TEXT NOT NULL DEFAULT '',
	pec                  TEXT NOT NULL DEFAULT '',
	email                TEXT NOT NULL DEFAULT '',
	website              TEXT NOT NULL DEFAULT '',
	legal_representative TEXT NOT NULL DEFAULT '',
	language             TEXT NOT NULL,
	time_zone            TEXT NOT NULL,
	patron_day           TEXT NOT NULL DEFAULT '', -- MM-DD
	applicant_name       TEXT NOT NULL,
	applicant_position   TEXT NOT NULL,
	applicant_email      TEXT NOT NULL,
	applicant_phone      TEXT NOT NULL,
	applicant_language   TEXT NOT NULL,
	state                TEXT NOT NULL,
	tier                 TEXT NOT NULL DEFAULT '',
	state_since          BIGINT NOT NULL,
	created_at           BIGINT NOT NULL,
	approved_at          BIGINT,
	conditions_version   TEXT NOT NULL,
	conditions_at        BIGINT NOT NULL,
	version              BIGINT NOT NULL DEFAULT 1
);
-- One living registration for each code: an unconfirmed, rejected or withdrawn one stands in nobody's way.
CREATE UNIQUE INDEX organisation_code_live ON organisation (code) WHERE state NOT IN ('unconfirmed', 'rejected', 'withdrawn');
CREATE INDEX organisation_code ON organisation (code);
CREATE INDEX organisation_state ON organisation (state, state_since, id);
CREATE INDEX organisation_name ON organisation (name_fold, id);
CREATE INDEX organisation_same ON organisation (name_key, territory_key);
CREATE INDEX organisation_fiscal_code ON organisation (fiscal_code) WHERE fiscal_code <> '';
CREATE INDEX organisation_pec ON organisation (pec) WHERE pec <> '';
CREATE INDEX organisation_applicant ON organisation (applicant_email, state);

CREATE TABLE accreditation_event (
	id              {{id}},
	organisation_id BIGINT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
	at              BIGINT NOT NULL,
	action          TEXT NOT NULL,
	from_state      TEXT NOT NULL,
	to_state        TEXT NOT NULL,
	tier            TEXT NOT NULL DEFAULT '',
	actor           TEXT NOT NULL,
	actor_name      TEXT NOT NULL DEFAULT '',
	reason          TEXT NOT NULL DEFAULT ''
);
CREATE INDEX accreditation_event_organisation ON accreditation_event (organisation_id, id);

-- Links sent by mail. Only their hashes are kept.
CREATE TABLE registration_token (
	hash            TEXT PRIMARY KEY, -- SHA-256, hexadecimal
	organisation_id BIGINT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
	purpose         TEXT NOT NULL, -- confirm (once), status
	created_at      BIGINT NOT NULL,
	expires_at      BIGINT NOT NULL,
	used_at         BIGINT
);
CREATE INDEX registration_token_organisation ON registration_token (organisation_id, purpose);
CREATE INDEX registration_token_expiry ON registration_token (expires_at);

-- Confirmations of registrations pass here one at a time, so that two for the same body see each other.
CREATE TABLE registration_turn (
	one  INTEGER PRIMARY KEY CHECK (one = 1),
	turn BIGINT NOT NULL
);
INSERT INTO registration_turn (one, turn) VALUES (1, 0);
