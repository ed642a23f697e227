-- SPDX-License-Identifier: EUPL-1.2

-- By which methods a session was opened, in the order they were shown:
-- "password totp". second_factor_at is when the last strong one was.
ALTER TABLE session ADD COLUMN methods TEXT NOT NULL DEFAULT '';
UPDATE session SET methods = CASE WHEN second_factor_at IS NULL THEN 'password' ELSE 'password totp' END;

-- What an organisation asks of its own people who come in. networks holds CIDR
-- ranges separated by spaces; '' admits from everywhere, and so does any list
-- until open_until.
CREATE TABLE entrance (
	organisation_id BIGINT PRIMARY KEY,
	second_factor   BIGINT NOT NULL DEFAULT 0,
	networks        TEXT NOT NULL DEFAULT '',
	open_until      BIGINT,
	changed_at      BIGINT NOT NULL
);
