-- SPDX-License-Identifier: EUPL-1.2
-- A source that alerts come from.
CREATE TABLE intake_source (
	id             {{id}},
	name           TEXT NOT NULL UNIQUE,
	kind           TEXT NOT NULL,               -- rss, csaf, taxii, misp, imap, pipe
	address        TEXT NOT NULL,
	settings       TEXT NOT NULL,               -- JSON: what its kind needs
	secret         {{blob}},                    -- sealed; NULL: none
	owner          TEXT NOT NULL,               -- the mail address of whoever is told when it fails
	language       TEXT NOT NULL,               -- of those mails
	every_minutes  BIGINT NOT NULL,
	active         BOOLEAN NOT NULL,
	tlp            TEXT NOT NULL,               -- of alerts that do not say theirs
	alert_language TEXT NOT NULL,               -- likewise; "": as it is read
	version        BIGINT NOT NULL,
	created_at     BIGINT NOT NULL,
	created_by     TEXT NOT NULL,
	progress       TEXT NOT NULL DEFAULT '',    -- JSON: where the next run begins
	run_at         BIGINT,                      -- the end of the last run
	ok_at          BIGINT,                      -- of the last one that went well
	item_at        BIGINT,                      -- when the last alert came
	next_at        BIGINT,                      -- not before; NULL: never
	failures       BIGINT NOT NULL DEFAULT 0,   -- in a row
	failing_since  BIGINT,
	told           BOOLEAN NOT NULL DEFAULT FALSE, -- the owner knows of this outage
	error_code     TEXT NOT NULL DEFAULT '',    -- of the last run
	error_params   TEXT NOT NULL DEFAULT '',    -- JSON
	seen           BIGINT NOT NULL DEFAULT 0,   -- items looked at, in all runs
	fresh          BIGINT NOT NULL DEFAULT 0,   -- that were new
	revised        BIGINT NOT NULL DEFAULT 0,   -- that came again, changed
	refused        BIGINT NOT NULL DEFAULT 0    -- that could not be read
);
CREATE INDEX intake_source_next ON intake_source (next_at);

-- What became of an item of a source.
CREATE TABLE intake_item (
	id          {{id}},
	source_id   BIGINT NOT NULL REFERENCES intake_source (id) ON DELETE CASCADE,
	item_key    TEXT NOT NULL,                  -- the hash of the source's name for it
	mark        TEXT NOT NULL,                  -- of the revision that was taken; "": it has to come again
	title       TEXT NOT NULL,
	link        TEXT NOT NULL,
	first_at    BIGINT NOT NULL,
	at          BIGINT NOT NULL,                -- of the last revision
	state       TEXT NOT NULL,                  -- made, known, refused, waiting
	code        TEXT NOT NULL,                  -- why, if it was refused
	params      TEXT NOT NULL,                  -- JSON
	advisory_id BIGINT NOT NULL,                -- 0: none
	revisions   BIGINT NOT NULL,                -- how often it came changed
	tries       BIGINT NOT NULL,                -- that failed for reasons of ours
	UNIQUE (source_id, item_key)
);
CREATE INDEX intake_item_source ON intake_item (source_id, at, id);
