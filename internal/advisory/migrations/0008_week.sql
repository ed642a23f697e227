-- SPDX-License-Identifier: EUPL-1.2
-- The weekly list: a row says that an organisation was told of a week, also
-- when there was nothing to tell. It is written in the transaction of the mails.
CREATE TABLE advisory_week (
	week            TEXT NOT NULL,     -- its Monday: 2026-11-23
	organisation_id BIGINT NOT NULL,
	at              BIGINT NOT NULL,
	advisories      BIGINT NOT NULL,
	mails           BIGINT NOT NULL,
	PRIMARY KEY (week, organisation_id)
);
