-- SPDX-License-Identifier: EUPL-1.2
ALTER TABLE advisory_original ADD COLUMN proof TEXT NOT NULL DEFAULT ''; -- JSON: of a mail, who sent it and how it was signed and encrypted
