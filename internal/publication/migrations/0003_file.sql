-- SPDX-License-Identifier: EUPL-1.2
-- Files we publish with a signature beside them, as they were signed.
CREATE TABLE publication_file (
	name        TEXT PRIMARY KEY,     -- rfc2350.it.pdf
	made_of     TEXT NOT NULL,        -- a hash of what it says and of the key: for another it is made again
	made_at     BIGINT NOT NULL,
	body        {{blob}} NOT NULL,
	signature   TEXT NOT NULL         -- armored, detached; '' there was no key
);
