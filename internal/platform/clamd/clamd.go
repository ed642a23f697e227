// SPDX-License-Identifier: EUPL-1.2

// Package clamd asks ClamAV's daemon whether there is malware in a file, by its
// INSTREAM command (clamd(8)): the daemon may be on another machine and needs no
// access to our files.
package clamd

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Client speaks to one daemon. It is safe for concurrent use: each scan has a
// connection of its own.
type Client struct {
	network, address string
	timeout          time.Duration
}

// New takes "unix:/run/clamav/clamd.ctl" or "host:port".
func New(address string) (*Client, error) {
	if path, ok := strings.CutPrefix(address, "unix:"); ok && path != "" {
		return &Client{network: "unix", address: path, timeout: 2 * time.Minute}, nil
	}
	if _, port, err := net.SplitHostPort(address); err != nil || port == "" {
		return nil, fmt.Errorf("clamd: %q is neither unix:PATH nor host:port: %w", address, err)
	}
	return &Client{network: "tcp", address: address, timeout: 2 * time.Minute}, nil
}

// Scan sends what r gives and returns what was found in it; "" when nothing was.
func (c *Client) Scan(ctx context.Context, r io.Reader) (finding string, err error) {
	answer, err := c.talk(ctx, func(w io.Writer) error {
		if _, err := io.WriteString(w, "zINSTREAM\x00"); err != nil {
			return err
		}
		return stream(w, r)
	})
	if err != nil {
		return "", fmt.Errorf("clamd: scanning: %w", err)
	}
	return verdict(answer)
}

// Ping says whether the daemon answers.
func (c *Client) Ping(ctx context.Context) error {
	answer, err := c.talk(ctx, func(w io.Writer) error { _, err := io.WriteString(w, "zPING\x00"); return err })
	if err == nil && answer != "PONG" {
		err = fmt.Errorf("it said %q", answer)
	}
	if err != nil {
		return fmt.Errorf("clamd at %s: %w", c.address, err)
	}
	return nil
}

func (c *Client) talk(ctx context.Context, send func(io.Writer) error) (answer string, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, c.network, c.address)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return "", err
		}
	}
	sendErr := send(conn)
	if errors.As(sendErr, new(contentError)) {
		return "", sendErr // the daemon waits for the rest: there is nothing to wait for
	}
	text, err := io.ReadAll(io.LimitReader(conn, 4096))
	if answer = strings.Trim(string(text), "\x00\r\n "); answer != "" {
		return answer, nil // a daemon that refuses says why and hangs up while we still send
	}
	return "", errors.Join(sendErr, err, errUnanswered(sendErr, err))
}

func errUnanswered(errs ...error) error {
	if errors.Join(errs...) != nil {
		return nil
	}
	return errors.New("no answer")
}

// stream sends chunks, each after its length, and an empty one at the end.
func stream(w io.Writer, r io.Reader) error {
	buf := make([]byte, 4+32<<10)
	for {
		n, err := io.ReadFull(r, buf[4:])
		binary.BigEndian.PutUint32(buf, uint32(n)) //nolint:gosec // at most 32 KiB
		if n > 0 {
			if _, err := w.Write(buf[:4+n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			_, err := w.Write([]byte{0, 0, 0, 0})
			return err
		case err != nil:
			return contentError{err}
		}
	}
}

// contentError is an error of what is to be scanned, not of the daemon.
type contentError struct{ error }

func (e contentError) Unwrap() error { return e.error }

// verdict reads "stream: OK", "stream: Eicar-Test-Signature FOUND" or an error.
func verdict(answer string) (string, error) {
	result, ok := strings.CutPrefix(answer, "stream: ")
	switch {
	case ok && result == "OK":
		return "", nil
	case ok && strings.HasSuffix(result, " FOUND"):
		return strings.TrimSuffix(result, " FOUND"), nil
	}
	return "", fmt.Errorf("clamd: it said %q", answer)
}
