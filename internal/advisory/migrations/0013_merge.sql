-- SPDX-License-Identifier: EUPL-1.2
-- By what advisories about one thing are found: a CVE, an address, a title. Written with each change.
CREATE TABLE advisory_word (
	advisory_id BIGINT NOT NULL REFERENCES advisory (id) ON DELETE CASCADE,
	word        TEXT NOT NULL, -- c:CVE-2026-0001, l:https://example.org/x, t:a title in small letters
	PRIMARY KEY (advisory_id, word)
);
CREATE INDEX advisory_word_word ON advisory_word (word, advisory_id);

-- A draft that was merged into another: what comes of its source again belongs there.
CREATE TABLE advisory_merged (
	id        BIGINT PRIMARY KEY, -- the draft's; it is deleted
	into_id   BIGINT NOT NULL REFERENCES advisory (id) ON DELETE CASCADE,
	reference TEXT NOT NULL,      -- '' none
	title     TEXT NOT NULL,
	at        BIGINT NOT NULL,
	by_name   TEXT NOT NULL
);
CREATE INDEX advisory_merged_into ON advisory_merged (into_id);
CREATE UNIQUE INDEX advisory_merged_reference ON advisory_merged (reference) WHERE reference <> '';
