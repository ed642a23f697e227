// SPDX-License-Identifier: EUPL-1.2

// Package quiet says when, and how, somebody wants to be written to: the hours in
// which he is not to be disturbed, and whether he wants each mail by itself, one
// a day, or none. It is pure: it knows no clock and no database.
//
// What is critical goes through at any hour, by mail, whatever he wishes.
package quiet
