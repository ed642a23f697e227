// SPDX-License-Identifier: EUPL-1.2

// Package mailer sends mail that follows from a change in the database: it is
// queued in the change's own transaction, so it is sent if and only if the
// change happened.
//
// # Delivery
//
// A message has one or more recipients; each gets a mail of its own (nobody
// sees the others), has its own job and its own state:
//
//	queued -> sending -> sent     the mail server accepted it
//	                  -> kept     transport "outbox": kept in the portal, sent nowhere
//	                  -> queued   a passing trouble: tried again later, further and further apart
//	                  -> failed   refused for good, or too many attempts; Retry sends it again
//	sent -> bounced               it came back later
//
// A worker takes up to 64 mails at once and hands them over in a few
// conversations, many mails a connection. What became of mails that are accepted
// at the same time is written down in one transaction, for all workers, and no
// conversation goes on before its mail's is: as many mails as there are
// conversations, at most, are accepted and not yet written down. Where it cannot be
// written down, because the database is gone, the conversation ends.
//
// A 5xx answer about the recipient or the content is final. Trouble that
// concerns us and not the recipient (no connection, TLS, sign-in, the sender's
// address) is always passing: a wrong password must not fail a day's mail.
//
// # At least once, under one name
//
// SMTP has no transaction with our database. When the program is killed after
// the server accepted a mail and before that was written down, the mail is sent
// again: with the same Message-ID and, byte for byte, the same content, which
// is what mail systems recognise duplicates by. The state "sending", written
// before an attempt, marks the mails for which that may happen. A trouble after
// the server's acceptance (RSET, QUIT) does not count as a trouble.
//
// # Signed, encrypted
//
// Every mail is signed when the CSIRT has a key (Config.Keys); a mail whose
// Recipient has a Key is encrypted, with the signature inside and its real
// headers too (RFC 9788). Signatures are salted and encryption is random, so what
// they add is made once and stored before the first attempt (table mail_seal).
// A key of ours that has expired makes mails unsigned and stops none; a mail that
// cannot be encrypted fails and says why: it never leaves in clear.
//
// # Standards
//
// Text and HTML alternatives (RFC 2046), Auto-Submitted (RFC 3834), List-Id
// (RFC 2919), List-Unsubscribe with one click (RFC 2369, RFC 8058), the label
// of the Traffic Light Protocol 2.0 in the subject and, by the caller, in the
// body. Mails of one Topic refer to one Message-ID that is the recipient's own
// (RFC 5322, 3.6.4), so that programs show them together. Headers never hold a
// line break: what would smuggle one in is refused.
package mailer

import "embed"

// Migrations holds the schema of the mails.
//
//go:embed migrations
var Migrations embed.FS

// Locale holds the sentences of this package's faults.
//
//go:embed locale/*.json
var Locale embed.FS
