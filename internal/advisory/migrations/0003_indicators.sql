-- SPDX-License-Identifier: EUPL-1.2
-- What to look for: JSON, up to some thousand lines; a column of its own, because lists do not read it.
ALTER TABLE advisory ADD COLUMN indicators TEXT NOT NULL DEFAULT '';
