// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"martinella/internal/platform/db"
)

// TestKilledWhileTellingAProgram: kill -9 after a webhook has reached its program
// and before that answered. Once the dead process's lease is over the message
// comes again, with the same id and the same body, and then no more.
func TestKilledWhileTellingAProgram(t *testing.T) {
	type message struct{ id, body string }
	got, hang := make(chan message, 10), make(chan struct{})
	program := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- message{r.Header.Get("webhook-id"), string(body)}
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}))
	defer program.Close()
	i := install(t)
	p := i.serve("--demo")
	c := enter(t, i.base, "elena.martelli@comune.castelvento.example")
	if a := c.post("/o/c_x001/hooks/new", url.Values{"name": {"Prova"}, "url": {program.URL}, "kinds": {"inventory.changed"}, "contact": {"ict@ente.example"}, "language": {"it"}}); a.status != http.StatusOK {
		t.Fatal(a)
	}
	c.post("/o/c_x001/hooks/1/test", nil)
	wait := func() message {
		t.Helper()
		select {
		case m := <-got:
			return m
		case <-time.After(patience):
			t.Fatal("the program is not told")
			return message{}
		}
	}
	first := wait()
	p.kill()
	if n := i.count("SELECT count(*) FROM hook_attempt"); n != 0 {
		t.Fatalf("the kill came too late: %d attempts are noted", n)
	}
	close(hang)
	i.look(func(d *db.DB) error { // as if a minute had passed
		_, err := d.Exec(t.Context(), "UPDATE job SET lease_until = 1 WHERE kind = 'hook.deliver'")
		return err
	})
	i.serve("--demo")
	if again := wait(); again != first {
		t.Errorf("first %v, then %v", first, again)
	}
	i.watch(func(count func(string) int) {
		until(t, "its noting", func() bool { return count("SELECT count(*) FROM hook_delivery WHERE state = 'delivered'") == 1 })
	})
	if n := len(got); n != 0 {
		t.Errorf("it came %d times more", n)
	}
}
