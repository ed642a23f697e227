-- SPDX-License-Identifier: EUPL-1.2
-- The public keys of contacts. A private key is never kept.
CREATE TABLE contact_key (
	id              {{id}},
	organisation_id BIGINT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
	contact_id      BIGINT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
	kind            TEXT NOT NULL, -- openpgp, smime
	fingerprint     TEXT NOT NULL,
	key_id          TEXT NOT NULL,
	issuer          TEXT NOT NULL DEFAULT '',
	algorithm       TEXT NOT NULL,
	user_ids        TEXT NOT NULL, -- a line each
	addresses       TEXT NOT NULL, -- a line each
	created_at      BIGINT NOT NULL,
	expires_at      BIGINT,
	problems        TEXT NOT NULL DEFAULT '', -- a word each
	due_at          BIGINT NOT NULL, -- when somebody must act: 0 when it cannot be used, else its end
	data            {{blob}} NOT NULL,
	added_at        BIGINT NOT NULL,
	added_by        TEXT NOT NULL, -- as he was called then
	confirmed       BOOLEAN NOT NULL, -- the contact's address is not in it, and who added it said that it is his
	checked_at      BIGINT,
	checked_by      TEXT NOT NULL DEFAULT '',
	checked_how     TEXT NOT NULL DEFAULT '', -- phone, in_person
	UNIQUE (contact_id, fingerprint)
);
CREATE INDEX contact_key_organisation ON contact_key (organisation_id, contact_id);
CREATE INDEX contact_key_due ON contact_key (due_at, id);

-- Who was told how long before the end; 0 is the end itself.
CREATE TABLE contact_key_warning (
	key_id BIGINT NOT NULL REFERENCES contact_key (id) ON DELETE CASCADE,
	days   INTEGER NOT NULL,
	at     BIGINT NOT NULL,
	PRIMARY KEY (key_id, days)
);
