-- SPDX-License-Identifier: EUPL-1.2
-- What an organisation runs, as it is now.
CREATE TABLE item (
	id              {{id}},
	organisation_id BIGINT NOT NULL,
	asset           TEXT NOT NULL,    -- system or host; '' for the organisation as a whole
	label           TEXT NOT NULL,    -- what people typed
	publisher       TEXT NOT NULL,
	name_key        TEXT NOT NULL,    -- what the name is remembered by (names.Key)
	item_key        TEXT NOT NULL,    -- asset and name_key: what an import recognises the item by
	part            TEXT NOT NULL,    -- a, o, h; '' while unknown
	vendor          TEXT NOT NULL,    -- as CPE 2.3 writes it
	product         TEXT NOT NULL,
	version         TEXT NOT NULL,    -- plain text
	update_tag      TEXT NOT NULL,
	edition         TEXT NOT NULL,
	target_sw       TEXT NOT NULL,
	cpe             TEXT NOT NULL,    -- CPE 2.3 formatted string; '' while unknown
	purl            TEXT NOT NULL,
	state           TEXT NOT NULL,    -- resolved, guessed, unknown
	confidence      INTEGER NOT NULL, -- 0-100
	reason          TEXT NOT NULL,    -- why it is identified so
	settled         BOOLEAN NOT NULL, -- a person said that no known product is meant
	quantity        INTEGER NOT NULL,
	owner           TEXT NOT NULL,
	exposure        TEXT NOT NULL,    -- internet, internal, unknown
	criticality     TEXT NOT NULL,    -- low, medium, high, critical
	notes           TEXT NOT NULL,
	source          TEXT NOT NULL,    -- manual, paste, csv, cyclonedx
	source_ref      TEXT NOT NULL,    -- which document it came with
	search          TEXT NOT NULL,    -- folded words to find it by
	created_at      BIGINT NOT NULL,
	updated_at      BIGINT NOT NULL,
	updated_by      TEXT NOT NULL,
	change_id       BIGINT NOT NULL   -- the change that last touched it
);
CREATE INDEX item_organisation ON item (organisation_id, name_key, id);
CREATE INDEX item_state ON item (organisation_id, state);
CREATE INDEX item_import_key ON item (organisation_id, item_key);
CREATE INDEX item_change ON item (change_id);
CREATE INDEX item_name ON item (name_key, organisation_id);
CREATE INDEX item_waiting ON item (name_key, organisation_id) WHERE state <> 'resolved' AND NOT settled;

-- Every state an item ever had: the photo of any moment.
CREATE TABLE item_version (
	id              {{id}},
	item_id         BIGINT NOT NULL,
	organisation_id BIGINT NOT NULL,
	change          TEXT NOT NULL,    -- added, edited, imported, identified
	valid_from      BIGINT NOT NULL,
	valid_to        BIGINT,           -- NULL: still so
	who             TEXT NOT NULL,
	ended_by        TEXT,
	asset           TEXT NOT NULL,
	label           TEXT NOT NULL,
	publisher       TEXT NOT NULL,
	name_key        TEXT NOT NULL,
	item_key        TEXT NOT NULL,
	part            TEXT NOT NULL,
	vendor          TEXT NOT NULL,
	product         TEXT NOT NULL,
	version         TEXT NOT NULL,
	update_tag      TEXT NOT NULL,
	edition         TEXT NOT NULL,
	target_sw       TEXT NOT NULL,
	cpe             TEXT NOT NULL,
	purl            TEXT NOT NULL,
	state           TEXT NOT NULL,
	confidence      INTEGER NOT NULL,
	reason          TEXT NOT NULL,
	settled         BOOLEAN NOT NULL,
	quantity        INTEGER NOT NULL,
	owner           TEXT NOT NULL,
	exposure        TEXT NOT NULL,
	criticality     TEXT NOT NULL,
	notes           TEXT NOT NULL,
	source          TEXT NOT NULL,
	source_ref      TEXT NOT NULL,
	search          TEXT NOT NULL
);
CREATE INDEX item_version_photo ON item_version (organisation_id, valid_from);
CREATE INDEX item_version_end ON item_version (organisation_id, valid_to);
CREATE INDEX item_version_item ON item_version (item_id, valid_from);

