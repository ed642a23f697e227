// SPDX-License-Identifier: EUPL-1.2

package mailer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/platform/db"
	"martinella/internal/platform/mailer"
)

func (d *desk) sendMany(all ...mailer.Message) error {
	return d.db.Tx(d.ctx, func(tx *db.Tx) error { return d.mailer.QueueMany(d.ctx, tx, all) })
}

// numbered is a message with a key and a text of its own.
func numbered(key, text string, to ...string) mailer.Message {
	msg := digest(to...)
	msg.Key, msg.Text = key, "TLP:AMBER\n\n"+text+"\n"
	return msg
}

// Messages queued at once are those that would have been queued one by one: each
// with its own recipients, none for a key that was queued before or comes twice.
func TestManyMailsAtOnce(t *testing.T) {
	each(t, outbox, func(d *desk) {
		d.send(numbered("k1", "old", "old@example.org"))
		all := []mailer.Message{
			numbered("k0", "zero", "a@example.org", "b@example.org"), numbered("k1", "new", "new@example.org"), numbered("", "none", "c@example.org"),
			numbered("", "none", "c@example.org"), numbered("k2", "two", "d@example.org"), numbered("k2", "twice", "e@example.org"),
		}
		if err := d.sendMany(all...); err != nil {
			t.Fatal(err)
		}
		d.drain()
		var got []string
		for _, e := range d.list() {
			mail, err := d.mailer.Get(d.ctx, staff{}, e.ID)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%s %s %s", e.Address, e.State, strings.TrimSpace(strings.TrimPrefix(mail.Text, "TLP:AMBER"))))
		}
		want := []string{"d@example.org kept two", "c@example.org kept none", "c@example.org kept none", "b@example.org kept zero", "a@example.org kept zero", "old@example.org kept old"}
		if diff := cmp.Diff(want, got); diff != "" || d.jobs() != 0 {
			t.Errorf("%s, %d jobs left", diff, d.jobs())
		}
	})
}

// More than a statement holds, of which one makes no sound mail, are all or none.
func TestOneUnsoundMailFailsAll(t *testing.T) {
	each(t, outbox, func(d *desk) {
		var all []mailer.Message
		for i := range 300 {
			all = append(all, numbered(fmt.Sprint("k", i), "text", fmt.Sprintf("p%d@example.org", i)))
		}
		bad := append(append([]mailer.Message{}, all...), numbered("bad", "text", "no address"))
		if err := d.sendMany(bad...); err == nil || len(d.list()) != 0 || d.jobs() != 0 {
			t.Errorf("%v, %d mails, %d jobs", err, len(d.list()), d.jobs())
		}
		if err := d.sendMany(all...); err != nil || d.jobs() != 300 {
			t.Errorf("%v, %d jobs", err, d.jobs())
		}
		if err := d.sendMany(all...); err != nil || d.jobs() != 300 {
			t.Errorf("again: %v, %d jobs", err, d.jobs())
		}
	})
}
