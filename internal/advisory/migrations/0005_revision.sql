-- SPDX-License-Identifier: EUPL-1.2
-- A sent advisory is revised by a draft that takes its place when it is sent; the earlier text is kept.
ALTER TABLE advisory ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;    -- 1: as first sent
ALTER TABLE advisory ADD COLUMN revises BIGINT;                        -- a draft: the advisory whose next revision it is
ALTER TABLE advisory ADD COLUMN revised_at BIGINT;                     -- when the revision that holds was sent; null: the first
ALTER TABLE advisory ADD COLUMN revised_name TEXT NOT NULL DEFAULT '';
ALTER TABLE advisory ADD COLUMN change_note TEXT NOT NULL DEFAULT '';  -- what the revision changes, for its readers
ALTER TABLE advisory ADD COLUMN renew BOOLEAN NOT NULL DEFAULT FALSE;  -- the revision is to be acknowledged anew
ALTER TABLE advisory ADD COLUMN asked_at BIGINT;                       -- since when acknowledgement is asked for; null: since it was sent
ALTER TABLE advisory ADD COLUMN queued BIGINT NOT NULL DEFAULT 0;      -- mails of the revision that holds, so far
UPDATE advisory SET queued = told;
-- Such a draft has no reference of its own: it is the advisory's, which no two have.
CREATE INDEX advisory_revises ON advisory (revises) WHERE revises IS NOT NULL;

CREATE TABLE advisory_revision (
	advisory_id BIGINT NOT NULL REFERENCES advisory (id),
	number      BIGINT NOT NULL,
	at          BIGINT NOT NULL,   -- it was sent
	by_name     TEXT NOT NULL,
	entry       TEXT NOT NULL,     -- JSON: all of it
	PRIMARY KEY (advisory_id, number)
);

ALTER TABLE advisory_member ADD COLUMN since BIGINT NOT NULL DEFAULT 1;    -- the first revision it was sent
ALTER TABLE advisory_member ADD COLUMN seen BIGINT NOT NULL DEFAULT 0;     -- the last revision that was opened
UPDATE advisory_member SET seen = 1 WHERE opened_at IS NOT NULL;
ALTER TABLE advisory_recipient ADD COLUMN since BIGINT NOT NULL DEFAULT 1;    -- the first revision that was written to him
ALTER TABLE advisory_recipient ADD COLUMN revision BIGINT NOT NULL DEFAULT 1; -- the last one

DROP INDEX advisory_out;
CREATE INDEX advisory_out ON advisory (COALESCE(withdrawn_at, revised_at, sent_at), id) WHERE state IN ('sent', 'withdrawn');
