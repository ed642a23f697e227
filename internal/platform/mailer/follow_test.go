// SPDX-License-Identifier: EUPL-1.2

package mailer_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/platform/db"
	"martinella/internal/platform/mailer"
)

func TestAFollowerHearsWhatBecameOfEachMail(t *testing.T) {
	withServer(t, func(d *desk, s *smtpServer) {
		var heard []string
		d.mailer.Follow("test.digest", func(_ context.Context, tx *db.Tx, all []mailer.Settlement) error {
			for _, x := range all {
				_, said, _ := strings.Cut(strings.Trim(x.Answer, `"`), "5.")
				said = strings.TrimSpace(x.Key + " " + x.Address + " " + string(x.State) + " " + said)
				tx.AfterCommit(func() { heard = append(heard, said) })
			}
			return nil
		})
		mail := digest("anna@example.org")
		mail.Kind, mail.Key = "test.digest", "digest:1"
		other := digest("anna@example.org")
		other.Kind = "test.other"
		d.send(mail)
		d.send(other)
		d.drain()
		if len(s.mails()) != 2 {
			d.t.Fatalf("%d mails", len(s.mails()))
		}
		id := ""
		for _, m := range s.mails() {
			if got := strings.Trim(header(d.t, m.data, "Message-ID"), "<>"); d.asked(got) == "digest:1" {
				id = got
			}
		}
		must(d, d.db.Tx(d.ctx, func(tx *db.Tx) error {
			_, err := d.mailer.Bounced(d.ctx, tx, mailer.Bounce{MessageID: id, Addresses: []string{"anna@example.org"}, Why: "550 5.1.1 unknown"})
			return err
		}))
		must(d, d.db.Tx(d.ctx, func(tx *db.Tx) error { return d.mailer.Retry(d.ctx, tx, staff{}, d.list()[1].ID) }))
		s.next("RCPT", "550 5.1.1 no such user")
		d.drain()
		want := []string{"digest:1 anna@example.org sent", "digest:1 anna@example.org bounced 1.1 unknown", "digest:1 anna@example.org queued 1.1 unknown", "digest:1 anna@example.org failed 1.1 no such user"}
		if diff := cmp.Diff(want, heard); diff != "" {
			d.t.Error(diff)
		}
	})
}

// asked gives the key of the message with a Message-ID.
func (d *desk) asked(messageID string) (key string) {
	d.t.Helper()
	must(d, d.db.QueryRow(d.ctx, "SELECT COALESCE(m.message_key, '') FROM mail_message m JOIN mail_recipient r ON r.message = m.id WHERE r.message_id = $1", messageID).Scan(&key))
	return key
}

func must(d *desk, err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}
