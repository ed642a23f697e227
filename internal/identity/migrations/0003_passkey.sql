-- SPDX-License-Identifier: EUPL-1.2

-- Passkeys: WebAuthn credentials. sealed is what the library keeps of one, with
-- its public key and counter; sealed, so that who can write here can add none.
CREATE TABLE passkey (
	id            {{id}},
	person_id     BIGINT NOT NULL REFERENCES person(id),
	credential_id TEXT NOT NULL UNIQUE,
	name          TEXT NOT NULL,
	sealed        {{blob}} NOT NULL,
	created_at    BIGINT NOT NULL,
	used_at       BIGINT
);
CREATE INDEX passkey_person ON passkey (person_id);

-- What authenticators know a person by: random, so that it tells nothing.
CREATE TABLE passkey_handle (
	person_id BIGINT PRIMARY KEY REFERENCES person(id),
	handle    TEXT NOT NULL UNIQUE
);

-- Challenges that wait for an answer, each good once. person_id is nobody (NULL)
-- for a sign-in by passkey alone.
CREATE TABLE passkey_challenge (
	token_hash TEXT PRIMARY KEY,
	person_id  BIGINT REFERENCES person(id),
	purpose    TEXT NOT NULL,
	data       TEXT NOT NULL,
	expires_at BIGINT NOT NULL
);
