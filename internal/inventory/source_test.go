// SPDX-License-Identifier: EUPL-1.2

package inventory_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"martinella/internal/inventory"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/fetch"
	"martinella/internal/platform/secret"
)

// manager is a Wazuh manager of a few agents.
type manager struct {
	*httptest.Server
	packages map[string][]string // by agent, "name version"
	password string
	busy     int // how many times it says that there is too much
	expire   int // after so many answers the token is no good any more
	token    int
	broken   string // a path it fails on
	asked    int
}

func newManager(t *testing.T) *manager {
	m := &manager{password: "s3cret", packages: map[string][]string{}, expire: 1 << 30}
	m.Server = httptest.NewTLSServer(m)
	t.Cleanup(m.Close)
	return m
}

func (m *manager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.asked++
	if r.URL.Path == "/security/user/authenticate" {
		if user, password, ok := r.BasicAuth(); !ok || r.Method != http.MethodPost || user != "reader" || password != m.password {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		m.token++
		fmt.Fprintf(w, `{"data":{"token":"token-%d"},"error":0}`, m.token)
		return
	}
	if m.expire--; m.expire == 0 {
		m.token++
	}
	switch {
	case r.Header.Get("Authorization") != fmt.Sprintf("Bearer token-%d", m.token):
		w.WriteHeader(http.StatusUnauthorized)
	case m.busy > 0:
		m.busy--
		w.WriteHeader(http.StatusTooManyRequests)
	case m.broken != "" && strings.Contains(r.URL.Path, m.broken):
		w.WriteHeader(http.StatusInternalServerError)
	default:
		m.list(w, r)
	}
}

// list answers a page of what is asked for.
func (m *manager) list(w http.ResponseWriter, r *http.Request) {
	var all []string
	parts := strings.Split(r.URL.Path, "/")
	switch {
	case r.URL.Path == "/agents":
		for n := range len(m.packages) {
			all = append(all, fmt.Sprintf(`{"id":"%03d","name":"host-%d","ip":"10.0.0.%d"}`, n+1, n+1, n+1))
		}
	case parts[3] == "os":
		all = append(all, `{"agent_id":"x","hostname":"h","os":{"name":"Ubuntu","version":"22.04.3 LTS (Jammy)"}}`)
	default:
		for _, p := range m.packages[parts[2]] {
			name, version, _ := strings.Cut(p, " ")
			all = append(all, fmt.Sprintf(`{"name":%q,"version":%q,"format":"deb","vendor":"Ubuntu Developers <x@y>"}`, name, version))
		}
	}
	offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	page := all[min(offset, len(all)):min(offset+limit, len(all))]
	fmt.Fprintf(w, `{"data":{"affected_items":[%s],"total_affected_items":%d},"error":0}`, strings.Join(page, ","), len(all))
}

func (m *manager) authority() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: m.Certificate().Raw}))
}

func (m *manager) host() string {
	u, _ := url.Parse(m.URL)
	return u.Host
}

// pulling is a room that may reach a manager.
func pulling(t *testing.T, d *db.DB, m *manager) *world {
	box := must[*secret.Box](t)(secret.New(bytes.Repeat([]byte{7}, 32)))
	return newWorld(t, d, func(deps *inventory.Deps) {
		deps.Pull = inventory.Puller{Seal: box, Hosts: []string{m.host()}, Pause: func(context.Context, time.Duration) error { return nil },
			Client: func(roots *x509.CertPool) (*http.Client, error) {
				c, err := fetch.New(fetch.Options{Hosts: []string{m.host()}, Roots: roots})
				if err != nil {
					return nil, err
				}
				return c.HTTP(), nil
			}}
	})
}

func (m *manager) entry() inventory.SourceEntry {
	return inventory.SourceEntry{Name: "Wazuh", URL: m.URL, User: "reader", Password: m.password, Authority: m.authority(), Every: 24}
}

