// SPDX-License-Identifier: EUPL-1.2

// Package api is the door for programs: what the pages do, as JSON under
// /api/v1, described by the document at /api/v1/openapi.json.
//
// A room declares its operations in api.go with Get, Post, Put and Delete. Each
// names its gate.Rule as a page does and goes through the same gate, so that the
// permission table, the matrix test and the scopes are the same. Input and
// output are structs whose tags (huma's: path, query, header, json, minLength,
// enum, doc…) are checked and described. What this package adds is what every
// operation has in common, and no room has to think of:
//
//   - errors: faults as problem documents (RFC 9457), in the language asked for;
//   - lists: bounded, with signed cursors (List, Paging);
//   - versions: ETag and 304 on reading, If-Match with 428 and 412 on changing (IfMatch);
//   - Idempotency-Key on POST: the change and its answer are one transaction;
//   - X-RateLimit-* on every answer, 429 with Retry-After;
//   - Accept, Content-Type and the size of bodies.
//
// The conventions are those of ModI, the Italian interoperability guideline
// (Linee guida sull'interoperabilità tecnica, "Raccomandazioni di implementazione").
package api
