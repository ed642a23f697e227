// SPDX-License-Identifier: EUPL-1.2

package audit

import (
	"context"
	"fmt"

	"martinella/internal/platform/db"
)

// Report is what a verification found.
type Report struct {
	Entries int64  // entries whose hash was computed
	Head    string // hash of the newest entry: keep it elsewhere
	Broken  int64  // sequence number of the first entry that does not fit; 0: none
	Reason  string // why it does not fit
}

// OK says whether the whole chain holds.
func (r Report) OK() bool { return r.Broken == 0 }

// head is the end of the chain as the log itself remembers it.
type head struct {
	seq  int64
	hash string
}

// Verify walks the whole chain from the first entry in constant memory. Entries
// written meanwhile do not disturb it: the head is read first.
func (l *Log) Verify(ctx context.Context) (Report, error) {
	var r Report
	var h head
	if err := l.db.QueryRow(ctx, "SELECT seq, hash FROM audit_head WHERE one = 1").Scan(&h.seq, &h.hash); err != nil {
		return r, fmt.Errorf("reading the audit head: %w", err)
	}
	for {
		n, err := l.verifyAfter(ctx, &r, h)
		if err != nil || !r.OK() || n == 0 {
			if err == nil && r.OK() && r.Entries < h.seq {
				r.Broken, r.Reason = r.Entries+1, "missing"
			}
			return r, err
		}
	}
}

func (l *Log) verifyAfter(ctx context.Context, r *Report, h head) (int, error) {
	rows, err := l.db.Query(ctx, "SELECT "+columns+" FROM audit_entry WHERE seq > $1 ORDER BY seq LIMIT 1000", r.Entries)
	entries, err := db.Collect(rows, err, scan)
	if err != nil {
		return 0, fmt.Errorf("reading the audit log: %w", err)
	}
	for _, e := range entries {
		if err := r.check(e, h); err != nil || !r.OK() {
			return len(entries), err
		}
	}
	return len(entries), nil
}

func (r *Report) check(e Entry, h head) error {
	want, err := e.digest()
	if err != nil {
		return err
	}
	switch {
	case e.Seq != r.Entries+1:
		r.Broken, r.Reason = r.Entries+1, "missing"
	case e.Previous != r.Head:
		r.Broken, r.Reason = e.Seq, "does not follow the entry before it"
	case e.Hash != want, e.Seq == h.seq && e.Hash != h.hash:
		r.Broken, r.Reason = e.Seq, "was changed"
	default:
		r.Entries, r.Head = e.Seq, e.Hash
	}
	return nil
}

// Holds says whether an entry has the hash: one written down earlier must.
func (l *Log) Holds(ctx context.Context, hash string) (bool, error) {
	var n int
	if err := l.db.QueryRow(ctx, "SELECT count(*) FROM audit_entry WHERE hash = $1", hash).Scan(&n); err != nil {
		return false, fmt.Errorf("looking for an audit entry: %w", err)
	}
	return n > 0, nil
}
