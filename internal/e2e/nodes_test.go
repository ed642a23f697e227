// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"martinella/internal/platform/blob/s3test"
	"martinella/internal/platform/db/pgtest"
)

// nodes are installations of one instance: one PostgreSQL, one bucket, the same keys.
func nodes(t *testing.T, n int, options ...string) []*installation {
	t.Helper()
	dsn, bucket := pgtest.DSN(t), s3test.Start(t)
	keys := t.TempDir()
	var out []*installation
	for range n {
		i := install(t, append([]string{"--demo", "--database", dsn, "--blobs", bucket.Address, "--s3-access-key", bucket.AccessKey,
			"--s3-secret-key", bucket.SecretKey, "--secret-file", keys + "/secret.key", "--blob-key-file", keys + "/blob.key"}, options...)...)
		i.dsn = dsn
		out = append(out, i)
	}
	return out
}

// TestTwoNodesAreOne: who signs in at one node is signed in at the other; what
// is written at one is read at the other, attachments too; what a killed node
// was doing, the other one finishes, once.
func TestTwoNodesAreOne(t *testing.T) {
	both := nodes(t, 2)
	a, b := both[0], both[1]
	a.run("demo")
	first := a.serve()
	b.serve()
	c := enter(t, a.base, technician)
	sealed := enter(t, a.base, paolo)
	c.base, sealed.base = b.base, b.base
	if got := c.get(stack); got.status != 200 || !strings.Contains(got.path, stack) {
		t.Fatalf("signed in at one node only: %s", got)
	}
	if got := sealed.get(thread + "/files/1"); !strings.Contains(got.text, "198.51.100.23") {
		t.Errorf("an attachment at the other node: %.200s", got)
	}

	// An import given to one node, which dies while it works on it.
	c.base = a.base
	before := a.count("SELECT count(*) FROM item WHERE organisation_id = (SELECT id FROM organisation WHERE code = 'c_x001')")
	const lines = 20_000
	var list strings.Builder
	list.WriteString("prodotto;versione\n")
	for n := range lines {
		fmt.Fprintf(&list, "Programma %d della prova;1.%d\n", n, n)
	}
	got := c.upload(stack+"/import", "csv", "grande.csv", strings.NewReader(list.String()))
	page := got.path
	a.watch(func(count func(string) int) {
		until(t, "the import is being read", func() bool {
			return count("SELECT COUNT(*) FROM item_import_row") > 0 || strings.Contains(c.get(page).text, "20.000")
		})
	})
	first.kill()
	c.base = b.base
	patiently(t, "the other node reads the import to its end", b, func() bool { return b.count("SELECT COUNT(*) FROM item_import WHERE state = 'ready'") == 1 })
	c.post(page+"/apply", url.Values{})
	patiently(t, "the import is applied", b, func() bool { return b.count("SELECT COUNT(*) FROM item_import WHERE state = 'done'") == 1 })
	after := b.count("SELECT count(*) FROM item WHERE organisation_id = (SELECT id FROM organisation WHERE code = 'c_x001')")
	names := b.count("SELECT count(DISTINCT label) FROM item WHERE label LIKE 'Programma % della prova'")
	if after-before != lines || names != lines {
		t.Errorf("%d items more, %d different ones, of %d lines", after-before, names, lines)
	}
}

// patiently waits for what begins when the lease of a dead node has run out.
func patiently(t *testing.T, what string, i *installation, come func() bool) {
	t.Helper()
	again, late := time.NewTicker(100*time.Millisecond), time.After(3*time.Minute)
	defer again.Stop()
	for !come() {
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("%s: it did not come about\nimports: %q\njobs: %q", what, i.list("SELECT state || ' ' || rows || ' of ' || kind FROM item_import"),
				i.list("SELECT kind || ' ' || state || ' ' || attempts FROM job WHERE state <> 'done'"))
		}
	}
}

