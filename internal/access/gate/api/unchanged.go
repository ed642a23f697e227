// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"strings"

	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// IfUnchanged is IfMatch for things that count no versions of their own: it names
// the ETag of the whole as it was read. See [Change].
type IfUnchanged struct {
	Header string `header:"If-Match" maxLength:"200" doc:"The ETag of the thing as you read it. Missing: 428. Changed since: 412."`
}

func (m *IfUnchanged) unchanged() *IfUnchanged { return m }

type unchanging interface{ unchanged() *IfUnchanged }

// Change writes a thing if it still is what the asker read: read gives it, as the
// operation that shows it does. All happens in one transaction, and one change of
// the same address after the other. It gives the thing as it then is.
func Change[O any](r *Request, m *IfUnchanged, read func(r *Request) (O, error), write func(r *Request) error) (out O, err error) {
	tag := strings.TrimSpace(m.Header)
	if tag == "" || tag == "*" {
		return out, fault.New(fault.Unconditional, "api.if_match_missing")
	}
	outer := r.R
	defer func() { r.R = outer }()
	err = callOf(r.Context()).api.deps.DB.Within(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		r.R = outer.WithContext(ctx)
		if err := turn(ctx, tx, outer.URL.Path); err != nil {
			return err
		}
		if out, err = read(r); err != nil {
			return err
		}
		if same, err := named(out, tag); err != nil || !same {
			return cmp.Or(err, error(fault.New(fault.Stale, "api.stale")))
		}
		if err := write(r); err != nil {
			return err
		}
		out, err = read(r)
		return err
	})
	return out, err
}

// turn lets one change of an address at a time through. SQLite's only writer needs no more.
func turn(ctx context.Context, tx *db.Tx, path string) error {
	if tx.Dialect() != db.Postgres {
		return nil
	}
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", path)
	return err
}

// named says whether a tag names the thing as it is. Of one that says what of it
// can be written (see [Fingerprint]) nothing else counts.
func named(out any, tag string) (bool, error) {
	if v, ok := out.(Versioned); ok {
		version, ok := parseTag(tag)
		return ok && version == v.RecordVersion(), nil
	}
	now, err := tagOf(out)
	return now == tag, err
}

// Fingerprint is a RecordVersion for things that count no versions: of what can
// be written of them, so that what changes by itself, as when somebody signed in
// last, stands in nobody's way.
func Fingerprint(parts ...any) int64 {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%q", parts) // a hash never fails
	return int64(h.Sum64() >> 1)
}

// tagOf is the ETag that an answer with this output has.
func tagOf(out any) (string, error) {
	var buf bytes.Buffer
	if err := write(&buf, out); err != nil {
		return "", err
	}
	return etag(out, buf.Bytes()), nil
}
