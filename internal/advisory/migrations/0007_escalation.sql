-- SPDX-License-Identifier: EUPL-1.2
-- What is done, and when, about those who do not acknowledge an alert: settled when it is sent.
CREATE TABLE advisory_step (
	advisory_id   BIGINT NOT NULL REFERENCES advisory (id),
	step          TEXT NOT NULL,             -- remind, widen, call
	due_at        BIGINT NOT NULL,
	done_at       BIGINT,
	place         BIGINT NOT NULL DEFAULT 0, -- up to which recipient or organisation it is done
	organisations BIGINT NOT NULL DEFAULT 0, -- it concerned
	PRIMARY KEY (advisory_id, step, due_at)
);

-- What was done about one organisation.
CREATE TABLE advisory_escalation (
	advisory_id     BIGINT NOT NULL REFERENCES advisory (id),
	organisation_id BIGINT NOT NULL,
	step            TEXT NOT NULL,
	due_at          BIGINT NOT NULL,         -- of the step
	at              BIGINT NOT NULL,
	PRIMARY KEY (advisory_id, organisation_id, step, due_at)
);

ALTER TABLE advisory_recipient ADD COLUMN widened BOOLEAN NOT NULL DEFAULT FALSE; -- because nobody of the first ones acknowledged
CREATE INDEX advisory_member_silent ON advisory_member (advisory_id, organisation_id) WHERE acknowledged_at IS NULL;
