-- SPDX-License-Identifier: EUPL-1.2
-- Times in which a contact is not there. Days as the body's calendar on the wall shows them: "2026-08-03".
CREATE TABLE contact_absence (
	id              {{id}},
	organisation_id BIGINT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
	contact_id      BIGINT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
	first_day       TEXT NOT NULL,
	last_day        TEXT NOT NULL -- included
);
CREATE INDEX contact_absence_organisation ON contact_absence (organisation_id, last_day);
CREATE INDEX contact_absence_contact ON contact_absence (contact_id);
