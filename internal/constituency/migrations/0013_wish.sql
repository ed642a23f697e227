-- SPDX-License-Identifier: EUPL-1.2
-- When and how a contact wants alerts that are not critical.
ALTER TABLE contact ADD COLUMN quiet TEXT NOT NULL DEFAULT '';                   -- "22:00-07:00", on the body's clock: not then; '' at any time
ALTER TABLE contact ADD COLUMN quiet_days_off BOOLEAN NOT NULL DEFAULT FALSE;    -- nor on Saturdays, Sundays and public holidays
ALTER TABLE contact ADD COLUMN alert_mails TEXT NOT NULL DEFAULT '';             -- collect_lower, collect, portal; '' each by itself
