-- SPDX-License-Identifier: EUPL-1.2
-- What became of an advisory at each person it was written to. It stays with the
-- advisory: the mails themselves are deleted after some time.
ALTER TABLE advisory_recipient ADD COLUMN contact_id BIGINT NOT NULL DEFAULT 0; -- in the organisation's record; 0: not known
ALTER TABLE advisory_recipient ADD COLUMN fate TEXT NOT NULL DEFAULT '';        -- '' no mail has left yet, else: sent, kept, failed, bounced, portal, spared, dropped, withdrawn, unknown
ALTER TABLE advisory_recipient ADD COLUMN fate_at BIGINT;
ALTER TABLE advisory_recipient ADD COLUMN sent_at BIGINT;                       -- the mail server took it
ALTER TABLE advisory_recipient ADD COLUMN answer TEXT NOT NULL DEFAULT '';      -- what the mail server said against it
ALTER TABLE advisory_recipient ADD COLUMN protection TEXT NOT NULL DEFAULT '';  -- of the mail: signed, encrypted
ALTER TABLE advisory_recipient ADD COLUMN opened_at BIGINT;                     -- in the portal, by him
ALTER TABLE advisory_recipient ADD COLUMN reminders BIGINT NOT NULL DEFAULT 0;
ALTER TABLE advisory_recipient ADD COLUMN reminded_at BIGINT;
ALTER TABLE advisory_recipient ADD COLUMN former TEXT NOT NULL DEFAULT '';      -- the address from which it came back, before it was corrected
ALTER TABLE advisory_recipient ADD COLUMN anew BIGINT NOT NULL DEFAULT 0;       -- how often it was written to a corrected address
ALTER TABLE advisory_recipient ADD COLUMN due_at BIGINT;                        -- until then the mail waits
ALTER TABLE advisory_recipient ADD COLUMN wait TEXT NOT NULL DEFAULT '';        -- why: quiet, collected
ALTER TABLE advisory_recipient ADD COLUMN bundle TEXT NOT NULL DEFAULT '';      -- the mail of several alerts that told it
UPDATE advisory_recipient SET fate = 'unknown';
-- What is still open or went wrong is little, once an alert is out.
CREATE INDEX advisory_recipient_open ON advisory_recipient (advisory_id, number) WHERE fate = '';
CREATE INDEX advisory_recipient_troubled ON advisory_recipient (advisory_id, number) WHERE fate IN ('failed', 'bounced');
CREATE INDEX advisory_recipient_waiting ON advisory_recipient (advisory_id, number) WHERE due_at IS NOT NULL;
CREATE INDEX advisory_recipient_due ON advisory_recipient (due_at, advisory_id) WHERE due_at IS NOT NULL;
CREATE INDEX advisory_recipient_bundle ON advisory_recipient (bundle) WHERE bundle <> '';
