-- SPDX-License-Identifier: EUPL-1.2
-- Servers an organisation's inventory is fetched from.
CREATE TABLE item_source (
	id              {{id}},
	organisation_id BIGINT NOT NULL,
	kind            TEXT NOT NULL,    -- wazuh
	name            TEXT NOT NULL,
	url             TEXT NOT NULL,
	username        TEXT NOT NULL,
	secret          {{blob}} NOT NULL, -- sealed
	authority       TEXT NOT NULL,    -- PEM of who signed the server's certificate; '' for the usual ones
	every_hours     INTEGER NOT NULL,
	paused          BOOLEAN NOT NULL,
	next_at         BIGINT NOT NULL,
	last_at         BIGINT,           -- of the last attempt; NULL: none
	last_good_at    BIGINT,           -- of the last one that succeeded
	state           TEXT NOT NULL,    -- waiting, running, good, failed
	fault_code      TEXT NOT NULL,    -- why the last attempt failed
	fault_params    TEXT NOT NULL,
	hosts           BIGINT NOT NULL,  -- of the last one that succeeded
	fresh           BIGINT NOT NULL,
	changed         BIGINT NOT NULL,
	gone            BIGINT NOT NULL,
	created_by      TEXT NOT NULL,
	created_at      BIGINT NOT NULL,
	updated_at      BIGINT NOT NULL
);
CREATE INDEX item_source_organisation ON item_source (organisation_id, id);
CREATE INDEX item_source_due ON item_source (next_at);

-- An asset made of a name has the exposure and criticality that all its items were said to have.
UPDATE asset SET exposure = (SELECT MIN(i.exposure) FROM item i WHERE i.asset_id = asset.id AND i.own_exposure)
	WHERE updated_by = 'system:upgrade' AND exposure = 'unknown'
	AND EXISTS (SELECT 1 FROM item i WHERE i.asset_id = asset.id AND i.own_exposure)
	AND NOT EXISTS (SELECT 1 FROM item i WHERE i.asset_id = asset.id AND NOT i.own_exposure)
	AND (SELECT COUNT(DISTINCT i.exposure) FROM item i WHERE i.asset_id = asset.id) = 1;
UPDATE asset SET criticality = (SELECT MIN(i.criticality) FROM item i WHERE i.asset_id = asset.id AND i.own_criticality)
	WHERE updated_by = 'system:upgrade' AND criticality = 'medium'
	AND EXISTS (SELECT 1 FROM item i WHERE i.asset_id = asset.id AND i.own_criticality)
	AND NOT EXISTS (SELECT 1 FROM item i WHERE i.asset_id = asset.id AND NOT i.own_criticality)
	AND (SELECT COUNT(DISTINCT i.criticality) FROM item i WHERE i.asset_id = asset.id) = 1;
