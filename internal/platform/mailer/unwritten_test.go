// SPDX-License-Identifier: EUPL-1.2

package mailer_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/mailer"
)

// While nothing can be written down nothing more is handed over: what the server
// has and we do not know is one mail for each conversation, not all that were taken.
func TestNothingLeavesWhileNothingIsWrittenDown(t *testing.T) {
	withServer(t, func(d *desk, s *smtpServer) {
		broken := true
		d.mailer.Follow("vulnerability.digest", func(context.Context, *db.Tx, []mailer.Settlement) error {
			if broken {
				return errors.New("the database is gone")
			}
			return nil
		})
		for i := range 60 {
			d.send(digest(fmt.Sprintf("p%d@example.org", i)))
		}
		d.drain()
		if n := len(s.mails()); n == 0 || n > 4 {
			t.Errorf("%d mails left, of which nothing is known", n)
		}
		broken = false
		for range 5 {
			d.clock.Advance(time.Hour)
			d.drain()
		}
		got := map[string]int{}
		for _, m := range s.mails() {
			got[m.to]++
		}
		if len(got) != 60 || len(s.mails()) > 64 || d.jobs() != 0 {
			t.Errorf("%d have it, %d mails, %d jobs", len(got), len(s.mails()), d.jobs())
		}
	})
}
