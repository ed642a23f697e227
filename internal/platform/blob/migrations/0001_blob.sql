-- SPDX-License-Identifier: EUPL-1.2
-- Every object that is, or may be, in the store. The content is sealed there; here is what proves it.
CREATE TABLE blob (
	name       TEXT PRIMARY KEY,          -- random: tells nothing of the content
	state      TEXT NOT NULL,             -- pending, kept, released
	size       BIGINT NOT NULL DEFAULT 0, -- of the content, bytes
	sha256     TEXT NOT NULL DEFAULT '',  -- of the content, hexadecimal; '' while it is being written
	created_at BIGINT NOT NULL
);
-- What the cleaner looks at; kept objects are not in it.
CREATE INDEX blob_waste ON blob (state, created_at) WHERE state <> 'kept';
