-- SPDX-License-Identifier: EUPL-1.2
-- Hosts and systems: what items are on.
CREATE TABLE asset (
	id              {{id}},
	organisation_id BIGINT NOT NULL,
	name            TEXT NOT NULL,
	name_key        TEXT NOT NULL,    -- the name in lower case; item.item_key begins with it
	kind            TEXT NOT NULL,    -- workstation, server, network, system, printer, phone, cloud; '' unknown
	owner           TEXT NOT NULL,    -- the unit that answers for it
	exposure        TEXT NOT NULL,    -- of its items too, where they have none of their own
	criticality     TEXT NOT NULL,
	location        TEXT NOT NULL,
	supplier        TEXT NOT NULL,
	model           TEXT NOT NULL,
	os              TEXT NOT NULL,
	addresses       TEXT NOT NULL,    -- separated by blanks
	hostnames       TEXT NOT NULL,
	serial          TEXT NOT NULL,
	notes           TEXT NOT NULL,
	source          TEXT NOT NULL,    -- what last spoke of it
	last_seen       BIGINT,           -- by a source; NULL: never
	retired_at      BIGINT,           -- NULL: in service
	search          TEXT NOT NULL,
	created_at      BIGINT NOT NULL,
	updated_at      BIGINT NOT NULL,
	updated_by      TEXT NOT NULL,
	UNIQUE (organisation_id, name_key)
);

-- What sources know assets by: "glpi:…", "serial:…", names of assets merged into others.
CREATE TABLE asset_key (
	organisation_id BIGINT NOT NULL,
	source_key      TEXT NOT NULL,
	asset_id        BIGINT NOT NULL,
	PRIMARY KEY (organisation_id, source_key)
);
CREATE INDEX asset_key_asset ON asset_key (asset_id);

-- What was done to assets, for their pages.
CREATE TABLE asset_change (
	id              {{id}},
	asset_id        BIGINT NOT NULL,
	organisation_id BIGINT NOT NULL,
	at              BIGINT NOT NULL,
	who             TEXT NOT NULL,
	change          TEXT NOT NULL,    -- added, edited, imported, merged, retired, returned
	detail          TEXT NOT NULL     -- the fields that changed, as JSON
);
CREATE INDEX asset_change_asset ON asset_change (asset_id, id);

ALTER TABLE item ADD COLUMN asset_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN own_exposure BOOLEAN NOT NULL DEFAULT FALSE;    -- FALSE: as its asset's
ALTER TABLE item ADD COLUMN own_criticality BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE item_version ADD COLUMN own_exposure BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE item_version ADD COLUMN own_criticality BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX item_asset ON item (asset_id, organisation_id);

-- What was declared of items stays theirs.
UPDATE item SET own_exposure = (exposure <> 'unknown'), own_criticality = (criticality <> 'medium');
UPDATE item_version SET own_exposure = (exposure <> 'unknown'), own_criticality = (criticality <> 'medium');

-- Every system items were said to be on becomes an asset.
INSERT INTO asset (organisation_id, name, name_key, kind, owner, exposure, criticality, location, supplier, model, os, addresses, hostnames,
	serial, notes, source, last_seen, retired_at, search, created_at, updated_at, updated_by)
SELECT organisation_id, MIN(asset), substr(item_key, 1, length(item_key) - length(name_key) - 1), '', '', 'unknown', 'medium', '', '', '', '', '', '',
	'', '', MIN(source), NULL, NULL, ' ' || substr(item_key, 1, length(item_key) - length(name_key) - 1) || ' ', MIN(created_at), MAX(updated_at), 'system:upgrade'
FROM item WHERE asset <> '' GROUP BY organisation_id, substr(item_key, 1, length(item_key) - length(name_key) - 1);
UPDATE item SET asset_id = COALESCE((SELECT a.id FROM asset a WHERE a.organisation_id = item.organisation_id
	AND a.name_key = substr(item.item_key, 1, length(item.item_key) - length(item.name_key) - 1)), 0) WHERE asset <> '';

-- The hosts an import tells of, and the documents it is.
CREATE TABLE item_import_host (
	import_id  BIGINT NOT NULL,
	seq        INTEGER NOT NULL,
	name       TEXT NOT NULL,         -- what its asset is or will be called
	source_ref TEXT NOT NULL,         -- what items of it are known by
	complete   BOOLEAN NOT NULL,      -- what is not listed any more is gone
	asset_id   BIGINT NOT NULL,       -- the asset it is; 0: a new one
	payload    TEXT NOT NULL,         -- intake.Host as JSON; '' for a document
	PRIMARY KEY (import_id, seq)
);
ALTER TABLE item_import ADD COLUMN hosts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE item_import ADD COLUMN hosts_new BIGINT NOT NULL DEFAULT 0;
ALTER TABLE item_import ADD COLUMN mapping TEXT NOT NULL DEFAULT '';  -- what columns mean, as a person said; JSON
ALTER TABLE item_import ADD COLUMN sheet TEXT NOT NULL DEFAULT '';
CREATE INDEX item_source_ref ON item (organisation_id, source_ref) WHERE source_ref <> '';

-- What the columns of a table mean, by its headings.
CREATE TABLE item_mapping (
	organisation_id BIGINT NOT NULL,
	shape           TEXT NOT NULL,
	mapping         TEXT NOT NULL,
	updated_by      TEXT NOT NULL,
	updated_at      BIGINT NOT NULL,
	PRIMARY KEY (organisation_id, shape)
);
