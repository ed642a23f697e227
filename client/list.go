// SPDX-License-Identifier: EUPL-1.2

package client

import "iter"

// every goes through the pages of a list; an error is the last it gives.
func every[T any](page func(cursor *string) ([]T, *string, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for cursor, more := (*string)(nil), true; more; {
			items, next, err := page(cursor)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			cursor, more = next, next != nil
		}
	}
}
