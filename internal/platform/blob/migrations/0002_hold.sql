-- SPDX-License-Identifier: EUPL-1.2
-- While a backup copies attachments, none of them is removed.
CREATE TABLE blob_hold (one INTEGER PRIMARY KEY CHECK (one = 1), until_at BIGINT NOT NULL);
INSERT INTO blob_hold (one, until_at) VALUES (1, 0);
