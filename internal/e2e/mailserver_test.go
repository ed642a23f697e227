// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"bufio"
	"crypto/sha256"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
)

// mailServer takes every mail in clear, and stops answering when it is told to.
type mailServer struct {
	listener net.Listener

	mu    sync.Mutex
	mails []arrived
	left  int // mails until it answers no more; 0: it goes on
	mute  chan struct{}
}

// arrived is a mail as it was accepted.
type arrived struct {
	to, id, kind string
	digest       [32]byte
}

func startMailServer(t *testing.T) *mailServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &mailServer{listener: l}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { defer c.Close(); s.talk(c) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	return s
}

// options make an installation send its mails here.
func (s *mailServer) options() []string {
	return []string{"--mail-transport", "smtp", "--smtp-address", s.listener.Addr().String(), "--smtp-tls", "none", "--mail-from", "CSIRT <csirt@csirt.example>"}
}

// muteAfter makes it keep n more mails and answer to nothing after them; what it
// gives is closed then.
func (s *mailServer) muteAfter(n int) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left, s.mute = n, make(chan struct{})
	return s.mute
}

// speak makes it answer again, to new connections.
func (s *mailServer) speak() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left, s.mute = 0, nil
}

func (s *mailServer) all() []arrived {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]arrived(nil), s.mails...)
}

// keep takes a mail; false: it is kept and the client never hears of it.
func (s *mailServer) keep(m arrived) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, m)
	if s.mute == nil {
		return true
	}
	if s.left--; s.left == 0 {
		close(s.mute)
	}
	return s.left > 0
}

func (s *mailServer) talk(c net.Conn) {
	in := bufio.NewReader(c)
	say := func(text string) bool { _, err := c.Write([]byte(text + "\r\n")); return err == nil }
	to := ""
	for open := say("220 test"); open; {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch verb {
		case "EHLO":
			open = say("250-test\r\n250-8BITMIME\r\n250 PIPELINING")
		case "RCPT":
			to = strings.Trim(strings.TrimPrefix(rest, "TO:"), "<>")
			open = say("250 fine")
		case "DATA":
			say("354 go on")
			m, err := readMail(in)
			if err != nil {
				return
			}
			if m.to = to; !s.keep(m) {
				_, _ = in.ReadByte() // until the client is gone
				return
			}
			open = say("250 kept")
		case "QUIT":
			say("221 bye")
			return
		default:
			open = say("250 fine")
		}
	}
}

func readMail(in *bufio.Reader) (m arrived, err error) {
	var b strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return m, err
		}
		if line == ".\r\n" {
			break
		}
		b.WriteString(line)
	}
	parsed, err := mail.ReadMessage(strings.NewReader(b.String()))
	if err != nil {
		return m, err
	}
	m.id, m.kind, m.digest = parsed.Header.Get("Message-ID"), parsed.Header.Get("Subject"), sha256.Sum256([]byte(b.String()))
	return m, nil
}

// wantOnce holds what arrived to people who were to get it: everybody did, and
// whoever got it twice got the same mail under the same name. It gives how many did.
func wantOnce(t *testing.T, mails []arrived, people map[string]bool) (copies int) {
	t.Helper()
	got := map[string]arrived{}
	for _, m := range mails {
		first, again := got[m.to]
		got[m.to] = m
		switch {
		case !people[m.to]:
			t.Errorf("%s got a mail that was not for him", m.to)
		case again && (first.id != m.id || first.digest != m.digest):
			t.Errorf("%s has it as %s and as %s", m.to, first.id, m.id)
		case again:
			copies++
		}
	}
	for address := range people {
		if _, ok := got[address]; !ok {
			t.Errorf("%s has nothing", address)
		}
	}
	return copies
}