func TestAWazuhManagerIsAsked(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, migrations(), func(t *testing.T, d *db.DB) {
		m := newManager(t)
		w := pulling(t, d, m)
		for n := range 1100 {
			m.packages["001"] = append(m.packages["001"], fmt.Sprintf("paket-x%d 1.%d", n, n))
		}
		m.packages["002"] = []string{"curl 7.1", "nginx 1.18"}
		m.busy, m.expire = 1, 4
		id := must[int64](t)(w.SaveSource(ctx, member(1), 0, m.entry()))
		w.drain(t)
		p := must[inventory.PullSource](t)(w.PullSource(ctx, member(1), id))
		if p.State != "good" || p.Hosts != 2 || p.Fresh != 1104 || p.Fault != nil {
			t.Fatalf("%+v %v", p, p.Fault)
		}
		if list := assets(t, w, 1); len(list) != 2 || list[0].Name != "host-1" || list[0].Items != 1101 || list[0].OS != "Ubuntu 22.04.3" || list[0].Addresses != "10.0.0.1" {
			t.Errorf("%+v", list)
		}
		m.packages["002"] = []string{"curl 7.2"}
		asked := m.asked
		w.clock.Advance(23 * time.Hour)
		w.drain(t)
		if m.asked != asked {
			t.Error("asked before its time")
		}
		w.clock.Advance(2 * time.Hour)
		if err := w.PullNow(ctx, member(1), id); err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		if p = must[inventory.PullSource](t)(w.PullSource(ctx, member(1), id)); p.Fresh != 0 || p.Changed != 1 || p.Gone != 1 {
			t.Errorf("a day later: %+v", p)
		}
		m.broken = "002"
		if err := w.PullNow(ctx, member(1), id); err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		p = must[inventory.PullSource](t)(w.PullSource(ctx, member(1), id))
		if p.State != "failed" || p.Fault == nil || p.Fault.Code != "inventory.source.status" || len(items(t, w, 1)) != 1103 {
			t.Errorf("half an answer: %+v, %d items", p, len(items(t, w, 1)))
		}
	})
}

func TestSourcesAreGuarded(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, migrations(), func(t *testing.T, d *db.DB) {
		m := newManager(t)
		w := pulling(t, d, m)
		for name, change := range map[string]func(*inventory.SourceEntry){
			"inventory.source.not_allowed":  func(e *inventory.SourceEntry) { e.URL = "https://169.254.169.254" },
			"inventory.source.url":          func(e *inventory.SourceEntry) { e.URL = "http://" + m.host() },
			"inventory.source.passwordless": func(e *inventory.SourceEntry) { e.Password = "" },
			"inventory.source.authority":    func(e *inventory.SourceEntry) { e.Authority = "no" },
			"inventory.source.every":        func(e *inventory.SourceEntry) { e.Every = 0 },
		} {
			e := m.entry()
			change(&e)
			_, err := w.SaveSource(ctx, member(1), 0, e)
			if f := fault.Of(err); len(f.Fields) != 1 || f.Fields[0].Code != name {
				t.Errorf("%s: %v %+v", name, err, f.Fields)
			}
		}
		id := must[int64](t)(w.SaveSource(ctx, member(1), 0, m.entry()))
		var sealed []byte
		if err := d.QueryRow(ctx, "SELECT secret FROM item_source WHERE id = $1", id).Scan(&sealed); err != nil || bytes.Contains(sealed, []byte(m.password)) {
			t.Errorf("the password lies open: %v", err)
		}
		if _, err := w.PullSource(ctx, member(2), id); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another organisation sees it: %v", err)
		}
		if _, err := w.Sources(ctx, leader(1)); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a reader sees it: %v", err)
		}
		m.password = "changed"
		w.drain(t)
		if p := must[inventory.PullSource](t)(w.PullSource(ctx, member(1), id)); p.State != "failed" || p.Fault.Code != "inventory.source.password" {
			t.Errorf("a wrong password: %+v", p)
		}
		e := m.entry()
		e.Password, e.Authority = "", "" // the server's certificate is nobody's that is known
		must[int64](t)(w.SaveSource(ctx, member(1), id, e))
		w.drain(t)
		if p := must[inventory.PullSource](t)(w.PullSource(ctx, member(1), id)); p.State != "failed" || !strings.Contains(p.Fault.Code, "unreachable") {
			t.Errorf("an unknown certificate: %+v %v", p, p.Fault)
		}
		if err := w.RemoveSource(ctx, member(1), id); err != nil {
			t.Fatal(err)
		}
		if list := must[[]inventory.PullSource](t)(w.Sources(ctx, member(1))); len(list) != 0 {
			t.Errorf("%d left", len(list))
		}
	})
}
