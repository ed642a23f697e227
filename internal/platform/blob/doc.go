// SPDX-License-Identifier: EUPL-1.2

// Package blob keeps files: attachments, agreements, documents. Each is sealed
// with age (https://age-encryption.org/v1) before it leaves the process, so the
// folder or bucket it lies in, and every copy of that, can be read by nobody
// without the key.
//
// The database knows every object before the store does, so that whatever a
// killed process leaves behind is found and removed without listing a bucket:
//
//	pending   being written, or written and not yet part of anything
//	kept      belongs to a row of some room; set in that row's transaction
//	released  belongs to nothing any more; removed by the next cleaning
//
// A pending object that nobody keeps within a day is waste.
//
// An object's name is random. Its content's SHA-256 and size stand in the
// database and are checked whenever it is read: age seals for a public key, so
// whoever can write to the bucket could put another sealed object in its
// place. Names that were the content's hash would tell whoever can list the
// bucket who holds a file he has himself, and one object shared by two tenants
// could not be deleted for one of them.
//
// Memory is bounded: 64 KiB a stream for age and, on S3, one part of 8 MiB.
package blob

import (
	"embed"
	"errors"
)

// Migrations holds the schema.
//
//go:embed migrations
var Migrations embed.FS

var (
	// ErrTooLarge means that the content is longer than the limit given.
	ErrTooLarge = errors.New("blob: larger than allowed")
	// ErrNotFound means that there is no such object, here or in the store.
	ErrNotFound = errors.New("blob: not found")
	// ErrDamaged means that the object in the store is not what was kept.
	ErrDamaged = errors.New("blob: not what was kept")
)
