// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"martinella/internal/platform/db/pgtest"
)

// TestTheDatabaseIsGone for a minute: PostgreSQL is stopped while an alert is queued and handed
// over, and started again. Meanwhile pages and the API say 503 and what to do, and
// /readyz that nobody should ask here; afterwards the same processes go on, whoever
// was signed in still is, everybody has the alert, and nobody two different ones.
func TestTheDatabaseIsGone(t *testing.T) {
	pg, s := pgtest.Alone(t), startMailServer(t)
	i := install(t, append(s.options(), "--database", pg.DSN)...)
	i.dsn = pg.DSN
	i.run("demo", "--demo")
	people := i.addPeople("c_x001", alerted)
	portal := i.start("serve", "--demo", "--work=false")
	portal.waitFor("is ready")
	i.alert("c_x001")
	c := enter(t, i.base, "elena.martelli@comune.castelvento.example")
	worker := i.start("worker")
	until(t, "mails arrive", func() bool { return len(s.all()) > 200 })
	pg.Stop()

	until(t, "it says that it is not ready", func() bool { return c.get("/readyz").status == http.StatusServiceUnavailable })
	for again, back := time.NewTicker(200*time.Millisecond), time.After(time.Minute); back != nil; {
		page := c.get("/o/c_x001")
		if page.status != http.StatusServiceUnavailable || !strings.Contains(page.text, "non raggiunge la propria base di dati") {
			t.Fatal(page)
		}
		select {
		case <-again.C:
		case <-back:
			back = nil
		}
	}
	if a := c.get("/api/v1/organisations"); a.status != http.StatusServiceUnavailable || !strings.Contains(a.text, "access.database") {
		t.Error(a)
	}
	if a := c.get("/healthz"); a.status != http.StatusOK {
		t.Error(a)
	}
	handed := len(s.all())
	if handed >= alerted {
		t.Error("all had left: the stop tries nothing")
	}

	pg.Start()
	until(t, "it is ready again", func() bool { return c.get("/readyz").status == http.StatusOK })
	if a := c.get("/o/c_x001"); a.status != http.StatusOK || strings.Contains(a.path, "signin") {
		t.Errorf("who was signed in: %s", a)
	}
	patiently(t, "everybody has it", i, func() bool { return i.count(alertsSent) >= alerted && i.count(alertJobs) == 0 })
	var ours []arrived
	for _, m := range s.all() {
		if people[m.to] {
			ours = append(ours, m)
		}
	}
	copies := wantOnce(t, ours, people)
	if copies > conversations {
		t.Errorf("%d copies", copies)
	}
	// They had errors, which is right: they are not stopped as those that had none.
	t.Logf("%d copies", copies)
	worker.kill()
	portal.kill()
}
