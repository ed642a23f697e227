// SPDX-License-Identifier: EUPL-1.2

package intake_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"martinella/internal/access"
	"martinella/internal/intake"
)

// certify makes the certificate of the tests' mail servers, and trust in it.
func (w *world) certify() *x509.CertPool {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	w.must(err)
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	w.must(err)
	parsed, err := x509.ParseCertificate(der)
	w.must(err)
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	w.tls = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	return pool
}

// mailbox is a real IMAP server with one person's mails in memory.
type mailbox struct {
	w       *world
	user    *imapmemserver.User
	address string // without the scheme
}

func (w *world) mailbox(caps imap.CapSet) *mailbox {
	w.Helper()
	b := &mailbox{w: w, user: imapmemserver.NewUser("allerte", "s3cret")}
	w.must(b.user.Create("INBOX", nil))
	memory := imapmemserver.New()
	memory.AddUser(b.user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		Caps: caps, TLSConfig: w.tls,
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(tls.NewListener(l, w.tls))
	}()
	w.Cleanup(func() { _ = server.Close(); <-ended })
	b.address = l.Addr().String()
	return b
}

func (b *mailbox) put(raw string) {
	b.w.Helper()
	_, err := b.user.Append("INBOX", literal{strings.NewReader(strings.ReplaceAll(raw, "\n", "\r\n"))}, &imap.AppendOptions{Time: b.w.clock.Now()})
	b.w.must(err)
}

type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// counts gives how many mails a folder has, and how many of them are unread.
func (b *mailbox) counts(folder string) (all, unread uint32) {
	b.w.Helper()
	s, err := b.user.Status(folder, &imap.StatusOptions{NumMessages: true, NumUnseen: true})
	b.w.must(err)
	return *s.NumMessages, *s.NumUnseen
}

func (b *mailbox) form() intake.Form {
	f := b.w.mailForm()
	f.Address, f.Settings.User, f.Secret = "imaps://"+b.address+"/INBOX", "allerte", "s3cret"
	return f
}

func TestAMailboxIsRead(t *testing.T) {
	each(t, func(w *world) {
		b := w.mailbox(nil)
		b.put(mailFrom("avvisi@polizia.example", "1", "testo"))
		b.put(mailFrom("chi@altrove.example", "2", "testo"))
		b.put(reportOf(w.T, "postfix-failed.eml"))
		x := w.add(b.form())
		w.tick(time.Minute)
		if now := w.read(x); len(w.got) != 1 || now.Failures != 0 || now.Seen != 3 || now.Fresh != 1 || now.Health.Refused != 1 || len(w.backs) != 1 {
			w.Fatalf("%d, %+v", len(w.got), now.Health)
		}
		if all, unread := b.counts("INBOX"); all != 3 || unread != 0 {
			w.Errorf("%d mails, %d unread", all, unread)
		}
		w.tick(15 * time.Minute)
		b.put(mailFrom("avvisi@polizia.example", "3", "testo"))
		w.tick(15 * time.Minute)
		if now := w.read(x); len(w.got) != 2 || now.Seen != 4 {
			w.Errorf("%d, %+v", len(w.got), now.Health)
		}
		// The same mail by the other way is the same mail.
		if d := w.deliver(mailFrom("avvisi@polizia.example", "3", "testo")); !d.Before {
			w.Errorf("%+v", d)
		}
		if fields := strings.Join([]string{w.read(x).Secret}, ""); fields != "" {
			w.Error("the password is told")
		}
	})
}

// Mails leave the folder when they are written down and not before, also where the server cannot move.
func TestTakenMailsAreMoved(t *testing.T) {
	for name, caps := range map[string]imap.CapSet{
		"with MOVE": {imap.CapIMAP4rev1: {}, imap.CapMove: {}}, "without MOVE": {imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}}, "with neither MOVE nor UIDPLUS": {imap.CapIMAP4rev1: {}},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				b := w.mailbox(caps)
				f := b.form()
				f.Settings.Folder = "Lette"
				b.put(mailFrom("avvisi@polizia.example", "1", "testo"))
				b.put(mailFrom("avvisi@polizia.example", "2", "BROKEN"))
				b.put(mailFrom("avvisi@polizia.example", "3", "testo"))
				w.fails = func(a intake.Alert) error {
					if strings.Contains(string(a.Data), "BROKEN") {
						return errors.New("the disk is on fire")
					}
					return nil
				}
				x := w.add(f)
				if now := w.run(x); len(w.got) != 2 || now.Code != "intake.waiting" {
					w.Errorf("%d, %+v", len(w.got), now.Health)
				}
				if all, _ := b.counts("INBOX"); all != 1 && len(caps) > 1 {
					w.Errorf("%d mails wait", all)
				}
				w.fails = nil
				if now := w.run(x); len(w.got) != 3 || now.Failures != 0 || now.Fresh != 3 {
					w.Errorf("%d, %+v", len(w.got), now.Health)
				}
				if all, _ := b.counts("Lette"); all != 3 {
					w.Errorf("%d mails are put away", all)
				}
			})
		})
	}
}

