// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"iter"
	"slices"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/platform/i18n"
	"martinella/web/ui"
)

func (m *Module) statisticsPage(r *gate.Request) error {
	f, err := m.Figures(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	v := figuresView{Figures: f, State: ui.ParseList(r.R.URL)}
	if v.State.CSV() {
		return r.CSV(v.table())
	}
	return r.WidePage(r.L.T("advisory.figures"), figuresBody(v))
}

type figuresView struct {
	Figures
	State ui.ListState
}

// partings are those shown one under the other.
func partings() []By { return []By{ByMonth, BySeverity, ByKind, BySource, BySector} }

func groupName(l *i18n.Localizer, g Group) string {
	switch g.By {
	case ByAll:
		return l.T("advisory.figures.all")
	case ByMonth:
		if t, err := time.Parse("2006-01", g.Value); err == nil {
			return l.Month(t.AddDate(0, 0, 14)) // the middle: whatever the zone
		}
	case BySeverity:
		return l.T("advisory.severity." + g.Value)
	case ByKind:
		return l.T("advisory.kind." + g.Value)
	case BySource:
		if g.Value == "" {
			return l.T("advisory.figures.own")
		}
	case BySector:
		if g.Value != "" {
			return named(l, "sector", g.Value)
		}
	}
	if g.Value == "" {
		return "–"
	}
	return g.Value
}

func (v figuresView) columns(l *i18n.Localizer, by By) []ui.Column {
	out := []ui.Column{{Title: l.T("advisory.figures.by." + string(by))}}
	for _, k := range []string{"advisories", "deliveries", "sending", "opening", "acknowledging", "acting", "in_time"} {
		out = append(out, ui.Column{Title: l.T("advisory.figures." + k)})
	}
	return out
}

func (v figuresView) rows(l *i18n.Localizer, by By) []ui.Row {
	var out []ui.Row
	for _, g := range append(v.Of(by), v.Of(ByAll)...) {
		name := groupName(l, g)
		out = append(out, ui.Row{Name: name, Cells: []ui.Cell{ui.Text(name), ui.Text(l.Number(int64(g.Advisories))), ui.Text(l.Number(int64(g.Deliveries))),
			ui.Text(spreadText(l, g.Sending)), ui.Text(spreadText(l, g.Opening)), ui.Text(spreadText(l, g.Acknowledging)), ui.Text(spreadText(l, g.Acting)), ui.Text(shareText(l, g))}})
	}
	return out
}

// spreadText is "12 min / 3 h".
func spreadText(l *i18n.Localizer, s Spread) string {
	if s.N == 0 {
		return "–"
	}
	return l.Duration(s.Median) + " / " + l.Duration(s.P90)
}

func shareText(l *i18n.Localizer, g Group) string {
	share, asked := g.Share()
	if !asked {
		return "–"
	}
	return l.Percent(share / 100)
}

func (v figuresView) bars(l *i18n.Localizer) ui.Bars {
	b := ui.Bars{Title: l.T("advisory.figures.chart"), Head: l.T("advisory.figures.by.month"), Unit: l.T("advisory.figures.acknowledging.median")}
	for _, g := range v.Of(ByMonth) {
		b.Items = append(b.Items, ui.Bar{Label: groupName(l, g), Value: g.Acknowledging.Median.Minutes(), Shown: medianText(l, g.Acknowledging)})
	}
	return b
}

func medianText(l *i18n.Localizer, s Spread) string {
	if s.N == 0 {
		return "–"
	}
	return l.Duration(s.Median)
}

// table is all of it for a spreadsheet, times in minutes.
func (v figuresView) table() gate.Table {
	t := gate.Table{Name: "advisories-" + v.At.Format(time.DateOnly) + ".csv", Header: []string{"by", "value", "advisories", "deliveries"}}
	for _, k := range []string{"sending", "opening", "acknowledging", "acting"} {
		t.Header = append(t.Header, k, k+"_median_minutes", k+"_p90_minutes")
	}
	t.Header = append(t.Header, "asked", "in_time")
	t.Rows = csvRows(v.Groups)
	return t
}

func csvRows(groups []Group) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, g := range groups {
			row := []string{string(g.By), g.Value, strconv.Itoa(g.Advisories), strconv.Itoa(g.Deliveries)}
			for _, s := range []Spread{g.Sending, g.Opening, g.Acknowledging, g.Acting} {
				row = slices.Concat(row, []string{strconv.Itoa(s.N), inMinutes(s.Median), inMinutes(s.P90)})
			}
			if !yield(append(row, strconv.Itoa(g.Asked), strconv.Itoa(g.InTime)), nil) {
				return
			}
		}
	}
}

func inMinutes(d time.Duration) string { return strconv.Itoa(int(d / time.Minute)) }

func (m *Module) statisticsPages(g *gate.Gate) {
	g.Handle("GET /ops/advisories/statistics", gate.Staff(access.AdvisoryRead), m.statisticsPage, gate.RecentExport())
}

func (m *Module) statisticsAPI(a *api.API) {
	api.Get(a, "/advisory-statistics", gate.Staff(access.AdvisoryRead), m.apiFigures, api.Op{ID: "get-advisory-statistics", Tag: "Advisories", Summary: "Say how quickly alerts are sent, opened, acknowledged and acted on",
		Text: "Of twelve months, counted every hour; by month, severity, kind, source and sector of the organisation."})
}

// advisorySpreadJSON is how long something took.
type advisorySpreadJSON struct {
	Count  int `json:"count" doc:"How often it happened."`
	Median int `json:"median_minutes"`
	P90    int `json:"p90_minutes" doc:"Nine in ten took no longer."`
}

func spreadView(s Spread) advisorySpreadJSON {
	return advisorySpreadJSON{s.N, int(s.Median / time.Minute), int(s.P90 / time.Minute)}
}

// advisoryGroupJSON are the figures of one part.
type advisoryGroupJSON struct {
	By            By                 `json:"by" enum:"all,month,severity,kind,sector,source"`
	Value         string             `json:"value,omitempty"`
	Advisories    int                `json:"advisories"`
	Deliveries    int                `json:"deliveries" doc:"An advisory to an organisation."`
	Sending       advisorySpreadJSON `json:"sending" doc:"From when it was written or received."`
	Opening       advisorySpreadJSON `json:"opening" doc:"This and the next from when it was sent."`
	Acknowledging advisorySpreadJSON `json:"acknowledging"`
	Acting        advisorySpreadJSON `json:"acting" doc:"Until the member's answer."`
	Asked         int                `json:"acknowledgement_asked" doc:"Deliveries whose time to acknowledge is over, or that were acknowledged."`
	InTime        int                `json:"acknowledged_in_time"`
}

// advisoryFiguresJSON are how quickly alerts are answered.
type advisoryFiguresJSON struct {
	CountedAt time.Time           `json:"counted_at,omitzero"`
	Since     time.Time           `json:"since,omitzero"`
	Groups    []advisoryGroupJSON `json:"groups"`
}

func (m *Module) apiFigures(r *api.Request, _ *struct{}) (advisoryFiguresJSON, error) {
	f, err := m.Figures(r.Context(), r.Scope)
	return advisoryFiguresJSON{f.At, f.Since, api.Each(f.Groups, func(g Group) advisoryGroupJSON {
		return advisoryGroupJSON{g.By, g.Value, g.Advisories, g.Deliveries, spreadView(g.Sending), spreadView(g.Opening), spreadView(g.Acknowledging), spreadView(g.Acting), g.Asked, g.InTime}
	})}, err
}
