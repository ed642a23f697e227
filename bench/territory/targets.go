// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
)

// page is one of the portal's pages, as somebody asks for it the k-th time.
type page struct {
	name string
	goal time.Duration
	at   func(k int) (path, token string)
}

// verdict says where a goal was missed; a machine that is busy otherwise misses too.
func (p page) verdict(p95 time.Duration) string {
	if p95 > p.goal {
		return fmt.Sprintf("  over %d ms", p.goal.Milliseconds())
	}
	return ""
}

// The goals of the issue: pages, the type-ahead, the operator's question.
const (
	pageGoal     = 20 * time.Millisecond
	suggestGoal  = 50 * time.Millisecond
	exposureGoal = 100 * time.Millisecond
)

// sample is what the load asks for: members with something of theirs.
type sample struct {
	at      time.Time
	members []member
	wide    []string // CVEs that touch most organisations
	staff   string   // token
}

// member is an organisation with the token of somebody signed in there.
type member struct {
	id                   int64
	code, token          string
	cve, product, cursor string
	item, digest         int64
}

// membersAsked is how many different organisations the load asks for.
const membersAsked = 200

// prepare signs people in and finds out what they can look at.
func prepare(ctx context.Context, c command) (s sample, err error) {
	i, err := open(ctx, c, began)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, i.Close()) }()
	var last int64
	if err := i.DB.QueryRow(ctx, "SELECT max(created_at) FROM event").Scan(&last); err != nil {
		return s, err
	}
	s.at = time.UnixMilli(last).Add(12 * time.Hour)
	i.clock.Set(s.at)
	if s.members, err = i.members(ctx); err != nil {
		return s, fmt.Errorf("members: %w", err)
	}
	if s.wide, err = i.strings(ctx, "SELECT cve_id FROM vulnerability_match WHERE closed_at IS NULL GROUP BY cve_id ORDER BY count(*) DESC LIMIT 20"); err != nil {
		return s, err
	}
	return s, i.signIn(ctx, &s)
}

