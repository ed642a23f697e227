// SPDX-License-Identifier: EUPL-1.2

// Package imap fetches the mails of a mailbox that are new since the last run
// (IMAP4rev1 and rev2, always over TLS), and marks or moves each once it was taken.
//
//   - Where it goes on is the UID of the last mail that was taken, with the
//     folder's UIDVALIDITY: where that changes, everything is looked at again, and
//     who takes the mails knows those he has.
//   - A mail is touched in the mailbox only when whoever takes it says that it is
//     written down. Nothing is ever deleted: where the server cannot move, the
//     copy is made first, and only what was copied is removed.
//   - The server is held to bounds: bytes for each answer, mails for each run.
package imap
