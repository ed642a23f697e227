// SPDX-License-Identifier: EUPL-1.2

// Package identity knows the people: who they are, how they prove it, and what
// they are in the CSIRT and in the organisations.
//
// # Rules
//
//   - Signing in takes an address and a password, then the second factor of
//     whoever has one. For the CSIRT's people it is mandatory (NIS2, article
//     21(2)(j); AgID's minimum measures, ABSC 5.6.1): a session without it
//     reaches nothing but the page that sets it up.
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
