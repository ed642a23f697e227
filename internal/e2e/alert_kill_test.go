// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"martinella/internal/platform/db"
)

// alerted are the people of one body that an alert goes to in these tests.
const alerted = 3000

// addPeople gives a body of the demonstration people, as rows.
func (i *installation) addPeople(code string, n int) map[string]bool {
	i.t.Helper()
	people := map[string]bool{}
	i.look(func(d *db.DB) error {
		return d.Tx(i.t.Context(), func(tx *db.Tx) error {
			rows := make([][]any, n)
			for k := range rows {
				address := fmt.Sprintf("p%04d@prova.example", k)
				people[address] = true
				rows[k] = []any{i.count("SELECT id FROM organisation WHERE code = '" + code + "'"), "Persona", address, "+39 055 1", "it", false, 0, 0}
				if k > 0 {
					rows[k][0] = rows[0][0]
				}
			}
			return tx.BulkInsert(i.t.Context(), "contact", []string{"organisation_id", "name", "email", "phone", "language", "digest", "created_at", "updated_at"}, rows)
		})
	})
	i.look(func(d *db.DB) error {
		_, err := d.Exec(i.t.Context(), "INSERT INTO contact_role (contact_id, role) SELECT id, 'security_contact' FROM contact WHERE email LIKE 'p%@prova.example'")
		return err
	})
	return people
}

// alert writes and sends an alert to a body, as an analyst does, and gives its title.
func (i *installation) alert(code string) string {
	i.t.Helper()
	const title = "PROVA: arresto"
	c := enter(i.t, i.base, "andrea.rossi@csirt.example")
	a := c.post("/ops/advisories/new", url.Values{"kind": {"alert"}, "severity": {"high"}, "tlp": {"TLP:AMBER"}, "ack": {"24"}, "audience": {"code:" + code},
		"main": {"it"}, "title_it": {title}, "body_it": {"Il testo è inventato."}})
	if a.status != http.StatusOK || !strings.HasPrefix(a.path, "/ops/advisories/") || strings.HasSuffix(a.path, "/new") {
		i.t.Fatal(a)
	}
	if a = c.post(a.path+"/send", url.Values{"version": {"1"}}); a.status != http.StatusOK || !strings.Contains(a.text, "Inviata") {
		i.t.Fatal(a)
	}
	return title
}

// leasesEnd makes what a dead process was doing free, as if its minute had passed.
func (i *installation) leasesEnd() {
	i.t.Helper()
	i.look(func(d *db.DB) error {
		_, err := d.Exec(i.t.Context(), "UPDATE job SET lease_until = 1 WHERE state = 'leased'")
		return err
	})
}

// conversations are those of a program with the mail server: workers, and connections of each.
const conversations = 2 * 4

const (
	alertsQueued = "SELECT count(*) FROM mail_message WHERE kind = 'advisory'"
	alertsSent   = "SELECT count(*) FROM mail_recipient r JOIN mail_message m ON m.id = r.message WHERE m.kind = 'advisory' AND r.state = 'sent'"
	alertJobs    = "SELECT count(*) FROM job WHERE kind IN ('mail.send', 'advisory.tell')"
)

