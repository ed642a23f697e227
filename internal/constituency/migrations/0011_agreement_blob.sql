-- SPDX-License-Identifier: EUPL-1.2
-- Signed copies are kept in platform/blob. Empty: still in document_chunk, until the job moves it.
ALTER TABLE agreement_file ADD COLUMN blob TEXT NOT NULL DEFAULT '';
CREATE INDEX agreement_file_unmoved ON agreement_file (id) WHERE blob = '';
