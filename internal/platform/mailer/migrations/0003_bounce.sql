-- SPDX-License-Identifier: EUPL-1.2
-- What last became of the mails to an address.
CREATE INDEX mail_recipient_address ON mail_recipient (LOWER(address), id);
