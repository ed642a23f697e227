// SPDX-License-Identifier: EUPL-1.2

// Package e2e tries the real program: the binary as "make build" makes it, run
// as a person runs it, on a data folder of its own, driven by a real browser
// (package browser) and by its command line, and killed in the middle of its work.
//
// Set E2E_SHOTS to a folder to keep a picture of every page that is looked at,
// on a desk and on a phone.
package e2e
