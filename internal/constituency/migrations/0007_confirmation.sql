-- SPDX-License-Identifier: EUPL-1.2
-- When a member last said that its record and contacts are right, and when it is asked again.
CREATE TABLE confirmation (
	organisation_id BIGINT PRIMARY KEY REFERENCES organisation (id) ON DELETE CASCADE,
	confirmed_at    BIGINT NOT NULL, -- the approval counts as the first time
	confirmed_by    TEXT NOT NULL DEFAULT '',
	how             TEXT NOT NULL, -- approval, link, page
	next_at         BIGINT NOT NULL, -- when to ask
	asked           INTEGER NOT NULL DEFAULT 0, -- how often since confirmed_at
	asked_at        BIGINT,
	round           BIGINT NOT NULL DEFAULT 1 -- links of an earlier one open nothing
);
CREATE INDEX confirmation_next ON confirmation (next_at);
CREATE INDEX confirmation_silent ON confirmation (asked, confirmed_at);

CREATE TABLE confirmation_ask (
	id              {{id}},
	organisation_id BIGINT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
	at              BIGINT NOT NULL,
	turn            INTEGER NOT NULL, -- 1 for the first since the last confirmation
	name            TEXT NOT NULL,
	email           TEXT NOT NULL
);
CREATE INDEX confirmation_ask_organisation ON confirmation_ask (organisation_id, id);

INSERT INTO confirmation (organisation_id, confirmed_at, how, next_at)
	SELECT id, approved_at, 'approval', approved_at + 7776000000 FROM organisation WHERE approved_at IS NOT NULL;
