-- SPDX-License-Identifier: EUPL-1.2
CREATE TABLE event (
	id              {{id}},
	kind            TEXT NOT NULL,
	organisation_id BIGINT,
	payload         TEXT NOT NULL,
	created_at      BIGINT NOT NULL
);
CREATE INDEX event_created ON event (created_at);
