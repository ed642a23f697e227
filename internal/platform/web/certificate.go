// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"martinella/internal/platform/clock"
)

// Certificate is a server's certificate in two files, read again when they
// change: whoever renews it need not restart the program. It is safe for concurrent use.
type Certificate struct {
	certFile, keyFile string
	clock             clock.Clock
	log               *slog.Logger

	mu     sync.Mutex
	pair   *tls.Certificate
	stamp  [2]os.FileInfo
	looked time.Time
}

// lookEvery is how often the files are looked at, at most.
const lookEvery = 10 * time.Second

// NewCertificate reads the files, PEM both. Later failures to read them are
// logged, and the certificate at hand serves on.
func NewCertificate(certFile, keyFile string, c clock.Clock, log *slog.Logger) (*Certificate, error) {
	out := &Certificate{certFile: certFile, keyFile: keyFile, clock: c, log: log}
	return out, out.read()
}

// Get gives the certificate to a TLS server (tls.Config.GetCertificate).
func (c *Certificate) Get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.clock.Now(); now.Sub(c.looked) >= lookEvery || now.Before(c.looked) {
		if err := c.readChanged(); err != nil {
			c.log.Error("the TLS certificate changed and cannot be read; the old one serves on", "error", err)
		}
	}
	return c.pair, nil
}

func (c *Certificate) read() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.readChanged()
}

// readChanged reads the files when either is another than last time.
func (c *Certificate) readChanged() error {
	c.looked = c.clock.Now()
	var stamp [2]os.FileInfo
	for i, name := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return fmt.Errorf("the TLS certificate: %w", err)
		}
		stamp[i] = info
	}
	if c.pair != nil && same(stamp[0], c.stamp[0]) && same(stamp[1], c.stamp[1]) {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("the TLS certificate: %w", err) // tried again at the next look: the two files change one after the other
	}
	c.pair, c.stamp = &pair, stamp
	return nil
}

func same(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}

// Trusts says whether a request comes straight from one of the proxies: the
// peer of the connection, whatever headers say.
func (p Proxies) Trusts(remoteAddr string) bool {
	peer, err := parsePeer(remoteAddr)
	return err == nil && p.trusts(peer)
}
