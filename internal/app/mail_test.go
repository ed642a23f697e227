// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/intake"
	"martinella/internal/platform/db"
	"martinella/internal/platform/mailer"
)

// A report that a mail of ours did not arrive marks that mail for the one it was
// sent to, and operators see it among the mails.
func TestAReportMarksTheMailThatWasSent(t *testing.T) {
	h := newHouse(t)
	ctx, a := t.Context(), h.app
	s := access.System("test")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(a.DB.Tx(ctx, func(tx *db.Tx) error {
		return a.rooms.mails.Queue(ctx, tx, mailer.Message{Kind: "test", Subject: "Prova di recapito", Text: "testo", To: []mailer.Recipient{{Address: "anna@comune.example"}, {Address: "bruno@comune.example"}}})
	}))
	_, err := a.Queue.Drain(ctx)
	must(err)
	_, err = a.DB.Exec(ctx, "UPDATE mail_recipient SET state = 'sent' WHERE address LIKE '%@comune.example'") // nothing leaves a test
	must(err)
	_, err = a.rooms.intake.Create(ctx, s, intake.Form{Name: "Posta", Kind: intake.Mailbox, Owner: "turno@csirt.example", Every: 15 * time.Minute, Active: true})
	must(err)
	var id string
	must(a.DB.QueryRow(ctx, "SELECT message_id FROM mail_recipient WHERE address = 'anna@comune.example'").Scan(&id))
	report := func(to, action string) string {
		return "From: MAILER-DAEMON@mx.example\nMessage-ID: <" + to + action + "@mx.example>\nSubject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\n\n" +
			"--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; " + to + "\nAction: " + action + "\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 casella inesistente\n\n" +
			"--B\nContent-Type: text/rfc822-headers\n\nMessage-ID: <" + id + ">\n\n--B--\n"
	}
	for _, c := range []struct{ to, action, says string }{
		{"anna@comune.example", "delayed", "names nobody"}, {"bruno@comune.example", "failed", "not marked"},
		{"anna@comune.example", "failed", "marked on the mail"}, {"anna@comune.example", "failed", "had come before"},
	} {
		said, err := a.TakeMail(ctx, "", []byte(report(c.to, c.action)))
		if must(err); !strings.Contains(said, c.says) {
			t.Errorf("%s %s: %s", c.to, c.action, said)
		}
	}
	counts, err := a.rooms.mails.Counts(ctx, s)
	must(err)
	back, err := a.rooms.mails.LastBounces(ctx, s, []string{"anna@comune.example", "bruno@comune.example"})
	must(err)
	if counts[mailer.Bounced] != 1 || len(back) != 1 || !strings.Contains(back["anna@comune.example"].Why, "casella inesistente") {
		t.Errorf("%v, %v", counts, back)
	}
	list, err := outbox{a.rooms.mails}.Mails(ctx, s, "anna@comune.example", 0, 10)
	must(err)
	if len(list) != 1 || list[0].State != "bounced" || !strings.Contains(list[0].Error, "casella inesistente") {
		t.Errorf("%+v", list)
	}
}
