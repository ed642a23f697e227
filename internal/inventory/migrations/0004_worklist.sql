-- SPDX-License-Identifier: EUPL-1.2
-- The work list is counted from this index alone; what comes along with a
-- product and is none (reason 'accessory') is not on it.
CREATE INDEX item_worklist ON item (name_key, organisation_id) WHERE state <> 'resolved' AND NOT settled AND reason <> 'accessory';
CREATE INDEX name_alias_recent ON name_alias (organisation_id, confirmed_at, id);
