-- SPDX-License-Identifier: EUPL-1.2
-- What an advisory was made of, byte for byte as it came. One that comes again
-- under a reference already here is kept beside the first.
CREATE TABLE advisory_original (
	id          {{id}},
	advisory_id BIGINT NOT NULL REFERENCES advisory (id) ON DELETE CASCADE,
	at          BIGINT NOT NULL,
	by_name     TEXT NOT NULL,
	name        TEXT NOT NULL,          -- of the file; '' pasted
	format      TEXT NOT NULL,          -- as package parse found it
	size        BIGINT NOT NULL,
	sha256      TEXT NOT NULL,
	blob        TEXT NOT NULL           -- platform/blob
);
CREATE INDEX advisory_original_advisory ON advisory_original (advisory_id, id);
