-- SPDX-License-Identifier: EUPL-1.2
-- Whom a body belongs to: a company or a school to its municipality. Each stays a tenant of its own.
ALTER TABLE organisation ADD COLUMN parent_id BIGINT REFERENCES organisation (id);
CREATE INDEX organisation_parent ON organisation (parent_id) WHERE parent_id IS NOT NULL;
