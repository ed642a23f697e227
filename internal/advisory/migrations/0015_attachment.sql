-- SPDX-License-Identifier: EUPL-1.2
-- A file of an alert. The draft of a revision has rows of its own, of the same
-- objects, until it takes the alert's place; what it left out stays, for the CSIRT.
CREATE TABLE advisory_attachment (
	id          {{id}},
	advisory_id BIGINT NOT NULL REFERENCES advisory (id) ON DELETE CASCADE,
	at          BIGINT NOT NULL,
	by_name     TEXT NOT NULL,
	name        TEXT NOT NULL,
	size        BIGINT NOT NULL,
	sha256      TEXT NOT NULL,
	blob        TEXT NOT NULL,             -- platform/blob, kept as long as any row names it
	scan        TEXT NOT NULL,             -- clean, unscanned
	public      BOOLEAN NOT NULL,          -- shown to everybody while the alert is TLP:CLEAR
	since       BIGINT NOT NULL DEFAULT 1, -- the first revision it was part of
	until       BIGINT                     -- the last one; null: it is part of what holds
);
CREATE INDEX advisory_attachment_advisory ON advisory_attachment (advisory_id, id);
CREATE INDEX advisory_attachment_blob ON advisory_attachment (blob);
