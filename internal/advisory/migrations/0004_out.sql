-- SPDX-License-Identifier: EUPL-1.2
-- What leaves by programs' doors is read in the order of change.
CREATE INDEX advisory_out ON advisory (COALESCE(withdrawn_at, sent_at), id) WHERE state IN ('sent', 'withdrawn');
