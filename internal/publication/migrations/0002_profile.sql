-- SPDX-License-Identifier: EUPL-1.2
-- What the CSIRT says of itself to everybody (RFC 2350): one row.
CREATE TABLE publication_profile (
	id          BIGINT PRIMARY KEY,
	version     BIGINT NOT NULL,
	changed_at  BIGINT,             -- NULL: nobody has written it yet
	content     TEXT NOT NULL       -- JSON
);
INSERT INTO publication_profile (id, version, content) VALUES (1, 1, '{}');