-- What people said a name means. organisation_id 0 holds for everyone.
CREATE TABLE name_alias (
	id              {{id}},
	organisation_id BIGINT NOT NULL,
	name_key        TEXT NOT NULL,
	label           TEXT NOT NULL,
	part            TEXT NOT NULL,    -- '' with vendor and product: no known product
	vendor          TEXT NOT NULL,
	product         TEXT NOT NULL,
	confirmed_by    TEXT NOT NULL,
	confirmed_at    BIGINT NOT NULL,
	UNIQUE (name_key, organisation_id)
);

-- What people said a CNA's vendor and product mean (CVE 5 "affected"), as CPE names them.
CREATE TABLE affected_alias (
	id              {{id}},
	vendor_key      TEXT NOT NULL,
	product_key     TEXT NOT NULL,
	vendor_text     TEXT NOT NULL,
	product_text    TEXT NOT NULL,
	part            TEXT NOT NULL,
	vendor          TEXT NOT NULL,
	product         TEXT NOT NULL,
	confirmed_by    TEXT NOT NULL,
	confirmed_at    BIGINT NOT NULL,
	UNIQUE (vendor_key, product_key, vendor, product)
);

-- A list handed over, from upload to done.
CREATE TABLE item_import (
	id              {{id}},
	organisation_id BIGINT NOT NULL,
	kind            TEXT NOT NULL,    -- paste, csv, cyclonedx
	filename        TEXT NOT NULL,
	size            BIGINT NOT NULL,
	state           TEXT NOT NULL,    -- uploaded, reading, ready, refused, applying, done, discarded
	asset           TEXT NOT NULL,    -- the system the list is of, where lines name none
	source_ref      TEXT NOT NULL,
	layout          TEXT NOT NULL,    -- how it was understood, as JSON
	fault_code      TEXT NOT NULL,    -- why it was refused as a whole
	fault_params    TEXT NOT NULL,
	read_count      BIGINT NOT NULL,  -- progress
	rows            BIGINT NOT NULL,
	problems        BIGINT NOT NULL,
	fresh           BIGINT NOT NULL,  -- new items
	changed         BIGINT NOT NULL,
	same            BIGINT NOT NULL,
	gone            BIGINT NOT NULL,  -- items of the same source that are not in the list any more
	remove_gone     BOOLEAN NOT NULL,
	created_by      TEXT NOT NULL,
	created_at      BIGINT NOT NULL,
	updated_at      BIGINT NOT NULL
);
CREATE INDEX item_import_organisation ON item_import (organisation_id, id);
CREATE TABLE item_import_chunk (
	import_id BIGINT NOT NULL,
	seq       INTEGER NOT NULL,
	data      {{blob}} NOT NULL,
	PRIMARY KEY (import_id, seq)
);
CREATE TABLE item_import_row (
	import_id BIGINT NOT NULL,
	line      BIGINT NOT NULL,
	item_key  TEXT NOT NULL,
	version   TEXT NOT NULL,
	payload   TEXT NOT NULL,          -- the row and what it was identified as, as JSON
	item_id   BIGINT,                 -- the item it is, once paired
	action    TEXT NOT NULL,          -- '', add, change, same
	PRIMARY KEY (import_id, line)
);
CREATE INDEX item_import_row_item ON item_import_row (import_id, item_id);
CREATE INDEX item_import_row_key ON item_import_row (import_id, item_key, version);
CREATE TABLE item_import_problem (
	import_id BIGINT NOT NULL,
	seq       INTEGER NOT NULL,
	line      BIGINT NOT NULL,
	problem   TEXT NOT NULL,
	PRIMARY KEY (import_id, seq)
);
