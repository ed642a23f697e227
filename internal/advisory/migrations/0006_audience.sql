-- SPDX-License-Identifier: EUPL-1.2
-- An audience that is used again: "list:" and its name stand for it.
CREATE TABLE advisory_audience (
	id           {{id}},
	version      BIGINT NOT NULL,
	name         TEXT NOT NULL UNIQUE, -- in small letters
	audience     TEXT NOT NULL,        -- as package audience writes it; names no other list
	note         TEXT NOT NULL,
	changed_at   BIGINT NOT NULL,
	changed_name TEXT NOT NULL
);
