-- SPDX-License-Identifier: EUPL-1.2

-- Somebody lost password and second factor. state: open (waits for two
-- approvals), approved (link sent, code told), used, refused, cancelled,
-- expired. code is sealed by platform/secret.
CREATE TABLE recovery (
	id         {{id}},
	person_id  BIGINT NOT NULL REFERENCES person(id),
	state      TEXT NOT NULL,
	asked_at   BIGINT NOT NULL,
	asked_by   TEXT NOT NULL,
	address    TEXT NOT NULL,
	user_agent TEXT NOT NULL,
	expires_at BIGINT NOT NULL,
	code       {{blob}}
);
CREATE INDEX recovery_person ON recovery (person_id);
CREATE INDEX recovery_state ON recovery (state, expires_at);

-- part is what the approver stood for: "organisation" or "csirt".
CREATE TABLE recovery_approval (
	recovery_id BIGINT NOT NULL REFERENCES recovery(id),
	person_id   BIGINT NOT NULL REFERENCES person(id),
	part        TEXT NOT NULL,
	approved_at BIGINT NOT NULL,
	PRIMARY KEY (recovery_id, person_id)
);
