-- SPDX-License-Identifier: EUPL-1.2
-- The CSIRT's own words for bodies: "ospedali", "zona nord", by which lists are narrowed and alerts addressed.
CREATE TABLE organisation_tag (
	organisation_id BIGINT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
	tag             TEXT NOT NULL, -- in small letters
	PRIMARY KEY (organisation_id, tag)
);
CREATE INDEX organisation_tag_tag ON organisation_tag (tag, organisation_id);
