// SPDX-License-Identifier: EUPL-1.2

// Package csaf makes what a provider of the Common Security Advisory Framework
// 2.0 (OASIS, csaf-v2.0-os) publishes: the documents, and the files that lead to
// them. It is pure: no database, no network, no clock; the same alert gives the
// same bytes, so that a signature made once stays true.
//
// A document says no more than the alert does. Which of several products each of
// several CVEs touches is not known to whoever wrote the alert down: such pairs
// are "under investigation", never "known affected". CSAF 2.0 has no profile for
// what was taken back (2.1 has csaf_withdrawn): a withdrawn alert keeps its
// address and its history, gains a revision that says why, and claims nothing of
// any product any more.
package csaf
