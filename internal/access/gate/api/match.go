// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"strconv"
	"strings"

	"martinella/internal/platform/fault"
)

// IfMatch is the input of changes to things that have a version, to be embedded:
// nobody writes over what he has not seen (RFC 9110, section 13.1.1; RFC 6585,
// section 3).
type IfMatch struct {
	Header string `header:"If-Match" maxLength:"200" doc:"The ETag of the thing as you read it. Missing: 428. Changed since: 412."`

	version int64
}

// Version is the version the asker saw.
func (m *IfMatch) Version() int64 { return m.version }

func (m *IfMatch) condition() *IfMatch { return m }

type conditional interface{ condition() *IfMatch }

// parse reads the one entity tag. A star is refused as nothing is: it says that
// the asker does not care what he overwrites. A weak tag never matches.
func (m *IfMatch) parse() error {
	text := strings.TrimSpace(m.Header)
	switch {
	case text == "" || text == "*":
		return fault.New(fault.Unconditional, "api.if_match_missing")
	case strings.HasPrefix(text, "W/"):
		return fault.New(fault.Stale, "api.stale")
	}
	version, ok := parseTag(text)
	if !ok {
		return fault.New(fault.Malformed, "api.if_match")
	}
	m.version = version
	return nil
}

// parseTag reads a tag as etag writes it: `"12-0a1b2c3d4e5f6071"`.
func parseTag(text string) (version int64, ok bool) {
	inner, found := strings.CutPrefix(text, `"`)
	inner, closed := strings.CutSuffix(inner, `"`)
	number, sum, parted := strings.Cut(inner, "-")
	if !found || !closed || !parted || len(sum) != 16 || strings.Trim(sum, "0123456789abcdef") != "" {
		return 0, false
	}
	version, err := strconv.ParseInt(number, 10, 64)
	return version, err == nil && version >= 0 && strconv.FormatInt(version, 10) == number
}

// meanwhile ends the code of the fault with which a room refuses to write over
// somebody else's change.
const meanwhile = ".changed_meanwhile"

// stale tells that fault as the answer to the condition.
func stale(in any, err error) error {
	f := fault.Of(err)
	if _, ok := in.(conditional); !ok || f.Kind != fault.Conflict || !strings.HasSuffix(f.Code, meanwhile) {
		return err
	}
	return fault.New(fault.Stale, "api.stale").Because(err)
}
