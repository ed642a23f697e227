// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"martinella/internal/access/gate"
)

// form is counted up when the same alerts are written otherwise than before.
const form = 1

// tag makes the entity tag (RFC 9110, 8.8.3) of what is written of a stamp; of
// says in which way, and for whom.
func (s Stamp) tag(of ...any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %d %d %q", form, s.Count, s.Versions, s.Last.UnixMilli(), fmt.Sprint(of...)))
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// answer gives a document, or, to who has it already, 304 without writing it.
// changed may be zero: then only the tag says whether it is the same.
func (m *Module) answer(r *gate.Request, mediaType string, changed time.Time, tag string, write func() ([]byte, error)) error {
	h := r.W.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "private, no-cache") // to be kept, and asked for again
	h.Set("Vary", "Authorization, Accept, Accept-Language")
	if !changed.IsZero() {
		h.Set("Last-Modified", changed.UTC().Format(http.TimeFormat))
	}
	if unchanged(r.R, tag, changed) {
		r.W.WriteHeader(http.StatusNotModified)
		return nil
	}
	body, err := write()
	if err != nil {
		for _, name := range []string{"ETag", "Last-Modified"} {
			h.Del(name)
		}
		h.Set("Cache-Control", "no-store")
		return err
	}
	h.Set("Content-Type", mediaType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	r.W.WriteHeader(http.StatusOK)
	if r.R.Method != http.MethodHead {
		_, _ = r.W.Write(body) // a client that has gone is no error of ours
	}
	return nil
}

// unchanged says whether the asker has it already (RFC 9110, 13.2.2: where he
// names tags, the time does not count).
func unchanged(r *http.Request, tag string, changed time.Time) bool {
	if known := r.Header.Get("If-None-Match"); known != "" {
		for one := range strings.SplitSeq(known, ",") {
			if one = strings.TrimPrefix(strings.TrimSpace(one), "W/"); one == tag || one == "*" {
				return true
			}
		}
		return false
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !changed.IsZero() && !changed.Truncate(time.Second).After(since)
}
