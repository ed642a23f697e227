// SPDX-License-Identifier: EUPL-1.2

// Package identity knows the people: who they are, how they prove it, and what
// they are in the CSIRT and in the organisations.
//
// # Rules
//
//   - Signing in takes an address and a password, then the second factor of
//     whoever has one: an app's code or a passkey. A passkey alone, with user
//     verification, is both. For the CSIRT's people, for who administers an
//     organisation, and where the organisation wants it, the second factor is
//     mandatory (NIS2, article 21(2)(j); AgID's minimum measures, ABSC 5.6.1): a
//     session without it reaches nothing but the pages that set it up.
//   - A session knows by which methods it was opened, and when the last strong
//     one was: gate.Recent wants that to be minutes ago.
//   - Mail alone opens no account: a reset goes only to who must show a second
//     factor afterwards. Who lost both is brought back by two people, a link by
//     mail and a code by telephone.
//   - An organisation may admit its own people from its networks only.
//   - An answer never tells whether an address is known: unknown ones cost the
//     same hash, the same count of failures and the same job as known ones.
//   - Failures are counted in the database before the password is looked at, so
//     that attempts in parallel are counted too. From the fifth on each one
//     closes the door for longer, up to an hour; the eighth is told to the person.
//     A browser that signed in before has its own count (OWASP's device
//     cookies): nobody can shut a person out from afar.
//   - Of sessions, links, devices and recovery codes only hashes are kept; the
//     second factor's secret is sealed (platform/secret).
//   - A session gets another token whenever it may do more, ends after 60
//     minutes without use and 12 hours in any case, and is asked for in the
//     database at each request: what is revoked or changed holds at once, on every node.
//   - An organisation keeps its last org_admin, the CSIRT its last administrator.
//   - Whatever changes is in the audit log, in the same transaction.
package identity
