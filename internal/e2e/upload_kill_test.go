// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"martinella/internal/platform/db"
)

// send uploads a file for a message under an idempotency key.
func (c *client) send(key string, file io.Reader) (status int, replayed bool, id int64) {
	c.t.Helper()
	req, err := http.NewRequest(http.MethodPost, c.base+"/api/v1/organisations/c_x001/channel/files?filename=memory.dump", file)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	req.Header.Set("Idempotency-Key", key)
	res, err := c.http.Do(req)
	if err != nil {
		return 0, false, 0
	}
	defer res.Body.Close()
	var said struct{ ID int64 }
	if err := json.NewDecoder(res.Body).Decode(&said); err != nil {
		c.t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get("Idempotency-Replayed") == "true", said.ID
}

// TestKilledWhileAFileComesIn: kill -9 in the middle of an upload with an
// idempotency key. The same request after the restart has its effect, once, also
// when it is sent once more; the half file is swept away, the whole one is not.
func TestKilledWhileAFileComesIn(t *testing.T) {
	i := install(t)
	p := i.serve("--demo")
	c := enter(t, i.base, paolo)
	content := strings.Repeat("x", 1<<20)
	before := i.count("SELECT count(*) FROM blob")
	slow, line := io.Pipe()
	defer line.Close()
	go func() { c.send("dump", slow) }()
	if _, err := io.WriteString(line, content); err != nil {
		t.Fatal(err)
	}
	torn := "SELECT count(*) FROM blob WHERE state = 'pending' AND sha256 = ''"
	i.watch(func(count func(string) int) {
		until(t, "a part of the file", func() bool { return count(torn) == 1 })
	})
	p.kill()
	if all, waiting := i.count("SELECT count(*) FROM blob"), i.count("SELECT count(*) FROM channel_upload"); all != before+1 || waiting != 0 {
		t.Fatalf("the kill left %d files of %d and %d uploads", all, before, waiting)
	}
	i.look(func(d *db.DB) error { // as if a day had passed
		_, err := d.Exec(t.Context(), "UPDATE blob SET created_at = 1 WHERE state = 'pending'")
		if err == nil {
			_, err = d.Exec(t.Context(), "UPDATE job_schedule SET next_at = 1 WHERE name = 'blob.clean'")
		}
		return err
	})
	i.serve("--demo")
	c = enter(t, i.base, paolo)
	status, replayed, id := c.send("dump", strings.NewReader(content))
	if status != http.StatusCreated || replayed {
		t.Errorf("after the kill: %d, replayed %v", status, replayed)
	}
	if status, replayed, again := c.send("dump", strings.NewReader(content)); status != http.StatusCreated || !replayed || again != id {
		t.Errorf("once more: %d, replayed %v, upload %d instead of %d", status, replayed, again, id)
	}
	i.watch(func(count func(string) int) {
		until(t, "the sweep", func() bool { return count("SELECT count(*) FROM blob") == before+1 })
	})
	if waiting := i.count("SELECT count(*) FROM channel_upload"); waiting != 1 {
		t.Errorf("in the end %d uploads", waiting)
	}
}
