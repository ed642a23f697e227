-- SPDX-License-Identifier: EUPL-1.2
-- An alert or a bulletin of the CSIRT: what it says, whom it is for, how far it is.
CREATE TABLE advisory (
	id             {{id}},
	version        BIGINT NOT NULL,
	kind           TEXT NOT NULL,          -- alert, bulletin
	reference      TEXT NOT NULL,          -- AL11/260320/CSIRT-ITA; '' none
	severity       TEXT NOT NULL,
	tlp            TEXT NOT NULL,
	pap            TEXT NOT NULL,          -- '' none
	state          TEXT NOT NULL,          -- draft, proposed, sent, withdrawn
	title          TEXT NOT NULL,          -- in the first of its languages
	content        TEXT NOT NULL,          -- JSON: the texts by language, CVEs, links
	audience       TEXT NOT NULL,          -- as package audience writes it
	ack_minutes    BIGINT NOT NULL,        -- until when it is to be acknowledged after it was sent; 0: it need not be
	created_at     BIGINT NOT NULL,
	created_by     BIGINT NOT NULL,        -- a person
	created_name   TEXT NOT NULL,
	changed_at     BIGINT NOT NULL,
	changed_by     BIGINT NOT NULL,        -- whoever wrote last does not approve it alone
	proposed_at    BIGINT,
	proposed_name  TEXT NOT NULL DEFAULT '',
	sent_at        BIGINT,
	sent_name      TEXT NOT NULL DEFAULT '',
	withdrawn_at   BIGINT,
	withdrawn_name TEXT NOT NULL DEFAULT '',
	withdrawn_why  TEXT NOT NULL DEFAULT '',
	organisations  BIGINT NOT NULL DEFAULT 0, -- it was sent to
	people         BIGINT NOT NULL DEFAULT 0, -- a mail is written to
	told           BIGINT NOT NULL DEFAULT 0, -- up to which recipient mails are queued
	announced      BIGINT NOT NULL DEFAULT 0  -- up to which organisation events are published
);
CREATE INDEX advisory_recent ON advisory (changed_at, id);
CREATE INDEX advisory_waiting ON advisory (changed_at, id) WHERE state IN ('draft', 'proposed');
CREATE UNIQUE INDEX advisory_reference ON advisory (reference) WHERE reference <> '';

-- An organisation it was sent to: frozen when it was, with the reason, and what became of it.
CREATE TABLE advisory_member (
	advisory_id       BIGINT NOT NULL REFERENCES advisory (id),
	organisation_id   BIGINT NOT NULL,
	certain           BOOLEAN NOT NULL,
	why               TEXT NOT NULL,       -- JSON: the terms of the audience that chose it
	people            BIGINT NOT NULL,     -- of it, who were written to; 0: nobody could be
	opened_at         BIGINT,
	opened_name       TEXT NOT NULL DEFAULT '',
	acknowledged_at   BIGINT,
	acknowledged_name TEXT NOT NULL DEFAULT '',
	outcome           TEXT NOT NULL DEFAULT '', -- in_progress, fixed, not_concerned, help_wanted
	outcome_at        BIGINT,
	outcome_name      TEXT NOT NULL DEFAULT '',
	note              TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (advisory_id, organisation_id)
);
CREATE INDEX advisory_member_organisation ON advisory_member (organisation_id, advisory_id);

-- A person it was written to: one mail however many roles and bodies he has.
CREATE TABLE advisory_recipient (
	advisory_id     BIGINT NOT NULL REFERENCES advisory (id),
	number          BIGINT NOT NULL,       -- from 1, in the order the mails go out
	address         TEXT NOT NULL,
	name            TEXT NOT NULL,
	language        TEXT NOT NULL,
	organisation_id BIGINT NOT NULL,       -- the first of those he is written to for
	organisations   TEXT NOT NULL,         -- JSON: all of them
	PRIMARY KEY (advisory_id, number)
);
CREATE UNIQUE INDEX advisory_recipient_address ON advisory_recipient (advisory_id, address);
