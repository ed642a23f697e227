// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"net/url"
	"testing"

	"github.com/a-h/templ"
	"pgregory.net/rapid"
)

func list(t testing.TB, address string) ListState {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return ParseList(u)
}

func TestListStateLivesInTheAddress(t *testing.T) {
	s := list(t, "/stack?q=forti&sort=-open&after=c9&format=csv&lang=nb&tag=a&tag=b&state=")
	column, descending := s.Sort()
	if column != "open" || !descending || s.Get("q") != "forti" || s.After() != "c9" || s.Before() != "" || !s.CSV() || !s.Filtered() || len(s.All("tag")) != 2 {
		t.Errorf("read %+v", s)
	}
	for what, tt := range map[string]struct{ got, want string }{
		"a changed filter goes to the first page": {s.With("q", "zimbra"), "/stack?q=zimbra&sort=-open&tag=a&tag=b"},
		"an empty filter goes away":               {s.With("q", ""), "/stack?sort=-open&tag=a&tag=b"},
		"clearing keeps the order":                {s.Cleared(), "/stack?sort=-open"},
		"the same column turns round":             {s.sorted("open"), "/stack?q=forti&sort=open&tag=a&tag=b"},
		"and back":                                {list(t, "/s?sort=open").sorted("open"), "/s?sort=-open"},
		"another column begins upwards":           {s.sorted("name"), "/stack?q=forti&sort=name&tag=a&tag=b"},
		"the file has the filters":                {s.csvURL(), "/stack?format=csv&q=forti&sort=-open&tag=a&tag=b"},
		"the next page":                           {s.at(paramAfter, "c10"), "/stack?after=c10&q=forti&sort=-open&tag=a&tag=b"},
		"nothing left":                            {list(t, "/s?q=a").Cleared(), "/s"},
		"the zero value":                          {ListState{Path: "/s"}.With("q", "a"), "/s?q=a"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", what, tt.got, tt.want)
		}
	}
	if list(t, "/s?sort=a&after=b&q=").Filtered() {
		t.Error("order and place are no filters")
	}
}

// Changing one thing never changes another, and never the state itself.
func TestListStateChangesOneThing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		word := rapid.StringMatching(`[a-z &=?%+è-]{1,8}`)
		name, q, other := word.Draw(rt, "value"), word.Draw(rt, "q"), word.Draw(rt, "other")
		s := list(t, "/s?"+url.Values{"q": {q}, "other": {other}}.Encode())
		next := list(t, s.With("q", name))
		if next.Get("q") != name || next.Get("other") != other || s.Get("q") != q {
			rt.Errorf("%q became %q", s, next)
		}
	})
}

func stack(t *testing.T, address string) Table {
	return Table{
		Caption: "Dotazione", State: list(t, address), Total: 1234, Prev: "p", Next: "n", CSV: true,
		Columns: []Column{{Key: "name", Title: "Nome"}, {Key: "open", Title: "Aperte", Numeric: true}, {Title: "Azioni", HideTitle: true}},
		Rows:    []Row{{Key: "7", Name: "FortiOS", Tone: Danger, Cells: []Cell{Linked("FortiOS", "/i/7"), Text("3"), In(text("x")), Text("una di troppo")}}},
		Filters: []templ.Component{Input{Name: "q", Label: "Cerca", Type: "search", Optional: true}},
		Bulk:    &Bulk{Action: "/bulk", Buttons: []Button{{Text: "Dismetti", Name: "do", Value: "retire"}}},
		Empty:   Empty{Title: "Niente", Actions: []Button{{Text: "Aggiungi", Href: "/new"}}},
	}
}

func TestTable(t *testing.T) {
	got := html(t, stack(t, "/stack?q=forti&sort=-open"))
	contains(t, got,
		`<section id="list"`, "1 di 1.234", `aria-sort="descending"`, `data-label="Nome"`, `<th role="rowheader" scope="row"`, `href="/i/7"`,
		`value="forti"`, `name="sort" value="-open"`, `href="/stack?format=csv&amp;q=forti&amp;sort=-open"`,
		`rel="prev"`, "before=p", `rel="next"`, "after=n", `name="id" value="7" form="list-bulk"`, `aria-label="Scegli FortiOS"`,
		`action="/bulk"`, "Togli i filtri", "una di troppo")
	lacks(t, html(t, stack(t, "/stack")), "aria-sort", "Togli i filtri")
}

func TestAnEmptyTableSaysWhatToDo(t *testing.T) {
	none := stack(t, "/stack")
	none.Rows = nil
	got := html(t, none)
	contains(t, got, "Niente", `href="/new"`)
	lacks(t, got, "<table", "filters")

	filtered := stack(t, "/stack?q=zzz")
	filtered.Rows = nil
	got = html(t, filtered)
	contains(t, got, "Nessun risultato con questi filtri", `href="/stack"`, `value="zzz"`)

	bare := Table{Caption: "x", State: list(t, "/x")}
	contains(t, html(t, bare), "Non c&#39;è ancora niente")
}

func TestATableNobodyCounted(t *testing.T) {
	table := stack(t, "/stack")
	table.Total = -1
	contains(t, html(t, table), "1 riga")
}
