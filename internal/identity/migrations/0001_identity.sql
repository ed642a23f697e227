-- SPDX-License-Identifier: EUPL-1.2

-- Whoever signs in. An address belongs to one person only; it is kept in lower case.
CREATE TABLE person (
	id           {{id}},
	email        TEXT NOT NULL UNIQUE,
	name         TEXT NOT NULL,
	language     TEXT NOT NULL,
	created_at   BIGINT NOT NULL,
	suspended_at BIGINT,
	signed_in_at BIGINT
);

-- The CSIRT's own people and what they are there.
CREATE TABLE person_role (
	person_id  BIGINT NOT NULL REFERENCES person(id),
	role       TEXT NOT NULL,
	granted_at BIGINT NOT NULL,
	PRIMARY KEY (person_id, role)
);

-- What a person is in an organisation. The organisation is another module's.
CREATE TABLE membership (
	person_id       BIGINT NOT NULL REFERENCES person(id),
	organisation_id BIGINT NOT NULL,
	role            TEXT NOT NULL,
	created_at      BIGINT NOT NULL,
	PRIMARY KEY (person_id, organisation_id)
);
CREATE INDEX membership_organisation ON membership (organisation_id, person_id);

-- argon2id in PHC form.
CREATE TABLE credential (
	person_id  BIGINT PRIMARY KEY REFERENCES person(id),
	phc        TEXT NOT NULL,
	changed_at BIGINT NOT NULL
);

-- The second factor: sealed by platform/secret. A proposed secret becomes the
-- secret when a code of it was typed. last_step is the newest step a code was
-- accepted of: none is accepted twice (RFC 6238, section 5.2).
CREATE TABLE totp_secret (
	person_id    BIGINT PRIMARY KEY REFERENCES person(id),
	sealed       {{blob}},
	confirmed_at BIGINT,
	last_step    BIGINT NOT NULL DEFAULT 0,
	proposed     {{blob}},
	proposed_at  BIGINT
);

CREATE TABLE recovery_code (
	person_id BIGINT NOT NULL REFERENCES person(id),
	code_hash TEXT NOT NULL,
	used_at   BIGINT,
	PRIMARY KEY (person_id, code_hash)
);

-- Of every token only the SHA-256 is here: who reads the table can use none.
CREATE TABLE session (
	id               {{id}},
	token_hash       TEXT NOT NULL UNIQUE,
	person_id        BIGINT NOT NULL REFERENCES person(id),
	created_at       BIGINT NOT NULL,
	seen_at          BIGINT NOT NULL,
	second_factor_at BIGINT,
	address          TEXT NOT NULL,
	user_agent       TEXT NOT NULL
);
CREATE INDEX session_person ON session (person_id);

-- Browsers a person has signed in with: they have their own count of failures,
-- so that nobody can shut a person out from afar, and a new one is told by mail.
CREATE TABLE device (
	token_hash TEXT PRIMARY KEY,
	person_id  BIGINT NOT NULL REFERENCES person(id),
	created_at BIGINT NOT NULL,
	seen_at    BIGINT NOT NULL
);
CREATE INDEX device_person ON device (person_id);

CREATE TABLE single_use_token (
	token_hash TEXT PRIMARY KEY,
	person_id  BIGINT NOT NULL REFERENCES person(id),
	purpose    TEXT NOT NULL,
	detail     TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	used_at    BIGINT
);
CREATE INDEX single_use_token_person ON single_use_token (person_id, purpose);

-- Failed sign-ins, also of addresses nobody has: by the hash of what was tried.
CREATE TABLE sign_in_guard (
	guard_key    TEXT PRIMARY KEY,
	failures     BIGINT NOT NULL,
	failed_at    BIGINT NOT NULL,
	locked_until BIGINT
);
