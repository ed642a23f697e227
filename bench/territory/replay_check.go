// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// state is what of a match is worth a mail: a vulnerability module's state
// text, taken apart again here, so that the check does not lean on the program's own comparison.
type state struct {
	certain, kev, exploited bool
	epss, severity, band    byte
	fix                     string
}

func readState(text string) state {
	return state{text[0] == 'c', text[1] == 'k', text[2] == 'x', text[3], text[4], text[5], text[6:]}
}

// news says whether now is worth a mail to somebody who was told before.
func (before state) news(now state) bool {
	return now.kev && !before.kev || now.exploited && !before.exploited || now.epss > before.epss || now.severity > before.severity ||
		now.certain && !before.certain || now.fix != "" && now.fix != before.fix || now.band > before.band
}

// with is what counts as told after now was told too: the worst of both, the fix told last.
func (before state) with(now state) state {
	if now.fix == "" {
		now.fix = before.fix
	}
	now.certain, now.kev, now.exploited = now.certain || before.certain, now.kev || before.kev, now.exploited || before.exploited
	now.epss, now.severity, now.band = max(now.epss, before.epss), max(now.severity, before.severity), max(now.band, before.band)
	return now
}

// found is a match as it stands in the database this morning.
type found struct {
	org    int64
	key    string // organisation, CVE and item
	cve    string
	state  state
	closed bool
}

// check holds this morning's digests against the matches they were made of,
// which nothing has changed since.
func (r *replay) check(ctx context.Context) error {
	byOrg, err := r.matches(ctx)
	if err != nil {
		return err
	}
	ids, err := r.ids(ctx)
	if err != nil {
		return err
	}
	for _, b := range r.bodies {
		if err := r.checkOne(ctx, b, ids[b.Code], byOrg[ids[b.Code]]); err != nil {
			return err
		}
	}
	return nil
}

func (r *replay) matches(ctx context.Context) (map[int64][]found, error) {
	rows, err := r.DB.Query(ctx, "SELECT organisation_id, cve_id, item_id, state, closed_at IS NOT NULL FROM vulnerability_match")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64][]found{}
	for rows.Next() {
		var f found
		var item int64
		var text string
		if err := rows.Scan(&f.org, &f.cve, &item, &text, &f.closed); err != nil {
			return nil, err
		}
		f.key, f.state = fmt.Sprintf("%d %s %d", f.org, f.cve, item), readState(text)
		out[f.org] = append(out[f.org], f)
	}
	return out, rows.Err()
}

func (r *replay) checkOne(ctx context.Context, b body, org int64, all []found) error {
	said, sent, err := r.said(ctx, org)
	if err != nil {
		return err
	}
	var mails, recipients int
	err = r.DB.QueryRow(ctx, "SELECT count(*) FROM mail_message WHERE organisation = $1 AND kind = 'vulnerability.digest' AND created_at = $2", org, r.clock.Now().UnixMilli()).Scan(&mails)
	if err != nil {
		return err
	}
	if err := r.DB.QueryRow(ctx, "SELECT count(*) FROM contact WHERE organisation_id = $1 AND digest", org).Scan(&recipients); err != nil {
		return err
	}
	morning := r.businessDay(b)
	should := map[string]bool{}
	if morning {
		should = r.news(all)
	}
	r.compare(b.Code, said, should)
	if sent && mails != recipients || !sent && mails != 0 {
		r.wrong = append(r.wrong, fmt.Sprintf("%s %s: %d mails to %d recipients, digest made: %v", r.row.day, b.Code, mails, recipients, sent))
	}
	switch {
	case len(said) > 0:
		r.row.bodies++
		r.row.mails += mails
		r.row.news += len(said)
	case sent:
		r.row.quiet++
	case morning:
		r.row.silent++
	}
	return nil
}

// businessDay leaves out weekends, the body's patron saint and the one holiday of
// these weeks: 2 June. The other, 15 August, is a Saturday in 2026.
func (r *replay) businessDay(b body) bool {
	at := r.clock.Now()
	date := at.Format("01-02")
	return at.Weekday() != time.Sunday && at.Weekday() != time.Saturday && date != "06-02" && date != b.Patron
}

// said gives the CVEs with news in this morning's digest.
func (r *replay) said(ctx context.Context, org int64) (cves map[string]bool, sent bool, err error) {
	texts, err := r.strings(ctx, "SELECT content FROM digest WHERE organisation_id = $1 AND day = $2", org, r.row.day)
	if err != nil || len(texts) == 0 {
		return nil, false, err
	}
	var content struct {
		Sections map[string]struct{ Groups []struct{ CVEs []string } }
	}
	if err := json.Unmarshal([]byte(texts[0]), &content); err != nil {
		return nil, true, err
	}
	cves = map[string]bool{}
	for name, section := range content.Sections {
		for _, g := range section.Groups {
			for _, cve := range g.CVEs {
				if name != "closed" {
					cves[cve] = true
				}
			}
		}
	}
	return cves, true, nil
}

// news gives the CVEs that should be told this morning, and counts them as told.
func (r *replay) news(all []found) map[string]bool {
	should := map[string]bool{}
	for _, f := range all {
		before, told := r.told[f.key]
		switch {
		case f.closed:
			continue
		case !told, !r.open[f.key], before.news(f.state):
			should[f.cve] = true
		}
	}
	if len(should) == 0 {
		return should // nothing is sent, so that closures wait too
	}
	for _, f := range all {
		before, told := r.told[f.key]
		if !f.closed && told && r.open[f.key] {
			f.state = before.with(f.state)
		}
		if !f.closed {
			r.told[f.key] = f.state
		}
		r.open[f.key] = !f.closed
	}
	return should
}

func (r *replay) compare(code string, said, should map[string]bool) {
	var extra, missing []string
	for cve := range said {
		if !should[cve] {
			extra = append(extra, cve)
		}
	}
	for cve := range should {
		if !said[cve] {
			missing = append(missing, cve)
		}
	}
	if len(extra)+len(missing) > 0 {
		slices.Sort(extra)
		slices.Sort(missing)
		r.wrong = append(r.wrong, fmt.Sprintf("%s %s: told without news: [%s]; news not told: [%s]", r.row.day, code, strings.Join(extra, " "), strings.Join(missing, " ")))
	}
}
