// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"slices"
	"time"
)

// Post is a role in a body's security organisation chart, with who has it and the roles under it.
type Post struct {
	Role  ContactRole
	Held  []Holder // nobody: the role should be filled
	Under []Post
}

// Holder is somebody in a role, as the chart shows him.
type Holder struct {
	Contact
	Lacks      []string  // fields that the role requires and the contact lacks: "phone_24h"
	Away       time.Time // the last day of his absence; zero when he is there
	Substitute *Holder
}

// ChartOf draws up a body's security organisation chart: the roles somebody has
// and those somebody should have, each under the nearest one above that is there.
func ChartOf(ref *Reference, country string, all []Contact, absences []Absence, now time.Time) []Post {
	d := draft{ref: ref, byID: map[int64]Contact{}, away: awayUntil(absences, now), shown: map[string]bool{}}
	for _, c := range all {
		d.byID[c.ID] = c
	}
	for _, r := range ref.Roles {
		held := slices.ContainsFunc(all, func(c Contact) bool { return c.Has(r.ID) })
		d.shown[r.ID] = held || r.Expected && r.In(country)
	}
	return d.under("", all)
}

type draft struct {
	ref   *Reference
	byID  map[int64]Contact
	away  map[int64]time.Time
	shown map[string]bool
}

// under gives the posts whose nearest shown role above is parent.
func (d draft) under(parent string, all []Contact) []Post {
	var out []Post
	for _, r := range d.ref.Roles {
		if !d.shown[r.ID] || d.above(r) != parent {
			continue
		}
		p := Post{Role: r, Under: d.under(r.ID, all)}
		for _, c := range all {
			if c.Has(r.ID) {
				p.Held = append(p.Held, d.holder(c, r))
			}
		}
		out = append(out, p)
	}
	return out
}

// above is the nearest role above that is in the chart; the data holds no loops, and a test says so.
func (d draft) above(r ContactRole) string {
	for range d.ref.Roles {
		up, ok := d.ref.Role(r.Under)
		if !ok || d.shown[up.ID] {
			return up.ID
		}
		r = up
	}
	return ""
}

func (d draft) holder(c Contact, r ContactRole) Holder {
	h := Holder{Contact: c, Away: d.away[c.ID]}
	for _, field := range r.Requires {
		if has := map[string]string{"email": c.Email, "phone": c.Phone, "phone_24h": c.PhoneAlways}; has[field] == "" {
			h.Lacks = append(h.Lacks, field)
		}
	}
	if sub, ok := d.byID[c.Substitute]; ok {
		h.Substitute = &Holder{Contact: sub, Away: d.away[sub.ID]}
	}
	return h
}
