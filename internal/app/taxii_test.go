// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"net/netip"
	"slices"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/exchange"
	"martinella/internal/intake"
	"martinella/internal/intake/pull"
	"martinella/internal/intake/taxii"
	"martinella/internal/platform/config"
	"martinella/internal/platform/fetch"
	"martinella/internal/platform/tlp"
)

func teresa() (access.Scope, advisory.Author) {
	return access.Principal{Person: 1, Staff: []access.Role{access.Administrator}}.Territory(), advisory.Author{ID: 1, Name: "Teresa"}
}

// TestACSIRTReadsItsNeighbour lets one instance read another's public collection:
// a report becomes a draft, its revision a revision, and what was withdrawn is told.
func TestACSIRTReadsItsNeighbour(t *testing.T) {
	theirs, ours := newHouse(t), newHouse(t, func(c *config.Config) { c.FetchAllow = "127.0.0.0/8" })
	s, who := teresa()
	e := advisory.Entry{Kind: advisory.Alert, Severity: advisory.High, TLP: tlp.Clear, PAP: "PAP:CLEAR", Audience: "code:c_x101", Content: advisory.Content{
		Texts: map[string]advisory.Text{"it": {Title: "Campagna di prova", Body: "Testo inventato."}}, CVEs: []string{"CVE-2026-0001"},
		Indicators: []advisory.Indicator{{Value: "evil.attacker.net"}, {Value: "0123456789abcdef0123456789abcde0"}},
	}}
	send := func(a advisory.Advisory, err error) advisory.Advisory {
		t.Helper()
		if err == nil {
			a, err = theirs.app.rooms.advisory.Send(t.Context(), s, who, a.ID, a.Version)
		}
		if err != nil {
			t.Fatal(err)
		}
		theirs.clock.Advance(time.Minute)
		return a
	}
	sent := send(theirs.app.rooms.advisory.Create(t.Context(), s, who, e))

	source, err := ours.app.rooms.intake.Create(t.Context(), s, intake.Form{Name: "Vicino", Kind: intake.TAXII, Address: theirs.server.URL + "/taxii2/api/",
		Owner: "turno@csirt.example", Every: time.Hour, Active: true, Settings: intake.Settings{Back: 7, Collection: "public"}})
	if err != nil {
		t.Fatal(err)
	}
	ours.app.rooms.intake.Idle = false
	run := func() []intake.Item {
		t.Helper()
		if err := ours.app.rooms.intake.RunNow(t.Context(), s, source.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := ours.app.Queue.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		now, err := ours.app.rooms.intake.Source(t.Context(), s, source.ID)
		if err != nil || now.Failing() {
			t.Fatalf("%+v, %v", now.Health, err)
		}
		items, _, err := ours.app.rooms.intake.Items(t.Context(), s, source.ID, "", 0)
		if err != nil || len(items) != 1 || items[0].Code != "" {
			t.Fatalf("%+v, %v", items, err)
		}
		return items
	}
	got, err := ours.app.rooms.advisory.Get(t.Context(), s, run()[0].Advisory)
	if err != nil || got.TLP != tlp.Clear || got.PAP != "PAP:CLEAR" || got.Texts["it"].Title != "Campagna di prova" || !slices.Equal(got.CVEs, e.CVEs) || len(got.Indicators) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if items := run(); items[0].Revisions != 0 {
		t.Errorf("read twice: %+v", items)
	}

	draft, err := theirs.app.rooms.advisory.Revise(t.Context(), s, who, sent.ID)
	if err == nil {
		change := draft.Entry
		change.Texts["it"], change.Change = advisory.Text{Title: "Campagna di prova", Body: "Testo nuovo."}, "Testo nuovo"
		draft, err = theirs.app.rooms.advisory.Edit(t.Context(), s, who, draft.ID, draft.Version, change)
	}
	send(draft, err)
	items := run()
	originals, err := ours.app.rooms.advisory.Originals(t.Context(), s, got.ID)
	if err != nil || items[0].Revisions != 1 || items[0].Advisory != got.ID || len(originals) != 2 {
		t.Errorf("a revision: %+v, %d originals, %v", items, len(originals), err)
	}
}

// kept takes what a source has.
type kept []pull.Item

func (k *kept) Has(context.Context, string, string) (bool, error) { return false, nil }

func (k *kept) Take(_ context.Context, it pull.Item) error {
	*k = append(*k, it)
	return nil
}

// TestOurCollectionsAreRead reads with a key what a neighbour may have, from the discovery on.
func TestOurCollectionsAreRead(t *testing.T) {
	h := newHouse(t)
	s, who := teresa()
	for n, l := range []tlp.Label{tlp.Clear, tlp.Green, tlp.Amber} {
		e := advisory.Entry{Kind: advisory.Alert, Severity: advisory.High, TLP: l, Audience: "code:c_x101", Content: advisory.Content{Texts: map[string]advisory.Text{"it": {Title: string(l), Body: "Testo inventato."}}}}
		for range 500 * n {
			e.Indicators = append(e.Indicators, advisory.Indicator{Value: netip.AddrFrom4([4]byte{203, 0, byte(len(e.Indicators) >> 8), byte(len(e.Indicators))}).String()})
		}
		a, err := h.app.rooms.advisory.Create(t.Context(), s, who, e)
		if err == nil {
			_, err = h.app.rooms.advisory.Send(t.Context(), s, who, a.ID, a.Version)
		}
		if err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(time.Minute)
	}
	_, key, err := h.app.rooms.exchange.Create(t.Context(), s, exchange.Form{Name: "vicino", Door: exchange.Platform, Upto: tlp.Green})
	if err != nil {
		t.Fatal(err)
	}
	line, err := fetch.New(fetch.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		t.Fatal(err)
	}
	read := func(key, collection string) (got kept) {
		o := taxii.Options{Address: h.server.URL + "/taxii2/api/", Collection: collection, Header: map[string]string{"Authorization": "Bearer " + key}, Now: h.clock.Now}
		if _, err := taxii.Pull(t.Context(), line, o, taxii.State{}, &got); err != nil {
			t.Error(err)
		}
		return got
	}
	if got := read(key, "community"); len(got) != 2 || got[0].Title != "TLP:CLEAR" || got[1].Title != "TLP:GREEN" || len(got[1].Data) < 500*300 {
		t.Errorf("%d alerts", len(got))
	}
	if got := read(key, "public"); len(got) != 1 {
		t.Errorf("%d public alerts", len(got))
	}
}
