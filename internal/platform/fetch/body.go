// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"martinella/internal/platform/fault"
)

// body bounds an answer's size and how long it may stand still.
type body struct {
	r       io.ReadCloser
	cancel  context.CancelFunc
	timer   *time.Timer
	options Options
	host    string
	left    int64
	stalled atomic.Bool
}

func newBody(r io.ReadCloser, cancel context.CancelFunc, o Options, host string) *body {
	b := &body{r: r, cancel: cancel, options: o, host: host, left: o.MaxBytes}
	b.timer = time.AfterFunc(o.Stall, func() {
		b.stalled.Store(true)
		cancel()
	})
	return b
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.timer.Reset(b.options.Stall)
	if b.left -= int64(n); b.left < 0 {
		return 0, fault.New(fault.TooLarge, CodeTooLarge, fault.P{"host": b.host, "limit": b.options.MaxBytes})
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.fault(err)
	}
	return n, err
}

func (b *body) fault(err error) error {
	if b.stalled.Load() || errors.Is(err, context.DeadlineExceeded) {
		return fault.New(fault.Unavailable, CodeStalled, fault.P{"host": b.host}).Because(err)
	}
	return unreachable(b.host, err)
}

// Close ends the answer.
func (b *body) Close() error {
	b.timer.Stop()
	defer b.cancel()
	return b.r.Close()
}