func (i *instance) strings(ctx context.Context, query string, args ...any) (out []string, err error) {
	rows, err := i.DB.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// members finds some organisations that have more than a page of matches.
func (i *instance) members(ctx context.Context) (out []member, err error) {
	codes, err := i.strings(ctx, "SELECT code FROM organisation ORDER BY id LIMIT $1", membersAsked)
	if err != nil {
		return nil, err
	}
	ids, err := i.ids(ctx)
	if err != nil {
		return nil, err
	}
	for n, code := range codes {
		m := member{id: ids[code], code: code, token: token(n)}
		err := i.lookAt(ctx, &m)
		if db.NotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	if len(out) == 0 {
		err = errors.New("nobody has enough matches; seed first")
	}
	return out, err
}

// lookAt finds the match in the middle of the second page, and the last digest.
func (i *instance) lookAt(ctx context.Context, m *member) error {
	var priority int64
	err := i.DB.QueryRow(ctx, `SELECT m.cve_id, m.item_id, m.priority, i.product_key FROM vulnerability_match m JOIN watched_item i ON i.id = m.item_id
		WHERE m.organisation_id = $1 AND m.closed_at IS NULL AND m.mark = '' ORDER BY m.priority DESC, m.cve_id, m.item_id LIMIT 1 OFFSET 60`, m.id).
		Scan(&m.cve, &m.item, &priority, &m.product)
	if err != nil {
		return err
	}
	m.cursor = fmt.Sprintf("%d,%s,%d", priority, m.cve, m.item)
	return i.DB.QueryRow(ctx, "SELECT id FROM digest WHERE organisation_id = $1 ORDER BY day DESC LIMIT 1", m.id).Scan(&m.digest)
}

// signIn gives each member's person, and one of the CSIRT, a session.
func (i *instance) signIn(ctx context.Context, s *sample) error {
	s.staff = token(membersAsked)
	return i.DB.Tx(ctx, func(tx *db.Tx) error {
		for _, m := range s.members {
			if err := i.session(ctx, tx, m.code, m.token, func(person int64) error {
				_, err := tx.Exec(ctx, "INSERT INTO membership (person_id, organisation_id, role, created_at) VALUES ($1,$2,$3,0) ON CONFLICT DO NOTHING", person, m.id, string(access.OrgAdmin))
				return err
			}); err != nil {
				return err
			}
		}
		return i.session(ctx, tx, "csirt", s.staff, func(person int64) error {
			for _, r := range access.StaffRoles() {
				if _, err := tx.Exec(ctx, "INSERT INTO person_role (person_id, role, granted_at) VALUES ($1,$2,0) ON CONFLICT DO NOTHING", person, string(r)); err != nil {
					return err
				}
			}
			_, err := tx.Exec(ctx, "INSERT INTO totp_secret (person_id, confirmed_at) VALUES ($1,0) ON CONFLICT DO NOTHING", person)
			return err
		})
	})
}

func (i *instance) session(ctx context.Context, tx *db.Tx, name, token string, grant func(person int64) error) error {
	var person int64
	err := tx.QueryRow(ctx, `INSERT INTO person (email, name, language, created_at) VALUES ($1,$2,'it',0)
		ON CONFLICT (email) DO UPDATE SET name = excluded.name RETURNING id`, name+"@bench.example", "Persona "+name).Scan(&person)
	if err != nil {
		return err
	}
	if err := grant(person); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(token))
	_, err = tx.Exec(ctx, `INSERT INTO session (token_hash, person_id, created_at, seen_at, second_factor_at, address, user_agent) VALUES ($1,$2,$3,$3,$3,'','')
		ON CONFLICT (token_hash) DO UPDATE SET created_at = excluded.created_at, seen_at = excluded.seen_at, second_factor_at = excluded.second_factor_at`,
		hex.EncodeToString(sum[:]), person, i.clock.Now().UnixMilli())
	return err
}

// pages lists what is measured; the first four are also put under load.
func (s sample) pages() []page {
	list := func(query string) func(member) string {
		return func(m member) string { return "/o/" + m.code + "/vulnerabilities" + query }
	}
	under := func(path string) func(member) string { return func(m member) string { return "/o/" + m.code + path } }
	return []page{
		s.member("list, grouped", list("")),
		s.member("list, flat", list("?view=flat")),
		s.member("home", under("")),
		s.member("CVE page", func(m member) string { return list("/" + m.cve)(m) }),
		s.member("list, grouped, to do now", list("?urgency=now")),
		s.member("list, grouped, exposed and KEV", list("?exposure=internet&kev=1")),
		s.member("list, grouped, text", list("?q=linux")),
		s.member("list, flat, second page", func(m member) string { return list("?view=flat&after=" + url.QueryEscape(m.cursor))(m) }),
		s.member("list, flat, critical", list("?view=flat&severity=critical")),
		s.member("list, flat, text", list("?view=flat&q=gitlab")),
		s.member("list, one product", func(m member) string { return list("?product=" + url.QueryEscape(m.product))(m) }),
		s.member("list, closed", list("?state=closed")),
		s.member("stack", under("/stack")),
		s.member("stack, text", under("/stack?q=linux")),
		s.member("item", func(m member) string { return fmt.Sprintf("/o/%s/stack/items/%d", m.code, m.item) }),
		s.suggest(),
		s.member("digests", under("/digests")),
		s.member("a digest", func(m member) string { return fmt.Sprintf("/o/%s/digests/%d", m.code, m.digest) }),
		s.member("contacts", under("/contacts")),
		s.operator("control room", pageGoal, "/ops"),
		s.operator("exposure, the territory", exposureGoal, "/ops/exposure"),
		s.operator("exposure, a product and version", exposureGoal, "/ops/exposure?q=gitlab+%3C+16.0", "/ops/exposure?q=linux_kernel+%3C+6.1+internet", "/ops/exposure?q=windows+server"),
		s.operator("exposure, one letter", exposureGoal, "/ops/exposure?q=a"),
		s.operator("exposure, a word of many products", exposureGoal, "/ops/exposure?q=server", "/ops/exposure?q=enterprise"),
		s.operator("who is exposed to a CVE", exposureGoal, prefixed("/ops/vulnerabilities/", s.wide)...),
		s.operator("members", pageGoal, "/ops/members"),
		s.operator("members, text", pageGoal, "/ops/members?q=prova+09"),
		s.operator("a member's dossier", pageGoal, "/ops/members/c_t0007", "/ops/members/c_t0500"),
		s.operator("registrations", pageGoal, "/ops/registrations"),
		s.operator("audit log", pageGoal, "/ops/audit"),
		s.operator("mails", pageGoal, "/ops/mail"),
		s.operator("mails, text", pageGoal, "/ops/mail?q=c_t0100"),
		s.operator("jobs", pageGoal, "/ops/jobs"),
		s.operator("feeds", pageGoal, "/ops/feeds"),
	}
}

func (s sample) member(name string, path func(member) string) page {
	return page{name, pageGoal, func(k int) (string, string) {
		m := s.members[k%len(s.members)]
		return path(m), m.token
	}}
}

// suggest types product names letter by letter, as people do.
func (s sample) suggest() page {
	var typed []string
	for _, word := range []string{"microsoft exchange", "fortios", "wordpress", "linux kernel", "apache http", "vmware esxi", "windwos server"} {
		for n := 2; n <= len(word); n += 2 {
			typed = append(typed, word[:n])
		}
	}
	return page{"type-ahead of products", suggestGoal, func(k int) (string, string) {
		m := s.members[k%len(s.members)]
		return "/o/" + m.code + "/stack/suggest?q=" + url.QueryEscape(typed[k%len(typed)]), m.token
	}}
}

func (s sample) operator(name string, goal time.Duration, paths ...string) page {
	return page{name, goal, func(k int) (string, string) { return paths[k%len(paths)], s.staff }}
}

func prefixed(prefix string, list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = prefix + s
	}
	return out
}
