// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"strings"

	"martinella/internal/platform/fault"
)

// All reads the whole body, at most max bytes. What a server compressed without
// being asked is unpacked, and counted as it is then: a bomb ends at max.
func (a *Answer) All(max int64) ([]byte, error) {
	in := io.Reader(a.Body)
	switch strings.ToLower(a.Encoding) {
	case "", "identity":
	case "gzip", "x-gzip":
		unpacked, err := gzip.NewReader(a.Body)
		if err != nil {
			return nil, a.packed(err)
		}
		in = unpacked
	default:
		return nil, a.packed(nil)
	}
	all, err := io.ReadAll(io.LimitReader(in, max+1))
	switch {
	case int64(len(all)) > max:
		return nil, fault.New(fault.TooLarge, CodeTooLarge, fault.P{"host": a.Host, "limit": max})
	case err != nil:
		return nil, a.packed(err)
	}
	return all, nil
}

// packed keeps a fault of ours; any other failure is one of unpacking.
func (a *Answer) packed(err error) error {
	var known *fault.Error
	if errors.As(err, &known) || errors.Is(err, context.Canceled) {
		return err
	}
	return fault.New(fault.Unavailable, CodeEncoding, fault.P{"host": a.Host}).Because(err)
}
