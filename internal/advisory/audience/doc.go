// SPDX-License-Identifier: EUPL-1.2

// Package audience says whom an alert concerns. An audience is a sentence:
//
//	uses:"fortios < 7.2.8 internet" and (tier:full or province:FI) and not list:pilot
//
// It is written by an analyst, or by a form for him, saved, shown again and kept in the log
// of what was sent; Select gives the organisations it means, and for each of them why.
//
// The package is pure: it knows the organisations it is handed, and asks one
// function what they run.
package audience
