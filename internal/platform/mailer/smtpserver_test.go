// SPDX-License-Identifier: EUPL-1.2

package mailer_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// drop, as an answer, cuts the connection.
const drop = "drop"

// keepAndDrop, as the answer to a whole mail, keeps it and cuts the connection.
const keepAndDrop = "2 kept, but nobody hears of it"

// smtpServer is a mail server that does as it is told.
type smtpServer struct {
	listener net.Listener
	tls      *tls.Config // nil: no STARTTLS
	slow     bool        // no PIPELINING
	eager    bool        // says yes to DATA also where there is nobody to give the mail to

	mu       sync.Mutex
	answers  map[string][]string // by verb: what to say to the next ones instead of yes
	accepted []accepted
	secured  bool // the last mail came under TLS
	verbs    []string
}

type accepted struct{ from, to, data string }

func newSMTPServer(t *testing.T, config *tls.Config) *smtpServer {
	t.Helper()
	return serve(t, listen(t), config)
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func serve(t *testing.T, l net.Listener, config *tls.Config) *smtpServer {
	t.Helper()
	s := &smtpServer{listener: l, tls: config, answers: map[string][]string{}}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { (&conversation{server: s}).run(c) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	return s
}

func (s *smtpServer) address() string { return s.listener.Addr().String() }

// next makes the server give these answers to the coming commands of a verb;
// "ACCEPTED" is the moment after the whole mail has arrived.
func (s *smtpServer) next(verb string, answers ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[verb] = append(s.answers[verb], answers...)
}

func (s *smtpServer) mails() []accepted {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]accepted(nil), s.accepted...)
}

func (s *smtpServer) said(verb string) bool { return s.times(verb) > 0 }

// times counts how often a verb was said.
func (s *smtpServer) times(verb string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.verbs {
		if v == verb {
			n++
		}
	}
	return n
}

// yes is the good answer to a verb.
func (s *smtpServer) yes(verb string) string {
	return map[string]string{"CONNECT": "220 test", "MIDDLE": "", "DATA": "354 go on", "ACCEPTED": "250 kept as 4711"}[verb] +
		map[bool]string{true: "250 fine"}[verb == "MAIL" || verb == "RCPT" || verb == "RSET"]
}

func (s *smtpServer) wasSecured() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.secured
}

// answer takes the next told answer to a verb, or yes.
func (s *smtpServer) answer(verb, yes string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.verbs = append(s.verbs, verb)
	if told := s.answers[verb]; len(told) > 0 {
		s.answers[verb] = told[1:]
		return told[0]
	}
	return yes
}

// conversation is one connection.
type conversation struct {
	server *smtpServer
	conn   net.Conn
	in     *bufio.Reader
	mail   accepted
	nobody bool // to give the mail to
	secure bool
}

func (c *conversation) run(conn net.Conn) {
	c.use(conn)
	defer func() { _ = c.conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	open := c.say("CONNECT", "220 test")
	for open {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return
		}
		open = c.command(strings.TrimSpace(line))
	}
}

func (c *conversation) use(conn net.Conn) { c.conn, c.in = conn, bufio.NewReader(conn) }

// say answers and reports whether the conversation goes on.
func (c *conversation) say(verb, yes string) bool {
	answer := c.server.answer(verb, yes)
	if answer == drop {
		return false
	}
	_, err := c.conn.Write([]byte(answer + "\r\n"))
	return err == nil
}

func (c *conversation) command(line string) bool {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb = strings.ToUpper(verb); verb {
	case "EHLO":
		return c.say(verb, c.greeting())
	case "STARTTLS":
		return c.startTLS()
	case "AUTH":
		return c.say(verb, "235 welcome")
	case "MAIL":
		c.mail, c.nobody = accepted{from: rest}, false
		return c.envelope(verb)
	case "RCPT":
		c.mail.to = rest
		return c.envelope(verb)
	case "DATA":
		return c.data()
	case "QUIT":
		c.say(verb, "221 bye")
		return false
	}
	return c.say(verb, "250 fine")
}

// envelope answers to MAIL and RCPT; without both there is nobody to give the mail to.
func (c *conversation) envelope(verb string) bool {
	answer := c.server.answer(verb, "250 fine")
	c.nobody = c.nobody || answer[0] != '2'
	if answer == drop {
		return false
	}
	_, err := c.conn.Write([]byte(answer + "\r\n"))
	return err == nil
}

func (c *conversation) greeting() string {
	extensions := "250-test\r\n250-8BITMIME\r\n"
	if !c.server.slow {
		extensions += "250-PIPELINING\r\n"
	}
	if c.server.tls != nil && !c.secure {
		extensions += "250-STARTTLS\r\n"
	}
	return extensions + "250 AUTH PLAIN LOGIN"
}

func (c *conversation) startTLS() bool {
	if !c.say("STARTTLS", "220 go on") {
		return false
	}
	c.use(tls.Server(c.conn, c.server.tls))
	c.secure = true
	return true
}

// data reads a mail. DROP-IN-DATA cuts the connection in the middle of it.
func (c *conversation) data() bool {
	if c.nobody && !c.server.eager {
		_, err := c.conn.Write([]byte("503 5.5.1 to whom?\r\n"))
		return err == nil
	}
	before := c.server.answer("DATA", "354 go on")
	if _, err := c.conn.Write([]byte(before + "\r\n")); err != nil || before[0] != '3' {
		return err == nil
	}
	middle := c.server.answer("MIDDLE", "")
	var b strings.Builder
	for {
		line, err := c.in.ReadString('\n')
		if err != nil || middle == drop {
			return false
		}
		if line == ".\r\n" {
			break
		}
		b.WriteString(strings.TrimPrefix(line, "."))
	}
	if c.nobody {
		_, err := c.conn.Write([]byte("554 5.5.1 nobody to give it to\r\n"))
		return err == nil && b.Len() == 0
	}
	answer := c.server.answer("ACCEPTED", "250 kept as 4711")
	if answer[0] == '2' {
		c.mail.data = b.String()
		c.server.mu.Lock()
		c.server.accepted = append(c.server.accepted, c.mail)
		c.server.secured = c.secure
		c.server.mu.Unlock()
	}
	if answer == drop || answer == keepAndDrop {
		return false
	}
	_, err := c.conn.Write([]byte(answer + "\r\n"))
	return err == nil
}

// certificate makes a server's certificate and the trust in it.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		&tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}
}
