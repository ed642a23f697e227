-- SPDX-License-Identifier: EUPL-1.2
-- Conditions that were published here; those that come with the program are data (data/conditions).
CREATE TABLE agreement (
	version          TEXT PRIMARY KEY,
	tier             TEXT NOT NULL DEFAULT '', -- empty: every tier
	effective_at     BIGINT NOT NULL,
	needs_acceptance BOOLEAN NOT NULL, -- who accepted an earlier version must accept this one
	grace_days       INTEGER NOT NULL,
	texts            TEXT NOT NULL, -- JSON: paragraphs by language
	changed          TEXT NOT NULL, -- JSON: what changed, by language
	published_at     BIGINT NOT NULL,
	actor            TEXT NOT NULL,
	name             TEXT NOT NULL
);

CREATE TABLE agreement_acceptance (
	id              {{id}},
	organisation_id BIGINT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
	version         TEXT NOT NULL,
	language        TEXT NOT NULL, -- of the text that was shown
	sha256          TEXT NOT NULL, -- of that text, hexadecimal; empty: accepted before it was kept
	at              BIGINT NOT NULL,
	actor           TEXT NOT NULL,
	name            TEXT NOT NULL,
	how             TEXT NOT NULL -- registration, portal
);
CREATE INDEX agreement_acceptance_organisation ON agreement_acceptance (organisation_id, id);
CREATE INDEX agreement_acceptance_version ON agreement_acceptance (version, organisation_id);

INSERT INTO agreement_acceptance (organisation_id, version, language, sha256, at, actor, name, how)
	SELECT id, conditions_version, applicant_language, '', conditions_at, 'visitor', applicant_name, 'registration' FROM organisation ORDER BY id;

-- Who was told of a new version.
CREATE TABLE agreement_told (
	version         TEXT NOT NULL,
	organisation_id BIGINT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
	at              BIGINT NOT NULL,
	PRIMARY KEY (version, organisation_id)
);

-- Signed copies. The content is kept once, by its hash.
CREATE TABLE agreement_file (
	id              {{id}},
	organisation_id BIGINT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
	version         TEXT NOT NULL,
	sha256          TEXT NOT NULL,
	size            BIGINT NOT NULL,
	filename        TEXT NOT NULL,
	at              BIGINT NOT NULL,
	actor           TEXT NOT NULL,
	name            TEXT NOT NULL
);
CREATE INDEX agreement_file_organisation ON agreement_file (organisation_id, id);

CREATE TABLE document (
	sha256     TEXT PRIMARY KEY,
	size       BIGINT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE TABLE document_chunk (
	sha256 TEXT NOT NULL REFERENCES document (sha256) ON DELETE CASCADE,
	seq    INTEGER NOT NULL,
	data   {{blob}} NOT NULL,
	PRIMARY KEY (sha256, seq)
);
