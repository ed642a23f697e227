// SPDX-License-Identifier: EUPL-1.2

// Package constituency knows the bodies a CSIRT serves: who they are, how they
// came in, at which tier, and whom to call (features A1, A2, A3).
//
// # Registration
//
// A representative registers the body on the public site and confirms his
// mailbox with a single-use link; operators verify, ask for more, approve with a
// tier or reject with a reason. The states and who may move between them are one
// table in state.go; every move is recorded with who, when and why
// (accreditation_event), in the audit log and, when members' rights change, as the event
// "constituency.organisation_changed".
//
// # The same body twice
//
// Public pages answer the same whether or not a body is known, so nobody can
// find out who is a member by trying names. Duplicates are looked for when the
// mailbox has been confirmed: only then, and only to the person who holds it,
// we say that the body is already known and what to do. An unconfirmed
// registration blocks nobody, so no one can reserve another body's code. The
// same code among the living registrations is refused by the database itself.
//
// # Tiers
//
// What Basic and Full include is data (data/services), shown on the public page
// and enforced by Entitled and RequireService.
package constituency
