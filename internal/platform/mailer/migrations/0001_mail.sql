-- SPDX-License-Identifier: EUPL-1.2
CREATE TABLE mail_message (
	id           {{id}},
	message_key  TEXT UNIQUE,              -- joins equal requests; NULL: every request is its own
	kind         TEXT NOT NULL,
	organisation BIGINT NOT NULL,          -- 0: concerns no single organisation
	sender       TEXT NOT NULL,
	reply_to     TEXT NOT NULL,
	subject      TEXT NOT NULL,
	text_body    TEXT NOT NULL,
	html_body    TEXT NOT NULL,
	tlp          TEXT NOT NULL,
	list_id      TEXT NOT NULL,
	language     TEXT NOT NULL,
	secret       BOOLEAN NOT NULL,
	created_at   BIGINT NOT NULL
);
CREATE INDEX mail_message_age ON mail_message (created_at);
CREATE TABLE mail_recipient (
	id           {{id}},
	message      BIGINT NOT NULL REFERENCES mail_message (id) ON DELETE CASCADE,
	organisation BIGINT NOT NULL,          -- as the message, for the list
	message_id   TEXT NOT NULL UNIQUE,     -- the Message-ID header, the same in every attempt
	address      TEXT NOT NULL,
	name         TEXT NOT NULL,
	unsubscribe  TEXT NOT NULL,
	state        TEXT NOT NULL,            -- queued, sending, sent, kept, failed, bounced
	attempts     INTEGER NOT NULL DEFAULT 0,
	answer       TEXT NOT NULL DEFAULT '', -- what the mail server said last
	tried_at     BIGINT,
	done_at      BIGINT,
	UNIQUE (message, address)
);
CREATE INDEX mail_recipient_state ON mail_recipient (state, id);
CREATE INDEX mail_recipient_organisation ON mail_recipient (organisation, id);
