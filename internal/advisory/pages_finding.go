// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"martinella/internal/platform/i18n"
	"martinella/web/ui"
)

// indicatorColumns has a column for comments and days only where there are some.
func indicatorColumns(l *i18n.Localizer, list []Indicator) []ui.Column {
	out := []ui.Column{{Title: l.T("advisory.col.indicator")}, {Title: l.T("advisory.col.type")}}
	if comments, days := extras(list); comments || days {
		out = append(out, ui.Column{Title: l.T("advisory.col.comment")}, ui.Column{Title: l.T("advisory.col.until")})
	}
	return out
}

func extras(list []Indicator) (comments, days bool) {
	for _, i := range list {
		comments, days = comments || i.Comment != "", days || !i.Until.IsZero()
	}
	return comments, days
}

// indicatorRows shows at most shown; the rest is in the lists for programs and in the export.
func indicatorRows(l *i18n.Localizer, list []Indicator) []ui.Row {
	comments, days := extras(list)
	var out []ui.Row
	for _, i := range list[:min(shown, len(list))] {
		cells := []ui.Cell{ui.In(ui.Code(Defang(i.Value))), ui.Text(l.T("advisory.indicator." + string(i.Type)))}
		if comments || days {
			until := "—"
			if !i.Until.IsZero() {
				until = l.Date(i.Until)
			}
			cells = append(cells, ui.Text(i.Comment), ui.Text(until))
		}
		out = append(out, ui.Row{Name: Defang(i.Value), Cells: cells})
	}
	return out
}
