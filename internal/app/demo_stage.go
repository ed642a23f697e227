// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"martinella/internal/access"
	"martinella/internal/app/demo"
	"martinella/internal/identity"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/vulnerability"
)

// stage is where the demonstration's last weeks are lived.
type stage struct {
	*App
	clock     *clock.Fake
	now       time.Time // where the clock ends
	territory demo.Territory
	people    map[string]access.Principal // by address
	bodies    map[string]int64            // by code
	feeds     []demo.Feed                 // the days of news
	days      []time.Time                 // as many working days before today: the midnights that begin them
}

func newStage(a *App, c *clock.Fake, now time.Time) (*stage, error) {
	t, err := demo.Load()
	if err != nil {
		return nil, err
	}
	feeds, err := demo.Days()
	if err != nil {
		return nil, err
	}
	days, err := workingDays(now.In(a.zone), len(feeds))
	return &stage{App: a, clock: c, now: now, territory: t, people: map[string]access.Principal{}, bodies: map[string]int64{},
		feeds: feeds, days: days}, err
}

// scene is something that happened at a moment.
type scene struct {
	at   time.Time
	what string
	play func(context.Context) error
}

// play lives every scene in the order of time, with the background work that follows from it.
func (st *stage) play(ctx context.Context) error {
	scenes := st.script()
	slices.SortStableFunc(scenes, func(a, b scene) int { return a.at.Compare(b.at) })
	for _, sc := range scenes {
		st.clock.Set(sc.at)
		if err := sc.play(ctx); err != nil {
			return fmt.Errorf("%s: %w", sc.what, err)
		}
		if _, err := st.Queue.Drain(ctx); err != nil {
			return fmt.Errorf("after %s: %w", sc.what, err)
		}
	}
	st.clock.Set(st.now)
	return st.DB.Tx(ctx, func(tx *db.Tx) error {
		return st.Audit.Append(ctx, tx, access.System("demo").Actor(), 0, demoReady, "demo", nil)
	})
}

func (st *stage) script() []scene {
	start := demo.Before(st.now, 20)
	out := []scene{
		{start, "the CSIRT's people", st.staff},
		{start.Add(time.Hour), "the baseline of the feeds", func(ctx context.Context) error { return st.feed(ctx, demo.Baseline()...) }},
	}
	out = append(out, scene{st.hour(0, 9), "templates of alerts", st.templates})
	for _, w := range st.territory.Watches {
		out = append(out, scene{start.Add(2 * time.Hour), "a watch", func(ctx context.Context) error { return st.watch(ctx, w) }})
	}
	for _, o := range st.territory.Organisations {
		out = append(out, st.body(o)...)
	}
	for _, m := range st.territory.Marks {
		out = append(out, scene{st.hour(m.Day, m.Hour), "a mark of " + m.Organisation, func(ctx context.Context) error { return st.mark(ctx, m) }})
	}
	for _, u := range st.territory.Updates {
		out = append(out, scene{st.hour(u.Day, u.Hour), "an update of " + u.Organisation, func(ctx context.Context) error { return st.update(ctx, u) }})
	}
	out = append(out, st.care()...)
	out = append(out, st.conversations()...)
	out = append(out, st.advisories()...)
	for _, t := range st.territory.Tags {
		out = append(out, scene{st.hour(1, 9), "the tag " + t.Tag, func(ctx context.Context) error { return st.tag(ctx, t) }})
	}
	out = append(out, st.profile())
	out = append(out, st.sources()...)
	out = append(out, scene{st.now.Add(-time.Minute), "warnings of keys", func(ctx context.Context) error {
		return st.rooms.constituency.WarnKeys(ctx, access.System("keys"))
	}})
	return append(out, st.news()...)
}

// hour is an hour of a working day.
func (st *stage) hour(day int, hour float64) time.Time {
	return st.days[day].Add(time.Duration(hour * float64(time.Hour)))
}

// staff brings the CSIRT's people in.
func (st *stage) staff(ctx context.Context) error {
	people := make([]identity.DemoPerson, 0, len(st.territory.Staff))
	for _, p := range st.territory.Staff {
		people = append(people, identity.DemoPerson{Email: p.Email, Name: p.Name, Language: language(p.Language), Password: demoPassword,
			Staff: []access.Role{access.Role(p.Role)}})
	}
	return st.enter(ctx, people)
}

// tag gives some bodies a word of the CSIRT's.
func (st *stage) tag(ctx context.Context, t demo.Tag) error {
	who, known := st.people[t.By]
	if !known {
		return fmt.Errorf("%s tags nothing: nobody of that address", t.By)
	}
	_, err := st.rooms.constituency.TagMany(ctx, who.Territory(), t.Tag, t.Organisations)
	return err
}

// watch saves a question that is asked again whenever a body declares something.
func (st *stage) watch(ctx context.Context, w demo.Watch) error {
	who, known := st.people[w.By]
	if !known {
		return fmt.Errorf("%s watches nothing: nobody of that address", w.By)
	}
	p, _, err := st.rooms.identity.OnePerson(ctx, access.System("demo"), who.Person)
	if err != nil {
		return err
	}
	_, err = st.rooms.vulnerability.SaveWatch(ctx, who.Territory(), vulnerability.SavedWatch{Name: w.Name, Question: vulnerability.ParseQuestion(w.Question), Owner: who.Person, OwnerName: p.Name})
	return err
}

// enter creates people and remembers who they are.
func (st *stage) enter(ctx context.Context, people []identity.DemoPerson) error {
	s := access.System("demo")
	if err := st.rooms.identity.CreateDemo(ctx, s, people); err != nil {
		return err
	}
	for _, p := range people {
		found, err := st.rooms.identity.AllPeople(ctx, s, identity.PeopleQuery{Text: p.Email, Limit: 1})
		if err != nil || len(found) != 1 {
			return fmt.Errorf("%s is not there: %w", p.Email, err)
		}
		who := access.Principal{Person: found[0].ID, Staff: p.Staff, Memberships: map[int64][]access.Role{}}
		for org, role := range p.Memberships {
			who.Memberships[org] = []access.Role{role}
		}
		st.people[p.Email] = who
	}
	return nil
}

// member gives somebody's scope in a body.
func (st *stage) member(email, code string) (access.Scope, error) {
	s, ok := st.people[email].In(st.bodies[code])
	if !ok {
		return s, fmt.Errorf("%q is nobody in %q", email, code)
	}
	return s, nil
}

// named gives somebody's name.
func (st *stage) named(email string) string {
	everybody := slices.Clone(st.territory.Staff)
	for _, o := range st.territory.Organisations {
		everybody = append(everybody, o.People...)
	}
	i := slices.IndexFunc(everybody, func(p demo.Person) bool { return p.Email == email })
	if i < 0 {
		return ""
	}
	return everybody[i].Name
}

func language(lang string) string {
	if lang == "" {
		return "it"
	}
	return lang
}
