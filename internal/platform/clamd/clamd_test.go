// SPDX-License-Identifier: EUPL-1.2

package clamd_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"martinella/internal/platform/clamd"
)

// daemon speaks clamd's protocol as its manual describes it; it finds EICAR, and
// refuses streams of more than limit bytes as the real one does.
func daemon(t *testing.T, network, address string, limit int) net.Listener {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go answer(c, limit)
		}
	}()
	return l
}

func answer(c net.Conn, limit int) {
	defer c.Close()
	r := bufio.NewReader(c)
	switch command, _ := r.ReadString(0); command {
	case "zPING\x00":
		_, _ = io.WriteString(c, "PONG\x00")
	case "zINSTREAM\x00":
		_, _ = io.WriteString(c, scan(r, limit)+"\x00")
	default:
		_, _ = io.WriteString(c, "UNKNOWN COMMAND\x00")
	}
}

func scan(r io.Reader, limit int) string {
	var all bytes.Buffer
	for {
		var n uint32
		if err := binary.Read(r, binary.BigEndian, &n); err != nil {
			return "broken stream ERROR"
		}
		if n == 0 {
			break
		}
		if all.Len()+int(n) > limit {
			return "INSTREAM size limit exceeded. ERROR"
		}
		if _, err := io.CopyN(&all, r, int64(n)); err != nil {
			return "broken stream ERROR"
		}
	}
	if bytes.Contains(all.Bytes(), []byte("EICAR")) {
		return "stream: Eicar-Test-Signature FOUND"
	}
	return "stream: OK"
}

func TestScan(t *testing.T) {
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "clamd.ctl")} {
		l := daemon(t, network, address, 1<<20)
		at := l.Addr().String()
		if network == "unix" {
			at = "unix:" + at
		}
		c, err := clamd.New(at)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Ping(t.Context()); err != nil {
			t.Errorf("%s: %v", network, err)
		}
		for content, want := range map[string]string{
			"": "", "harmless": "", "x" + strings.Repeat("y", 100_000) + "EICAR": "Eicar-Test-Signature",
		} {
			if got, err := c.Scan(t.Context(), strings.NewReader(content)); err != nil || got != want {
				t.Errorf("%s, %d bytes: %q, %v", network, len(content), got, err)
			}
		}
		if got, err := c.Scan(t.Context(), strings.NewReader(strings.Repeat("x", 2<<20))); err == nil {
			t.Errorf("over its limit: %q", got)
		}
		if _, err := c.Scan(t.Context(), iotest.ErrReader(errors.New("disk gone"))); err == nil {
			t.Error("a content that cannot be read is clean")
		}
	}
}

func TestNobodyThere(t *testing.T) {
	l := daemon(t, "tcp", "127.0.0.1:0", 1)
	c, err := clamd.New(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Scan(context.Background(), strings.NewReader("x")); err == nil {
		t.Error("scanned by nobody")
	}
	for _, bad := range []string{"", "unix:", "localhost", "/run/clamd.ctl"} {
		if _, err := clamd.New(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
