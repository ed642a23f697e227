// SPDX-License-Identifier: EUPL-1.2

// Package callround is the list of organisations to be telephoned, shared by all
// operators: for those that an alert did not move, and for whatever other
// rooms open lines.
//
// A line is taken by one operator at a time, under a lease that ends by itself:
// whoever takes the next one gets the gravest whose turn it is and that nobody
// has. Each try in vain puts a line behind those that are as grave and were
// tried less. What a line is about is known by the room that opened it (Topic):
// it gives the script, and is told, in the transaction of the record, that
// somebody was reached. When there is nothing more to call for, that room closes
// its lines, and they disappear from everybody's screen.
package callround
