// SPDX-License-Identifier: EUPL-1.2

// Package snapshot copies a whole instance: to a file and back (backup, restore)
// or from one database straight into another (move), of either engine.
//
// A snapshot is a tar archive, compressed with zstd, that common tools open:
//
//	head.json              format, program, engine, schema, moment
//	tables/NAME/0001.jsonl rows, each a JSON array in the order of the columns
//	blobs/NAME/0001        an attachment as it lies in the store, sealed
//	manifest.json          at the end: for each table columns, rows and a digest
//
// It shows one moment of a database that goes on working. Bytes are written as
// {"b64": "…"}. The digest of a table is the sum, modulo 2^128, of the first 16
// bytes of every row's SHA-256: it does not depend on the order of the rows, which
// engines do not keep. A snapshot without its manifest was cut off.
//
// Restoring is one transaction into an instance that is empty: the rows are read
// back and held against the manifest before the commit, so that a damaged or
// doctored snapshot leaves nothing behind. The keys (secret.key, blob.key) are
// not in it: they belong in another place than the data they open.
package snapshot
