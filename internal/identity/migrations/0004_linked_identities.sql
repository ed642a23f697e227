-- SPDX-License-Identifier: EUPL-1.2

-- Who somebody is elsewhere: the Codice Fiscale of a card, the subject of a
-- provider. Of either only a keyed mark is here (platform/secret) and what its
-- owner recognises it by; who reads the table learns no Codice Fiscale.
CREATE TABLE linked_identity (
	id         {{id}},
	person_id  BIGINT NOT NULL REFERENCES person(id) ON DELETE CASCADE,
	kind       TEXT NOT NULL, -- 'fiscal', 'oidc'
	issuer     TEXT NOT NULL, -- of the provider; '' for a Codice Fiscale
	mark       TEXT NOT NULL,
	shown      TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	created_by TEXT NOT NULL, -- as the audit log writes it
	used_at    BIGINT,
	UNIQUE (kind, issuer, mark)
);
CREATE INDEX linked_identity_person ON linked_identity (person_id);

-- Sign-ins elsewhere that came back: each does so once.
CREATE TABLE spent_attempt (
	state_hash TEXT PRIMARY KEY,
	expires_at BIGINT NOT NULL
);

-- Which provider a session was opened through, with its sealed token, for
-- leaving there too.
CREATE TABLE session_provider (
	session_id BIGINT PRIMARY KEY REFERENCES session(id) ON DELETE CASCADE,
	provider   TEXT NOT NULL,
	sealed     {{blob}} NOT NULL
);
