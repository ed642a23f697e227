-- SPDX-License-Identifier: EUPL-1.2
-- What a member answered to its onboarding checklist (data/onboarding).
CREATE TABLE onboarding_answer (
	organisation_id BIGINT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
	item            TEXT NOT NULL,
	value           TEXT NOT NULL, -- yes, no, a day, or words
	day             TEXT NOT NULL DEFAULT '', -- of a dated yes: 2006-01-02
	note            TEXT NOT NULL DEFAULT '',
	actor           TEXT NOT NULL,
	name            TEXT NOT NULL, -- who answered, as it was then
	at              BIGINT NOT NULL,
	PRIMARY KEY (organisation_id, item)
);

-- How complete the record is (package completeness), kept for lists; -1: not computed yet.
ALTER TABLE organisation ADD COLUMN score INTEGER NOT NULL DEFAULT -1;
CREATE INDEX organisation_score ON organisation (score, id);
