// SPDX-License-Identifier: EUPL-1.2

// Package web is the plumbing of HTTP that knows nothing of Martinella: the one
// security wrapper every route is behind, bounded forms, the mapping of faults
// to HTTP, problem details (RFC 9457), flash messages, CSV, client addresses.
//
// Who may enter which route is the business of access/gate, one floor up.
package web
