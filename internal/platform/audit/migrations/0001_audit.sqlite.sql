-- SPDX-License-Identifier: EUPL-1.2
CREATE TABLE audit_entry (
	seq             BIGINT PRIMARY KEY,
	at              BIGINT NOT NULL,
	actor           TEXT NOT NULL,
	organisation_id BIGINT NOT NULL,
	action          TEXT NOT NULL,
	object          TEXT NOT NULL,
	detail          TEXT NOT NULL,
	previous        TEXT NOT NULL,
	hash            TEXT NOT NULL
);
CREATE INDEX audit_entry_organisation ON audit_entry (organisation_id, seq);
CREATE TABLE audit_head (one INTEGER PRIMARY KEY CHECK (one = 1), seq BIGINT NOT NULL, hash TEXT NOT NULL);
INSERT INTO audit_head (one, seq, hash) VALUES (1, 0, '');
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
