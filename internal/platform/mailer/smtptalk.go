// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"bytes"
	"errors"
	"strings"
)

// hand says one mail. Where the server allows it (RFC 2920) the envelope goes in
// one piece, so that a mail costs two waits for an answer instead of four.
func (t *talk) hand(e Envelope) (string, error) {
	if strings.ContainsAny(e.From+e.To, "\r\n") {
		return "", failure{"MAIL", errors.New("an address holds a line break")}
	}
	ask := t.ask
	if ok, _ := t.c.Extension("PIPELINING"); ok {
		ask = t.askAtOnce
	}
	if err := ask([]command{{"MAIL", "MAIL FROM:<" + e.From + ">" + t.parameters(), 250}, {"RCPT", "RCPT TO:<" + e.To + ">", 25}, {"DATA", "DATA", 354}}); err != nil {
		return "", err
	}
	if err := t.text(e.Data); err != nil {
		return "", failure{"text", err}
	}
	_, said, err := t.c.Text.ReadResponse(250)
	if err != nil {
		return "", failure{"end", err}
	}
	return said, nil
}

// parameters are what MAIL says of a mail to a server that knows them.
func (t *talk) parameters() (p string) {
	if ok, _ := t.c.Extension("8BITMIME"); ok {
		p = " BODY=8BITMIME"
	}
	if ok, _ := t.c.Extension("SMTPUTF8"); ok {
		p += " SMTPUTF8"
	}
	return p
}

// command is what is said, and the beginning of the answer that is wanted.
type command struct {
	verb, line string
	want       int
}

// ask says commands, each when the one before was answered well.
func (t *talk) ask(all []command) error {
	for _, c := range all {
		err := t.c.Text.PrintfLine("%s", c.line)
		if err == nil {
			_, _, err = t.c.Text.ReadResponse(c.want)
		}
		if err != nil {
			return failure{c.verb, err}
		}
	}
	return nil
}

// askAtOnce says all commands in one piece and then reads the answers. Where one
// is bad and the last, DATA, was answered well all the same, the server is told
// that nothing comes (RFC 2920, 3.1).
func (t *talk) askAtOnce(all []command) error {
	var b []byte
	for _, c := range all {
		b = append(b, c.line+"\r\n"...)
	}
	if err := t.write(b); err != nil {
		return failure{all[0].verb, err}
	}
	var first error
	for i, c := range all {
		_, _, err := t.c.Text.ReadResponse(c.want)
		f := failure{c.verb, err}
		if err != nil && first == nil {
			first = f
		}
		if err != nil && f.code() == 0 {
			return first // nothing more is to be heard
		}
		if err == nil && first != nil && i == len(all)-1 {
			t.nothing()
		}
	}
	return first
}

// nothing ends a mail that was not begun: the server has nobody to give it to.
func (t *talk) nothing() {
	err := t.write([]byte(".\r\n"))
	if err == nil {
		_, _, err = t.c.Text.ReadResponse(0)
	}
	if err != nil {
		t.hangUp()
	}
}

func (t *talk) write(data []byte) error {
	if _, err := t.c.Text.W.Write(data); err != nil {
		return err
	}
	return t.c.Text.W.Flush()
}

// text says the mail and that it is over (RFC 5321, 4.5.2). What has a line end
// that is none in mail goes through net/textproto, which makes one of it: two
// servers must not see two different mails.
func (t *talk) text(data []byte) error {
	n := bytes.Count(data, []byte("\r\n"))
	if bytes.Count(data, []byte("\n")) != n || bytes.Count(data, []byte("\r")) != n || !bytes.HasSuffix(data, []byte("\r\n")) {
		w := t.c.Text.DotWriter()
		if _, err := w.Write(data); err != nil {
			return err
		}
		return w.Close()
	}
	if bytes.HasPrefix(data, []byte(".")) {
		data = append([]byte("."), data...)
	}
	return t.write(append(bytes.ReplaceAll(data, []byte("\r\n."), []byte("\r\n..")), ".\r\n"...))
}
