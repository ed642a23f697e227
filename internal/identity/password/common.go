// SPDX-License-Identifier: EUPL-1.2

package password

import (
	"bytes"
	"compress/gzip"
	_ "embed" // the list below
	"io"
	"strings"
	"sync"
)

// The list of common passwords: sorted, one a line, folded. Where it comes from
// and under which licence is in NOTICE; make it again with
//
//	go run ./internal/identity/password/makecommon
//
//go:embed common.gz
var commonGZ []byte

// common is the list, decompressed at the first use: some 800 KB. It is empty
// only if the embedded file is broken, which a test would show.
var common = sync.OnceValue(func() string {
	r, err := gzip.NewReader(bytes.NewReader(commonGZ))
	if err != nil {
		return ""
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return ""
	}
	return string(text)
})

// listed says whether a folded password is in the list: a binary search over
// the bytes, because an index would take more memory than the list.
func listed(s string) bool {
	if s == "" || strings.Contains(s, "\n") {
		return false
	}
	list := common()
	for len(list) > 0 {
		middle := len(list) / 2
		start := strings.LastIndexByte(list[:middle], '\n') + 1
		line, _, _ := strings.Cut(list[start:], "\n")
		switch {
		case s == line:
			return true
		case s < line:
			list = list[:start]
		default:
			list = list[min(len(list), start+len(line)+1):]
		}
	}
	return false
}
