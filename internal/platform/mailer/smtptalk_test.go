// SPDX-License-Identifier: EUPL-1.2

package mailer_test

import (
	"strings"
	"testing"

	"martinella/internal/platform/mailer"
)

// What begins with a dot arrives as it was, and no line end hides the end of a mail.
func TestDotsAndLineEnds(t *testing.T) {
	s := newSMTPServer(t, nil)
	c := client(t, mailer.SMTPConfig{Address: s.address(), TLS: "none"}).Open()
	defer c.Close()
	for _, data := range []string{
		"Subject: x\r\n\r\ntext\r\n", ".\r\n..\r\n.x\r\n\r\n.\r\n", "no end", "bare\n.\nline\r\n", "bare\r.\r\n", strings.Repeat(".23456789\r\n", 5000),
	} {
		if state, _, err := c.Send(t.Context(), mailer.Envelope{From: "a@example.org", To: "b@example.org", Data: []byte(data)}); err != nil || state != mailer.Sent {
			t.Fatalf("%q: %s, %v", data[:6], state, err)
		}
		want := strings.ReplaceAll(strings.ReplaceAll(data, "\r\n", "\n"), "\n", "\r\n")
		if !strings.HasSuffix(want, "\r\n") {
			want += "\r\n"
		}
		all := s.mails()
		if got := all[len(all)-1].data; got != want {
			t.Errorf("%.40q arrived as %.40q", data, got)
		}
	}
	if n := s.times("CONNECT"); n != 1 {
		t.Errorf("%d connections", n)
	}
}

// An address that holds a line break says nothing to the server.
func TestNoCommandIsSmuggledIn(t *testing.T) {
	s := newSMTPServer(t, nil)
	c := client(t, mailer.SMTPConfig{Address: s.address(), TLS: "none"}).Open()
	defer c.Close()
	_, _, err := c.Send(t.Context(), mailer.Envelope{From: "a@example.org", To: "b@example.org>\r\nRCPT TO:<c@example.org", Data: []byte("x\r\n")})
	if err == nil || s.said("MAIL") || len(s.mails()) != 0 {
		t.Errorf("%v, %v", err, s.mails())
	}
}
