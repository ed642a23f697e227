// SPDX-License-Identifier: EUPL-1.2

// Package intake is the room of the sources that alerts come from: feeds,
// providers of CSAF documents, collections, mailboxes.
//
//   - A source is a row: what it is, where, how often it is looked at, whose it is,
//     and how it has been doing. Its credentials are kept sealed.
//   - What a source has is taken item by item. The alert, what became of the item and
//     the source's counts are one transaction, keyed by the source's own name for the
//     item: a run that is killed in the middle loses nothing and makes nothing twice,
//     and where the next one begins is written only when the run has ended.
//   - An item that cannot be read is refused with its reason and stops nobody else.
//   - A source that fails is asked more and more rarely. Its owner is told once for
//     each outage, and when it works again; the control room shows it from the first failure.
//   - A mail is the same by whichever way it comes. Only those of admitted senders,
//     signed where that is asked for, become alerts; others' wait for a person, for a
//     while. What no person wrote makes nothing; that a mail of ours came back is told
//     to the mailer in the same transaction.
//
// The formats' fetchers are inner packages that know neither the database nor the
// alerts: they hand items to a pull.Sink.
package intake