// TestKilledWhileAlertingEverybody: kill -9 while an alert's mails are queued, then
// twice while they are handed to a server that has them and does not say so. In the
// end everybody has the alert, and whoever has it twice has the same mail: no
// more of them than there were conversations.
func TestKilledWhileAlertingEverybody(t *testing.T) {
	s := startMailServer(t)
	i := install(t, s.options()...)
	i.run("demo", "--demo")
	people := i.addPeople("c_x001", alerted)
	before := i.count(alertsQueued)
	p := i.serve("--demo", "--work=false") // whose mails would stay in the portal
	title := i.alert("c_x001")
	p.stop()
	s.muteAfter(1) // nothing leaves while they are queued
	p = i.start("worker")
	i.watch(func(count func(string) int) {
		until(t, "a part is queued", func() bool { return count(alertsQueued) > before+300 })
	})
	p.kill()
	if n := i.count(alertsQueued); n-before >= alerted {
		t.Logf("all %d were queued: the kill came late", n)
	}
	for _, n := range []int{300, 900} {
		i.leasesEnd()
		mute := s.muteAfter(n)
		p = i.start("worker")
		until(t, "mails arrive", func() bool {
			select {
			case <-mute:
				return true
			default:
				return false
			}
		})
		p.kill()
	}
	s.speak()
	i.leasesEnd()
	i.start("worker")
	i.watch(func(count func(string) int) {
		until(t, "everybody has it", func() bool { return count(alertsSent) >= alerted && count(alertJobs) == 0 })
	})
	var ours []arrived
	for _, m := range s.all() {
		if people[m.to] {
			ours = append(ours, m)
		}
	}
	if !strings.Contains(ours[0].kind, title) {
		t.Errorf("the subject is %q", ours[0].kind)
	}
	if copies := wantOnce(t, ours, people); copies == 0 || copies > 3*conversations {
		t.Errorf("%d copies after three kills", copies)
	}
}

// inLastWeek is a moment of the week that is told at a time.
func inLastWeek(now time.Time) time.Time {
	back := (int(now.Weekday())+6)%7 + 3
	if now.Weekday() == time.Monday && now.UTC().Hour() < 7 {
		back += 7 // until seven in the morning, there, it is the week before
	}
	return now.AddDate(0, 0, -back)
}

// TestKilledWhileTellingTheWeek: kill -9 between one body's weekly list and the
// next one's, several times: in the end each has had it once.
func TestKilledWhileTellingTheWeek(t *testing.T) {
	i := install(t, "--demo")
	i.run("demo")
	i.look(func(d *db.DB) error { // as if everybody had had the alerts in the week, and nobody been told
		if _, err := d.Exec(t.Context(), "UPDATE advisory SET sent_at = $1, revised_at = NULL WHERE state = 'sent'", db.Ms(inLastWeek(time.Now()))); err != nil {
			return err
		}
		if _, err := d.Exec(t.Context(), `INSERT INTO advisory_member (advisory_id, organisation_id, certain, why, people)
			SELECT a.id, o.id, TRUE, '[]', 1 FROM advisory a, organisation o WHERE a.state = 'sent' AND o.state = 'approved' ON CONFLICT DO NOTHING`); err != nil {
			return err
		}
		for _, q := range []string{"DELETE FROM advisory_week", "DELETE FROM mail_message WHERE kind = 'advisory.weekly'", "DELETE FROM job_schedule WHERE name = 'advisory.weekly'"} {
			if _, err := d.Exec(t.Context(), q); err != nil {
				return err
			}
		}
		return nil
	})
	const told = "SELECT count(*) FROM advisory_week"
	var seen []int
	for _, atLeast := range []int{1, 3, 5} {
		p := i.start("serve")
		i.watch(func(count func(string) int) {
			until(t, "a week is told", func() bool { return count(told) >= atLeast })
		})
		p.kill()
		seen = append(seen, i.count(told))
		i.leasesEnd()
	}
	i.serve()
	all := i.count("SELECT count(*) FROM organisation WHERE state = 'approved'")
	i.watch(func(count func(string) int) { until(t, "all are told", func() bool { return count(told) == all }) })
	if t.Logf("told after each kill %v, of %d", seen, all); seen[0] == all {
		t.Errorf("no kill came in the middle: %v of %d", seen, all)
	}
	promised := i.count("SELECT sum(mails) FROM advisory_week")
	if mails := i.count("SELECT count(*) FROM mail_message WHERE kind = 'advisory.weekly'"); mails != promised || mails == 0 {
		t.Errorf("%d mails, %d promised", mails, promised)
	}
	if twice := i.list(`SELECT r.address FROM mail_recipient r JOIN mail_message m ON m.id = r.message WHERE m.kind = 'advisory.weekly'
		GROUP BY m.organisation, r.address HAVING count(*) > 1`); len(twice) > 0 {
		t.Errorf("written to twice: %v", twice)
	}
}
