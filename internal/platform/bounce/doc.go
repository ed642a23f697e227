// SPDX-License-Identifier: EUPL-1.2

// Package bounce recognises the mails nobody wrote to be read: reports of
// delivery, receipts, automatic answers, and our own mails coming back. It is
// pure: bytes in, a verdict out; no network, no database, no clock.
//
//   - A report of delivery is one of RFC 3464, a certified-mail receipt of RFC 6109
//     (PEC), or one of the two old forms that can be read without guessing: qmail's
//     (QSBMF) and Exim's with X-Failed-Recipients. Whatever else looks like one is
//     recognised as such and tells nothing of any address: a wrong guess would
//     stop somebody's alerts.
//   - Each recipient has what happened to him (failed, delayed, delivered). The
//     mail it is about is named by the header that was sent back.
//   - A mail of a program is not an automatic answer: alerts are written by
//     programs too, and come through lists. One that answers a mail of ours is.
//   - Input is hostile: parts, depth, recipients and lengths are bounded, what is
//     broken is left out, and nothing panics.
package bounce