// Stopped between the commit and the mark, the next run marks it and makes nothing twice.
func TestAKillBeforeTheMark(t *testing.T) {
	each(t, func(w *world) {
		b := w.mailbox(nil)
		b.put(mailFrom("avvisi@polizia.example", "1", "testo"))
		x := w.add(b.form())
		w.deliver(mailFrom("avvisi@polizia.example", "1", "testo")) // it is written down, and not marked
		if w.run(x); len(w.got) != 1 {
			w.Errorf("%d alerts", len(w.got))
		}
		if _, unread := b.counts("INBOX"); unread != 0 {
			w.Error("it is not marked")
		}
		// A folder that was made anew has new numbers: what is in it is known all the same.
		w.must(b.user.Delete("INBOX"))
		w.must(b.user.Create("INBOX", nil))
		b.put(mailFrom("avvisi@polizia.example", "1", "testo"))
		b.put(mailFrom("avvisi@polizia.example", "4", "testo"))
		if now := w.run(x); len(w.got) != 2 || now.Failures != 0 {
			w.Errorf("%d alerts, %+v", len(w.got), now.Health)
		}
	})
}

func TestMailboxesThatFail(t *testing.T) {
	each(t, func(w *world) {
		b := w.mailbox(nil)
		f := b.form()
		f.Secret = "wrong"
		x := w.add(f)
		if now := w.run(x); now.Code != "intake.imap.signin" {
			w.Errorf("%+v", now.Health)
		}
		edit := func(change func(*intake.Form)) intake.Source {
			f := b.form()
			change(&f)
			now, err := w.Edit(w.Context(), csirt(access.Manager), x.ID, w.read(x).Version, f)
			w.must(err)
			return w.run(now)
		}
		if now := edit(func(f *intake.Form) { f.Address = "imaps://" + b.address + "/Altra" }); now.Code != "intake.imap.folder" {
			w.Errorf("%+v", now.Health)
		}
		if now := edit(func(f *intake.Form) { f.Address = "imaps://127.0.0.1:1/INBOX" }); now.Code != "fetch.unreachable" {
			w.Errorf("%+v", now.Health)
		}
		plain := serveLines(w, "* OK ready\r\n", "* CAPABILITY IMAP4rev1\r\n")
		if now := edit(func(f *intake.Form) { f.Address = "imap://" + plain + "/INBOX" }); now.Code != "intake.imap.tls" {
			w.Errorf("no STARTTLS: %+v", now.Health)
		}
		if now := edit(func(f *intake.Form) { f.Address = "imaps://" + plain + "/INBOX" }); now.Code != "intake.imap.tls" {
			w.Errorf("no TLS: %+v", now.Health)
		}
		if now := edit(func(*intake.Form) {}); now.Failures != 0 {
			w.Errorf("%+v", now.Health)
		}
	})
}

// serveLines answers each line with the next text, and the rest with BAD.
func serveLines(w *world, texts ...string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	w.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go answerLines(c, texts)
		}
	}()
	return l.Addr().String()
}

func answerLines(c net.Conn, texts []string) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	in := bufio.NewScanner(c)
	fmt.Fprint(c, texts[0])
	for in.Scan() {
		tag, _, _ := strings.Cut(in.Text(), " ")
		fmt.Fprintf(c, "%s BAD no\r\n", tag)
	}
}

// A server that says there are four thousand million mails is believed 500 at a time.
func TestAServerWithoutBounds(t *testing.T) {
	each(t, func(w *world) {
		l, err := tls.Listen("tcp", "127.0.0.1:0", w.tls)
		w.must(err)
		w.Cleanup(func() { _ = l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go hostile(c)
			}
		}()
		f := w.mailForm()
		f.Address, f.Settings.User, f.Secret = "imaps://"+l.Addr().String()+"/INBOX", "a", "b"
		if now := w.run(w.add(f)); now.Code != "intake.imap.trouble" || len(w.got) != 0 {
			w.Errorf("%+v", now.Health)
		}
	})
}

// hostile answers a mail that never ends.
func hostile(c net.Conn) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	in := bufio.NewScanner(c)
	fmt.Fprint(c, "* OK [CAPABILITY IMAP4rev1 ESEARCH] ready\r\n")
	for in.Scan() {
		tag, rest, _ := strings.Cut(in.Text(), " ")
		switch {
		case strings.HasPrefix(rest, "SELECT"):
			fmt.Fprint(c, "* 4294967295 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n")
		case strings.Contains(rest, "SEARCH"):
			fmt.Fprintf(c, "* ESEARCH (TAG %q) UID ALL 1:4294967294\r\n", tag)
		case strings.Contains(rest, "RFC822.SIZE"):
			fmt.Fprint(c, "* 1 FETCH (UID 1 RFC822.SIZE 10)\r\n")
		case strings.Contains(rest, "BODY.PEEK"):
			fmt.Fprint(c, "* 1 FETCH (UID 1 BODY[] {4000000000}\r\n")
			for chunk := strings.Repeat("x", 1<<16); ; {
				if _, err := fmt.Fprint(c, chunk); err != nil {
					return
				}
			}
		}
		fmt.Fprintf(c, "%s OK done\r\n", tag)
	}
}

// A folder that cannot be made keeps no mail from being taken.
func TestAFolderThatCannotBeMade(t *testing.T) {
	each(t, func(w *world) {
		b := w.mailbox(nil)
		f := b.form()
		f.Settings.Folder = "Lette/" // this server makes one of another name
		for _, id := range []string{"1", "2", "3"} {
			b.put(mailFrom("avvisi@polizia.example", id, "testo"))
		}
		x := w.add(f)
		for range 2 {
			if now := w.run(x); len(w.got) != 3 || now.Code != "intake.imap.folder" {
				w.Errorf("%d, %+v", len(w.got), now.Health)
			}
		}
		if all, _ := b.counts("INBOX"); all != 3 {
			w.Errorf("%d mails are left", all)
		}
	})
}
