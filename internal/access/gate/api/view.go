// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"strings"

	"martinella/web/ui"
)

func operationFacts(ctx context.Context, o operationView) ui.Facts {
	statuses := make([]string, len(o.Answers))
	for i, a := range o.Answers {
		statuses[i] = a.Status
	}
	return ui.Facts{
		{Term: ui.T(ctx, "api.docs.request"), Cell: ui.In(ui.Code(o.Method + " " + o.Path))},
		{Term: ui.T(ctx, "api.docs.who"), Cell: ui.In(ui.Code(o.Rule))},
		{Term: ui.T(ctx, "api.docs.name"), Cell: ui.In(ui.Code(o.ID))},
		{Term: ui.T(ctx, "api.docs.statuses"), Cell: ui.Text(strings.Join(statuses, ", "))},
	}
}

func fieldFacts(ctx context.Context, fields []fieldView) ui.Facts {
	out := make(ui.Facts, len(fields))
	for i, f := range fields {
		text := f.Type
		if f.Place != "" {
			text = f.Place + ": " + text
		}
		if f.Required {
			text += ", " + ui.T(ctx, "api.docs.required")
		}
		out[i] = ui.Fact{Term: f.Name, Cell: ui.Cell{Text: text, Note: f.Text}}
	}
	return out
}
