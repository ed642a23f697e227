// SPDX-License-Identifier: EUPL-1.2

package imap

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"martinella/internal/platform/fault"
)

// The codes of the faults.
const (
	CodeSignIn  = "intake.imap.signin"
	CodeFolder  = "intake.imap.folder"
	CodeTrouble = "intake.imap.trouble"
	CodeTLS     = "intake.imap.tls"
)

// talk is a conversation with a server.
type talk struct {
	o      Options
	host   string
	folder string
	c      *imapclient.Client
	meter  *metered
	stop   func() bool
}

// open connects, secures the connection and signs in.
func open(ctx context.Context, line Line, o Options) (*talk, error) {
	u, err := url.Parse(o.Address)
	if err != nil {
		return nil, fault.New(fault.Invalid, CodeTrouble).Because(err)
	}
	t := &talk{o: o, host: u.Hostname(), folder: strings.Trim(u.Path, "/")}
	if t.folder == "" {
		t.folder = "INBOX"
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"imaps": "993", "imap": "143"}[u.Scheme]
	}
	conn, err := line.Dial(ctx, t.host, port)
	if err != nil {
		return nil, err
	}
	t.meter = &metered{Conn: conn}
	t.stop = context.AfterFunc(ctx, func() { _ = conn.Close() }) // whoever reads is told by that
	if t.c, err = secured(ctx, t.meter, u.Scheme, line.TLS(t.host)); err != nil {
		t.stop()
		return nil, errors.Join(fault.New(fault.Unavailable, CodeTLS, fault.P{"host": t.host}).Because(err), conn.Close())
	}
	t.meter.reset()
	if err := t.c.Login(o.User, o.Password).Wait(); err != nil {
		defer t.close()
		if isNo(err) {
			return nil, fault.New(fault.Unavailable, CodeSignIn, fault.P{"host": t.host}).Because(err)
		}
		return nil, t.trouble(err)
	}
	return t, nil
}

// secured begins TLS at once, or by STARTTLS; nothing is said before.
func secured(ctx context.Context, conn net.Conn, scheme string, config *tls.Config) (*imapclient.Client, error) {
	if scheme != "imaps" {
		return imapclient.NewStartTLS(conn, &imapclient.Options{TLSConfig: config})
	}
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return imapclient.New(secure, nil), nil
}

// enter opens the folder and gives its UIDVALIDITY.
func (t *talk) enter() (uint32, error) {
	t.meter.reset()
	got, err := t.c.Select(t.folder, nil).Wait()
	if isNo(err) {
		return 0, t.noFolder(t.folder, err)
	}
	if err != nil {
		return 0, t.trouble(err)
	}
	return got.UIDValidity, nil
}

// close ends the conversation. What fails here is politeness.
func (t *talk) close() {
	t.stop()
	_ = t.c.Close()
}

// isNo says whether a server understood, and refuses.
func isNo(err error) bool {
	answer := new(imap.Error)
	return errors.As(err, &answer) && answer.Type == imap.StatusResponseTypeNo
}

func (t *talk) noFolder(name string, cause error) error {
	return fault.New(fault.Unavailable, CodeFolder, fault.P{"host": t.host, "folder": name}).Because(cause)
}

// trouble is the fault of a conversation that broke off; nil for none.
func (t *talk) trouble(err error) error {
	if err == nil {
		return nil
	}
	return fault.New(fault.Unavailable, CodeTrouble, fault.P{"host": t.host}).Because(err)
}

var errMuch = errors.New("the server answers more than was asked for")

// metered is a connection on which each answer is bounded.
type metered struct {
	net.Conn
	read atomic.Int64
}

func (m *metered) reset() { m.read.Store(0) }

// Read implements net.Conn.
func (m *metered) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	if m.read.Add(int64(n)) > maxAnswer {
		return 0, errMuch
	}
	return n, err
}
