// SPDX-License-Identifier: EUPL-1.2

// Package check reads what people write into forms about a public body and
// gives it back in one canonical shape, or says that it cannot be right:
// addresses, telephone numbers, codes. It is pure: no database, no network.
//
// A shape that is right is not yet true; whether the body exists and the
// mailbox is its own is for people to verify.
package check
