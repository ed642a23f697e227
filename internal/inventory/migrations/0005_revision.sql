-- SPDX-License-Identifier: EUPL-1.2
-- Counts an item's changes: two in one millisecond are two, which updated_at
-- does not tell, and a program says with it what it has seen.
ALTER TABLE item ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
