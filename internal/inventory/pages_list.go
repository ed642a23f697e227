// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/web/ui"
)

// listView is the page of the stack.
type listView struct {
	Base    string
	List    ui.ListState
	Page    Page
	Counts  Counts
	Open    map[int64]int // nil: nobody counts
	CanEdit bool
	Add     ui.FormState
	At      time.Time // of a photo; zero for now
}

func (m *Module) listPage(r *gate.Request) error { return m.showList(r, nil) }

// showList shows the stack; failure is what was wrong with the line to add.
func (m *Module) showList(r *gate.Request, failure error) error {
	v := listView{Base: r.Path("/stack"), List: ui.ParseList(r.R.URL), CanEdit: r.Scope.Can(access.StackEdit), Add: r.FormState(failure)}
	f := filterOf(v.List)
	if v.List.CSV() && failure == nil {
		return r.CSV(m.itemTable(r, f, "stack-"+r.Org.Code))
	}
	var err error
	if v.Counts, err = m.Counts(r.Context(), r.Scope); err != nil {
		return err
	}
	if v.Page, err = m.List(r.Context(), r.Scope, f); err != nil {
		return err
	}
	if m.deps.Open != nil && len(v.Page.Items) > 0 {
		if v.Open, err = m.deps.Open(r.Context(), r.Scope, idsOf(v.Page.Items)); err != nil {
			return err
		}
	}
	title := r.L.T("inventory.stack")
	if failure != nil {
		return r.Invalid(failure, title, stackPage(v))
	}
	return r.Page(title, stackPage(v))
}

func idsOf(items []Item) []int64 {
	out := make([]int64, len(items))
	for i, it := range items {
		out[i] = it.ID
	}
	return out
}

// filterOf reads the filters of an address; what it does not know is left aside.
func filterOf(s ui.ListState) Filter {
	f := Filter{Text: s.Get("q"), Asset: s.Get("asset"), After: s.After(), Before: s.Before()}
	f.Sort, f.Descending = s.Sort()
	switch v := s.Get("state"); {
	case v == "waiting":
		f.Waiting = true
	case known(States(), State(v)):
		f.State = State(v)
	}
	if v := Exposure(s.Get("exposure")); known(Exposures(), v) {
		f.Exposure = v
	}
	if v := Criticality(s.Get("criticality")); known(Criticalities(), v) {
		f.Criticality = v
	}
	return f
}

// fileRows is how many rows of a file are read at once.
const fileRows = 1000

// itemTable is the whole list as a file.
func (m *Module) itemTable(r *gate.Request, f Filter, name string) gate.Table {
	t := gate.Table{Name: name + ".csv"}
	for _, k := range []string{"asset", "label", "publisher", "version", "quantity", "owner", "exposure", "criticality", "notes", "state", "confidence"} {
		t.Header = append(t.Header, r.L.T("inventory.field."+k))
	}
	t.Header = append(t.Header, "CPE", "purl")
	t.Rows = gate.Rows(func(after string) ([]Item, string, error) {
		f.Limit, f.After, f.Before = fileRows, after, ""
		p, err := m.List(r.Context(), r.Scope, f)
		return p.Items, p.Next, err
	}, func(i Item) []string { return csvRow(r.L, i) })
	return t
}

func csvRow(l *i18n.Localizer, i Item) []string {
	return []string{
		i.Asset, i.Label, i.Publisher, i.Version, strconv.Itoa(i.Quantity), i.Owner, l.T("inventory.exposure." + string(i.Exposure)),
		l.T("inventory.criticality." + string(i.Criticality)), i.Notes, l.T("inventory.state." + string(i.State)), strconv.Itoa(i.Confidence), i.CPE, i.PURL,
	}
}

// quickAdd takes the one line of the list's page.
func (m *Module) quickAdd(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	i, err := m.Add(r.Context(), r.Scope, Entry{Label: f.Text("label"), Product: f.Text("product"), Version: f.Text("version")})
	if err != nil {
		return m.showList(r, err)
	}
	flashAdded(r, i)
	return r.Redirect(r.Path("/stack"))
}

// flashAdded says what was understood.
func flashAdded(r *gate.Request, i Item) {
	switch i.State {
	case Resolved:
		r.Flash(gate.Success, "inventory.added", "item", i.Title())
	case Guessed:
		r.Flash(gate.Info, "inventory.added_guessed", "item", i.Title(), "product", i.ProductText())
	default:
		r.Flash(gate.Info, "inventory.added_unknown", "item", i.Title())
	}
}

// suggestion is one proposal, as JSON.
type suggestion struct {
	Ref   string `json:"ref"`
	Label string `json:"label"`
	CVEs  int    `json:"cves"`
}

// suggest answers the type-ahead: the products whose names begin with what was typed.
func (m *Module) suggest(r *gate.Request) error {
	q := r.Query().Get("q")
	x, err := m.index(r.Context())
	if err != nil {
		return err
	}
	hits := x.Search(names.WithoutVersion(q), 10)
	if r.Query().Get("format") == "json" || strings.Contains(r.R.Header.Get("Accept"), "application/json") {
		out := make([]suggestion, len(hits))
		for i, h := range hits {
			out[i] = suggestion{h.Ref(), h.Label(), h.Count}
		}
		return r.JSON(map[string]any{"products": out})
	}
	version := names.Version(q)
	list := make(ui.Suggestions, len(hits))
	for i, h := range hits {
		list[i] = ui.Suggestion{Value: h.Ref(), Text: strings.TrimSpace(h.Label() + " " + version), Hint: r.L.T("inventory.suggest.hint", "part", r.L.T("inventory.part."+h.Part), "n", h.Count)}
	}
	return r.Fragment(list)
}

// bulk removes or classifies the items chosen on a page.
func (m *Module) bulk(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	var ids []int64
	for _, text := range f.All("id") {
		if id := parseID(text); id > 0 {
			ids = append(ids, id)
		}
	}
	if f.Text("do") == "remove" {
		return m.bulkRemove(r, ids, f.Text("sure") == "yes")
	}
	n, err := m.Classify(r.Context(), r.Scope, ids, Exposure(f.Text("set_exposure")), Criticality(f.Text("set_criticality")))
	if fault.KindOf(err) == fault.Invalid {
		r.Flash(gate.Warning, "fault."+fault.Of(err).Code, "limit", MaxBulk)
		return r.Redirect(r.Path("/stack"))
	}
	if err != nil {
		return err
	}
	r.Flash(gate.Success, "inventory.classified", "n", n)
	return r.Redirect(r.Path("/stack"))
}

func (m *Module) bulkRemove(r *gate.Request, ids []int64, sure bool) error {
	if err := bounded(ids); err != nil {
		r.Flash(gate.Warning, "fault."+fault.Of(err).Code, "limit", MaxBulk)
		return r.Redirect(r.Path("/stack"))
	}
	if !sure {
		return r.Page(r.L.T("inventory.remove.title", "n", len(ids)), bulkRemovePage(r.Path("/stack"), ids))
	}
	n, err := m.Remove(r.Context(), r.Scope, ids...)
	if err != nil {
		return err
	}
	r.Flash(gate.Success, "inventory.removed", "n", n)
	return r.Redirect(r.Path("/stack"))
}

// with writes an address with one parameter.
func with(base, name, value string) string {
	sign := "?"
	if strings.Contains(base, "?") {
		sign = "&"
	}
	return base + sign + url.Values{name: {value}}.Encode()
}

func itemPath(base string, id int64) string { return base + "/items/" + strconv.FormatInt(id, 10) }
