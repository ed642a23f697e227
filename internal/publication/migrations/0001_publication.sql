-- SPDX-License-Identifier: EUPL-1.2
-- What everybody may see of the alerts. Only what is TLP:CLEAR and was sent is ever written here.
CREATE TABLE publication_alert (
	advisory_id  BIGINT PRIMARY KEY,
	version      BIGINT NOT NULL,      -- of the advisory it was made of
	tracking     TEXT NOT NULL,        -- CSAF: unique for us, for ever
	name         TEXT NOT NULL,        -- in addresses: the tracking id as a file's name
	year         TEXT NOT NULL,        -- the folder
	kind         TEXT NOT NULL,
	reference    TEXT NOT NULL,        -- '' none
	severity     TEXT NOT NULL,
	title        TEXT NOT NULL,        -- in the document's language
	content      TEXT NOT NULL,        -- JSON
	released_at  BIGINT NOT NULL,
	changed_at   BIGINT NOT NULL,
	body         {{blob}} NOT NULL,    -- the CSAF document, as it was signed
	sha256       TEXT NOT NULL,
	sha512       TEXT NOT NULL,
	signature    TEXT NOT NULL,        -- armored; '' there was no key
	fingerprint  TEXT NOT NULL,        -- of the key; '' none
	made_for     TEXT NOT NULL         -- the key and our public address: for others it is made again
);
CREATE UNIQUE INDEX publication_alert_name ON publication_alert (name);
CREATE INDEX publication_alert_released ON publication_alert (released_at, advisory_id);
CREATE INDEX publication_alert_changed ON publication_alert (changed_at, advisory_id);

-- Counts the changes of all that is published: whoever asked before need not be answered again.
CREATE TABLE publication_step (
	id    BIGINT PRIMARY KEY,
	step  BIGINT NOT NULL
);
INSERT INTO publication_step (id, step) VALUES (1, 0);

-- Texts we publish in a frame with their signature, as they were signed.
CREATE TABLE publication_text (
	name        TEXT PRIMARY KEY,     -- security.txt
	made_of     TEXT NOT NULL,        -- a hash of what it says and of the key: for another it is made again
	made_at     BIGINT NOT NULL,
	expires_at  BIGINT NOT NULL,
	body        TEXT NOT NULL
);
