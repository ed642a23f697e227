-- SPDX-License-Identifier: EUPL-1.2

-- The answers to requests with an idempotency key, kept for 24 hours. A row is
-- written in the transaction of the change it answers. Secrets are not in it.
CREATE TABLE api_answer (
	holder          TEXT NOT NULL,
	idempotency_key TEXT NOT NULL,
	request_hash    TEXT NOT NULL,
	created_at      BIGINT NOT NULL,
	status          BIGINT NOT NULL,
	location        TEXT NOT NULL,
	etag            TEXT NOT NULL,
	body            {{blob}},
	PRIMARY KEY (holder, idempotency_key)
);
CREATE INDEX api_answer_created ON api_answer (created_at);
