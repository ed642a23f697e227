// SPDX-License-Identifier: EUPL-1.2

// Package intake reads lists of technology as people have them: pasted lines,
// CSV files in whatever encoding and with whatever separator their office
// program writes, and CycloneDX documents in JSON (CycloneDX 1.2 to 1.6; ECMA-424).
//
// It is pure: it turns bytes into Rows, one at a time, in bounded memory. A bad
// line is reported with its number and the field, and reading goes on; only
// what makes the whole file unreadable ends it, with a fault a person understands.
package intake
