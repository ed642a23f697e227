-- SPDX-License-Identifier: EUPL-1.2
-- What an alert is begun from.
CREATE TABLE advisory_template (
	id           {{id}},
	version      BIGINT NOT NULL,
	name         TEXT NOT NULL UNIQUE,
	note         TEXT NOT NULL,        -- when it is used
	kind         TEXT NOT NULL,
	severity     TEXT NOT NULL,
	tlp          TEXT NOT NULL,        -- of the alerts, and of the template itself
	pap          TEXT NOT NULL,        -- '' none
	content      TEXT NOT NULL,        -- JSON, as an advisory's: texts by language, links
	audience     TEXT NOT NULL,
	ack_minutes  BIGINT NOT NULL,
	changed_at   BIGINT NOT NULL,
	changed_name TEXT NOT NULL
);
