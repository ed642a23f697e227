// SPDX-License-Identifier: EUPL-1.2

package snapshot

import (
	"errors"
	"hash"
	"io"
	"strings"
)

// parts reads the files of one attachment as one stream. It ends where a file of
// something else begins, which it leaves to the reader.
type parts struct {
	in     *reader
	prefix string // "blobs/NAME/"
	size   int64
	sum    hash.Hash
}

// Read implements io.Reader.
func (p *parts) Read(b []byte) (int, error) {
	for {
		n, err := p.in.tar.Read(b)
		p.size += int64(n)
		p.sum.Write(b[:n])
		if n > 0 || err != nil && !errors.Is(err, io.EOF) {
			return n, notEOF(err)
		}
		if err == nil {
			continue
		}
		if err := p.following(); err != nil {
			return 0, err
		}
	}
}

func notEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// following goes on to the next file; io.EOF when it is not the attachment's any more.
func (p *parts) following() error {
	if p.in.ahead != nil {
		return io.EOF
	}
	next, err := p.in.tar.Next()
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF // the manifest comes after every attachment
	}
	if err != nil {
		return err
	}
	if !strings.HasPrefix(next.Name, p.prefix) {
		p.in.ahead = next
		return io.EOF
	}
	return nil
}
