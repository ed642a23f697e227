-- SPDX-License-Identifier: EUPL-1.2
-- What a body says is its own on the Internet: domains, networks, autonomous systems.
CREATE TABLE claim (
	id              {{id}},
	organisation_id BIGINT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
	kind            TEXT NOT NULL, -- domain, network, as
	value           TEXT NOT NULL, -- "comune.example", "192.0.2.0/24", "AS64500"
	low             TEXT NOT NULL, -- where it begins on the line of its kind; claim.Value.Span
	subdomains      BOOLEAN NOT NULL,
	internal        BOOLEAN NOT NULL,
	note            TEXT NOT NULL DEFAULT '', -- what it is for
	state           TEXT NOT NULL, -- claimed, verified, refused, expired
	state_since     BIGINT NOT NULL,
	token           TEXT NOT NULL, -- what proves it
	method          TEXT NOT NULL DEFAULT '', -- dns, file, operator
	proved_at       BIGINT, -- when the proof was last found
	checked_at      BIGINT, -- when it was last looked for
	next_check_at   BIGINT, -- none: not by itself
	failures        INTEGER NOT NULL DEFAULT 0, -- days in a row on which it was not found
	decided_by      TEXT NOT NULL DEFAULT '', -- the operator, as he was called then
	reason          TEXT NOT NULL DEFAULT '', -- what he told the member
	created_at      BIGINT NOT NULL,
	created_by      TEXT NOT NULL DEFAULT '',
	UNIQUE (organisation_id, kind, value)
);
CREATE INDEX claim_value ON claim (kind, value);
CREATE INDEX claim_low ON claim (kind, low);
CREATE INDEX claim_next ON claim (next_check_at) WHERE next_check_at IS NOT NULL;
CREATE INDEX claim_state ON claim (state, kind, id);

-- Two claims of different bodies that overlap: an operator decides.
CREATE TABLE claim_overlap (
	id         {{id}},
	claim_id   BIGINT NOT NULL REFERENCES claim (id) ON DELETE CASCADE, -- the later one
	other_id   BIGINT NOT NULL REFERENCES claim (id) ON DELETE CASCADE, -- the earlier one
	relation   TEXT NOT NULL, -- of the later to the earlier: equal, inside, contains
	state      TEXT NOT NULL, -- open, shared, transferred, refused, void
	opened_at  BIGINT NOT NULL,
	decided_at BIGINT,
	decided_by TEXT NOT NULL DEFAULT '',
	reason     TEXT NOT NULL DEFAULT '',
	UNIQUE (claim_id, other_id)
);
CREATE INDEX claim_overlap_other ON claim_overlap (other_id);
CREATE INDEX claim_overlap_open ON claim_overlap (opened_at, id) WHERE state = 'open';
