-- SPDX-License-Identifier: EUPL-1.2
-- How quickly alerts are sent, read and answered, counted every hour: one row.
CREATE TABLE advisory_figures (
	one     BIGINT PRIMARY KEY CHECK (one = 1),
	at      BIGINT NOT NULL,
	figures TEXT NOT NULL              -- JSON
);
