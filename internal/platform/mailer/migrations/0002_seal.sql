-- SPDX-License-Identifier: EUPL-1.2
ALTER TABLE mail_message ADD COLUMN outer_subject TEXT NOT NULL DEFAULT ''; -- what stands outside of an encrypted mail
ALTER TABLE mail_recipient ADD COLUMN topic TEXT NOT NULL DEFAULT '';       -- what it is about: mails of one topic are one conversation
ALTER TABLE mail_recipient ADD COLUMN protection TEXT NOT NULL DEFAULT '';  -- '', signed, encrypted
ALTER TABLE mail_recipient ADD COLUMN key_kind TEXT NOT NULL DEFAULT '';    -- openpgp, smime: it is encrypted; '' it is not
ALTER TABLE mail_recipient ADD COLUMN key_data {{blob}};                    -- the recipient's public key
CREATE INDEX mail_recipient_topic ON mail_recipient (topic, state, id) WHERE topic <> '';
-- What makes every attempt the same: the signature, or the encrypted mail itself.
CREATE TABLE mail_seal (
	recipient BIGINT PRIMARY KEY REFERENCES mail_recipient (id) ON DELETE CASCADE,
	kind      TEXT NOT NULL,           -- openpgp, smime: a signature; encrypted: the whole entity
	micalg    TEXT NOT NULL,
	data      {{blob}} NOT NULL
);
