// SPDX-License-Identifier: EUPL-1.2

package gate

import (
	"iter"

	"martinella/internal/platform/web"
)

// Table is a list as a file for a spreadsheet. Its rows are read while they are
// sent: it may be as long as it likes.
type Table struct {
	Name   string // of the file
	Header []string
	Rows   iter.Seq2[[]string, error] // an error is the last it gives
}

// CSV answers with a table. What fails before the first row is returned; later
// the answer is broken off, because half a list must not look whole.
func (r *Request) CSV(t Table) error {
	begun, err := web.CSV(r.W, t.Name, t.Header, t.Rows)
	if err == nil || !begun {
		return err
	}
	r.Broke(err)
	web.BreakOff(r.W)
	return nil
}

// Rows makes the rows of a table out of a list that is read page by page; next
// is where the page after begins, "" at the end.
func Rows[T any](page func(after string) (things []T, next string, err error), row func(T) []string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for after, more := "", true; more; more = after != "" {
			things, next, err := page(after)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, x := range things {
				if !yield(row(x), nil) {
					return
				}
			}
			after = next
		}
	}
}
