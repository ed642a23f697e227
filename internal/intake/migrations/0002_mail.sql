-- SPDX-License-Identifier: EUPL-1.2
-- What is known of an item that is a mail.
CREATE TABLE intake_mail (
	item_id BIGINT PRIMARY KEY REFERENCES intake_item (id) ON DELETE CASCADE,
	at      BIGINT NOT NULL,            -- when it came
	sender  TEXT NOT NULL,
	proof   TEXT NOT NULL,              -- JSON: how it was signed and encrypted
	size    BIGINT NOT NULL,
	sha256  TEXT NOT NULL,              -- of it as it came
	blob    TEXT NOT NULL               -- platform/blob; '': the alert made of it has it, or it was let go
);
CREATE INDEX intake_mail_kept ON intake_mail (at) WHERE blob <> '';
