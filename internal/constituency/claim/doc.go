// SPDX-License-Identifier: EUPL-1.2

// Package claim knows what a member may say is its own on the Internet: domain
// names, networks of either family, and autonomous systems.
//
// It reads them from what people type, in one canonical form, and says how two
// of them lie to each other. Every one is also a stretch on a line (Span) and has
// few possible containers (Above), so that a database finds all that overlap by two
// look-ups in indexes, however many there are.
package claim
