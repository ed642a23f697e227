-- SPDX-License-Identifier: EUPL-1.2

-- Keys with which programs act as a person. Only the SHA-256 of a token is here.
-- organisation_id NULL: good wherever the person may go; else in that one alone.
CREATE TABLE api_token (
	id              {{id}},
	token_hash      TEXT NOT NULL UNIQUE,
	person_id       BIGINT NOT NULL REFERENCES person(id),
	organisation_id BIGINT,
	name            TEXT NOT NULL,
	hint            TEXT NOT NULL,
	scopes          TEXT NOT NULL,
	addresses       TEXT NOT NULL,
	created_at      BIGINT NOT NULL,
	expires_at      BIGINT NOT NULL,
	revoked_at      BIGINT,
	used_at         BIGINT,
	used_from       TEXT NOT NULL,
	warned_at       BIGINT
);
CREATE INDEX api_token_person ON api_token (person_id, id);
CREATE INDEX api_token_organisation ON api_token (organisation_id, id);
CREATE INDEX api_token_end ON api_token (expires_at);
