// SPDX-License-Identifier: EUPL-1.2

// Package db is the one door to the database: two engines, one way to speak.
//
// SQLite (embedded, the default) and PostgreSQL are driven through
// database/sql with hand-written SQL. What differs between them lives here and
// nowhere else:
//
//   - Placeholders are written $1..$N. mattn/go-sqlite3 binds $N by order of
//     appearance, silently wrong when they are out of order or repeated, so
//     they are rewritten to ?N in rebind, the only place.
//   - PRAGMA foreign_keys is per connection, so pragmas are part of the DSN.
//   - SQLite has one writer: a pool of readers and a pool of exactly one
//     writer, whose transactions begin IMMEDIATE so that they never fail to upgrade.
//   - Bulk loads use COPY on PostgreSQL and multi-row INSERTs on SQLite.
//   - Times are BIGINT milliseconds since 1970 UTC (Ms, Time), ids and blobs
//     have a macro in migrations ({{id}}, {{blob}}).
package db
