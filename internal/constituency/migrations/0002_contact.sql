-- SPDX-License-Identifier: EUPL-1.2
CREATE TABLE contact (
	id              {{id}},
	organisation_id BIGINT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
	name            TEXT NOT NULL,
	position        TEXT NOT NULL DEFAULT '',
	email           TEXT NOT NULL DEFAULT '',
	phone           TEXT NOT NULL DEFAULT '',
	phone_always    TEXT NOT NULL DEFAULT '',
	language        TEXT NOT NULL,
	hours           TEXT NOT NULL DEFAULT '', -- "mo-fr 08:30-13:30; tu,th 15:00-18:00", in the body's time zone
	substitute_id   BIGINT REFERENCES contact (id) ON DELETE SET NULL,
	digest          BOOLEAN NOT NULL DEFAULT FALSE,
	version         BIGINT NOT NULL DEFAULT 1,
	created_at      BIGINT NOT NULL,
	updated_at      BIGINT NOT NULL
);
CREATE INDEX contact_organisation ON contact (organisation_id, id);
CREATE INDEX contact_substitute ON contact (substitute_id) WHERE substitute_id IS NOT NULL;

CREATE TABLE contact_role (
	contact_id BIGINT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
	role       TEXT NOT NULL,
	PRIMARY KEY (contact_id, role)
);
