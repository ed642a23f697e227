// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"crypto/tls"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/wneessen/go-mail"
)

// SMTPConfig says how to reach the mail server.
type SMTPConfig struct {
	Address  string // "mail.example.it:587"
	User     string // empty: no sign-in
	Password string
	TLS      string        // "starttls" (required, never in clear), "tls" (from the first byte), "none"
	Timeout  time.Duration // for each step of the conversation; default 30 s
	Hello    string        // the name we give; default the machine's
	Trust    *tls.Config   // nil: the system's certificates
}

// SMTP is the transport that hands mail to a mail server, many mails a connection.
type SMTP struct {
	cfg  SMTPConfig
	host string
	port int
}

// NewSMTP makes the transport; nothing is connected yet.
func NewSMTP(cfg SMTPConfig) (*SMTP, error) {
	host, portText, err := net.SplitHostPort(cfg.Address)
	if err != nil {
		return nil, fmt.Errorf("mail server %q is not host:port: %w", cfg.Address, err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return nil, fmt.Errorf("mail server %q: the port is not a number: %w", cfg.Address, err)
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	if cfg.Trust == nil {
		cfg.Trust = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	}
	s := &SMTP{cfg: cfg, host: host, port: port}
	if _, err := s.client(new(line)); err != nil {
		return nil, fmt.Errorf("mail server %q: %w", cfg.Address, err)
	}
	return s, nil
}

// client makes a client for one conversation over l.
func (s *SMTP) client(l *line) (*mail.Client, error) {
	l.secure = s.cfg.TLS == "tls"
	l.trust = s.cfg.Trust
	options := []mail.Option{
		mail.WithPort(s.port), mail.WithTimeout(s.cfg.Timeout), mail.WithoutNoop(),
		mail.WithTLSConfig(s.cfg.Trust), mail.WithDialContextFunc(l.dial),
	}
	switch s.cfg.TLS {
	case "starttls":
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	case "tls", "none":
		options = append(options, mail.WithTLSPolicy(mail.NoTLS)) // no further one
	default:
		return nil, fmt.Errorf("TLS %q is not starttls, tls or none", s.cfg.TLS)
	}
	if s.cfg.Hello != "" {
		options = append(options, mail.WithHELO(s.cfg.Hello))
	}
	if s.cfg.User != "" {
		options = append(options, s.signIn(), mail.WithUsername(s.cfg.User), mail.WithPassword(s.cfg.Password))
	}
	return mail.NewClient(s.host, options...)
}

// signIn takes the strongest mechanism the server offers, and one that shows
// the password only under TLS.
func (s *SMTP) signIn() mail.Option {
	if s.cfg.TLS == "none" {
		return mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover)
	}
	return mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256PLUS, mail.SMTPAuthSCRAMSHA256,
		mail.SMTPAuthSCRAMSHA1PLUS, mail.SMTPAuthSCRAMSHA1, mail.SMTPAuthCramMD5, mail.SMTPAuthPlain, mail.SMTPAuthLogin)
}
