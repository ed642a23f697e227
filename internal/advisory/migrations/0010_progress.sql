-- SPDX-License-Identifier: EUPL-1.2
-- How far the organisations are is counted from entries of these, which a row has only once it got there.
CREATE INDEX advisory_member_opened ON advisory_member (advisory_id) WHERE opened_at IS NOT NULL;
CREATE INDEX advisory_member_outcome ON advisory_member (advisory_id, outcome) WHERE outcome <> '';
CREATE INDEX advisory_member_nobody ON advisory_member (advisory_id) WHERE people = 0;