// TestANodeDiesWhileSendingDigests: another one goes on; everybody has one mail.
func TestANodeDiesWhileSendingDigests(t *testing.T) {
	both := nodes(t, 2)
	a, b := both[0], both[1]
	a.run("demo")
	a.run("feed", "import", "nvd", newsOf(t, "google:chrome", "mozilla:firefox", "7-zip:7-zip"))
	day := time.Now().AddDate(0, 0, 3).Format(time.DateOnly)
	sent := "SELECT count(*) FROM digest WHERE day = '" + day + "'"
	p := a.start("digest", "run", "--date", day)
	a.watch(func(count func(string) int) { until(t, "a digest", func() bool { return count(sent) >= 1 }) })
	p.kill()
	midway := a.count(sent)
	patiently(t, "the other node has sent them all", b, func() bool {
		b.run("digest", "run", "--date", day)
		return b.count(`SELECT COUNT(*) FROM vulnerability_match m JOIN organisation o ON o.id = m.organisation_id WHERE m.pending = 1 AND o.state = 'approved'`) == 0
	})
	if all := b.count(sent); midway == all {
		t.Errorf("the node died when all %d were sent: nothing was tried", all)
	}
	b.wantEveryMailOnce(day)
}

// balancer sends requests to the nodes that say they are ready, as any load
// balancer does that asks /readyz.
type balancer struct {
	ready [2]atomic.Bool
	to    [2]*httputil.ReverseProxy
	turn  atomic.Int64
}

func (l *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := int(l.turn.Add(1)) % 2
	if !l.ready[at].Load() {
		at = 1 - at
	}
	l.to[at].ServeHTTP(w, r)
}

func (l *balancer) ask(n int, base string, done <-chan struct{}) {
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		res, err := http.Get(base + "/readyz")
		l.ready[n].Store(err == nil && res.StatusCode == http.StatusOK)
		if err == nil {
			_ = res.Body.Close()
		}
		select {
		case <-done:
			return
		case <-again.C:
		}
	}
}

// TestNodesAreReplacedOneByOne: restarting them in turn, no request fails. With
// E2E_BEFORE those of an older version are replaced by this one.
func TestNodesAreReplacedOneByOne(t *testing.T) {
	both := nodes(t, 2, "--drain", "1s")
	if before != "" {
		both[0].program, both[1].program = before, before
	}
	both[0].run("demo")
	l, done := &balancer{}, make(chan struct{})
	defer close(done)
	var running [2]*process
	for n, i := range both {
		u, err := url.Parse(i.base)
		if err != nil {
			t.Fatal(err)
		}
		l.to[n] = httputil.NewSingleHostReverseProxy(u)
		running[n] = i.serve()
		go l.ask(n, i.base, done)
	}
	until(t, "both are ready", func() bool { return l.ready[0].Load() && l.ready[1].Load() })
	front := &http.Server{Addr: freeAddress(t), Handler: l}
	go func() { _ = front.ListenAndServe() }()
	defer front.Close()
	base := "http://" + front.Addr
	until(t, "the balancer answers", func() bool {
		res, err := http.Get(base + "/healthz")
		if err == nil {
			_ = res.Body.Close()
		}
		return err == nil
	})
	c := enter(t, base, technician)
	var asked, stop atomic.Int64
	failed := make(chan string, 1000)
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		for stop.Load() == 0 {
			res, err := c.http.Get(base + stack)
			if err != nil || res.StatusCode != http.StatusOK {
				failed <- fmt.Sprint(res, err)
			}
			if err == nil {
				_ = res.Body.Close()
			}
			asked.Add(1)
		}
	}()
	for n, i := range both {
		running[n].stop()
		i.program = binary
		running[n] = i.serve()
		until(t, "it is ready again", func() bool { return l.ready[n].Load() })
	}
	stop.Store(1)
	<-finished
	close(failed)
	if bad := slices.Collect(values(failed)); len(bad) > 0 || asked.Load() < 20 {
		t.Errorf("%d of %d requests failed: %.500s", len(bad), asked.Load(), bad)
	}
}

func values[T any](c <-chan T) func(func(T) bool) {
	return func(yield func(T) bool) {
		for v := range c {
			if !yield(v) {
				return
			}
		}
	}
}
