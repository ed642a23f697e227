// SPDX-License-Identifier: EUPL-1.2

// Package feed fetches RSS of any version and Atom. Each entry is an item of its
// own: a feed with that entry alone, its bytes as they came (in UTF-8), so that
// what is kept of an alert is what its author wrote and nothing of his other alerts.
package feed
