-- SPDX-License-Identifier: EUPL-1.2
-- A key with which a program takes alerts. It is kept as a hash only.
CREATE TABLE exchange_key (
	id              {{id}},
	organisation_id BIGINT NOT NULL,           -- 0: a neighbouring CSIRT's
	name            TEXT NOT NULL,
	door            TEXT NOT NULL,             -- feed, blocklist, platform
	upto            TEXT NOT NULL,             -- a neighbour's: the label it goes up to; '' a member's
	allow           TEXT NOT NULL,             -- networks it is used from, separated by blanks; '' any
	version         BIGINT NOT NULL,
	hash            TEXT NOT NULL UNIQUE,
	old_hash        TEXT NOT NULL DEFAULT '',  -- opens too until old_until
	old_until       BIGINT,
	created_at      BIGINT NOT NULL,
	created_by      TEXT NOT NULL,
	used_at         BIGINT,
	used_from       TEXT NOT NULL DEFAULT ''
);
CREATE INDEX exchange_key_organisation ON exchange_key (organisation_id, id);
CREATE INDEX exchange_key_old ON exchange_key (old_hash) WHERE old_hash <> '';
