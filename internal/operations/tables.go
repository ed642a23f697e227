// SPDX-License-Identifier: EUPL-1.2

package operations

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/a-h/templ"

	"martinella/internal/platform/audit"
	"martinella/internal/platform/jobs"
	"martinella/web/ui"
)

func roomLead(ctx context.Context, all []Waiting) string {
	n := 0
	for _, w := range all {
		n += w.Count
	}
	if n == 0 {
		return ui.T(ctx, "operations.room.nothing")
	}
	return ui.T(ctx, "operations.room.lead", "n", n)
}

func waitingCounters(ctx context.Context, all []Waiting) ui.Counters {
	var out ui.Counters
	for _, w := range all {
		c := ui.Counter{N: w.Count, Label: ui.T(ctx, w.Key), Href: w.Href}
		if w.Urgent {
			c.Tone = ui.Danger
		}
		if w.Count > 0 && !w.Oldest.IsZero() {
			c.Note = ui.T(ctx, "operations.room.oldest", "ago", ui.L(ctx).Ago(w.Oldest))
		}
		out = append(out, c)
	}
	return out
}

func columns(ctx context.Context, prefix string, names ...string) []ui.Column {
	var out []ui.Column
	for _, n := range names {
		out = append(out, ui.Column{Title: ui.T(ctx, prefix+n)})
	}
	return out
}

func feedName(ctx context.Context, name string) string { return ui.T(ctx, "operations.feed."+name) }

func feedTable(ctx context.Context, feeds []Feed) templ.Component {
	cols := columns(ctx, "operations.feeds.", "name", "state", "last", "data", "next", "records", "broken")
	cols[5].Numeric, cols[6].Numeric = true, true
	t := ui.Table{ID: "feeds", Caption: ui.T(ctx, "operations.feeds.caption"), Columns: cols, Total: -1,
		Empty: ui.Empty{Title: ui.T(ctx, "operations.feeds.none"), Text: ui.T(ctx, "operations.feeds.none_do")}}
	for _, f := range feeds {
		t.Rows = append(t.Rows, ui.Row{Name: f.Name, Cells: []ui.Cell{
			ui.Text(feedName(ctx, f.Name)), ui.In(feedChip(ctx, f.State)), ui.In(ui.Time{At: f.Last}), dateCell(ctx, f),
			ui.In(ui.Time{At: f.Next}), ui.Text(ui.L(ctx).Number(int64(f.Records))), ui.Text(ui.L(ctx).Number(int64(f.Broken))),
		}})
	}
	return t
}

func dateCell(ctx context.Context, f Feed) ui.Cell {
	if f.DataDate.IsZero() {
		return ui.Text("–")
	}
	return ui.Text(ui.L(ctx).Date(f.DataDate))
}

func feedChip(ctx context.Context, state string) ui.Chip {
	tones := map[string]ui.Tone{"ok": ui.Success, "running": ui.Info, "late": ui.Warning, "failed": ui.Danger, "never": ui.Neutral}
	return ui.Chip{Text: ui.T(ctx, "operations.feeds.state."+state), Tone: tones[state]}
}

func jobTable(ctx context.Context, list ui.ListState, page []jobs.Info, next string, mayRetry bool) templ.Component {
	t := ui.Table{Caption: ui.T(ctx, "operations.jobs.caption"), State: list, Total: -1, Next: next,
		Columns: columns(ctx, "operations.jobs.", "id", "kind", "state", "attempts", "next", "error", "do"),
		Filters: []templ.Component{ui.Select{Name: "state", Label: ui.T(ctx, "operations.jobs.state"), Optional: true, Options: []ui.Option{
			{Text: ui.T(ctx, "operations.jobs.all")}, {Value: "dead", Text: jobState(ctx, "dead")},
			{Value: "ready", Text: jobState(ctx, "ready")}, {Value: "leased", Text: jobState(ctx, "leased")},
		}}},
		Empty: ui.Empty{Title: ui.T(ctx, "operations.jobs.none"), Text: ui.T(ctx, "operations.jobs.none_why")}}
	for _, j := range page {
		row := ui.Row{Name: j.Kind, Cells: []ui.Cell{
			ui.Text(fmt.Sprint(j.ID)), {Text: j.Kind, Note: j.Key}, ui.In(jobChip(ctx, j.State)), ui.Text(fmt.Sprint(j.Attempts)),
			ui.In(ui.Time{At: j.RunAt}), ui.Text(firstLine(j.LastError)), {},
		}}
		if j.State == "dead" && mayRetry {
			row.Cells[6] = ui.In(retryForm(j.ID))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func jobState(ctx context.Context, state string) string {
	return ui.T(ctx, "operations.jobs.state."+state)
}

func jobChip(ctx context.Context, state string) ui.Chip {
	tones := map[string]ui.Tone{"dead": ui.Danger, "leased": ui.Info}
	return ui.Chip{Text: jobState(ctx, state), Tone: tones[state]}
}

// firstLine keeps a stack trace out of a table.
func firstLine(s string) string {
	for i, r := range s {
		if r == '\n' || i > 200 {
			return s[:i] + "…"
		}
	}
	return s
}

func mailTable(ctx context.Context, list ui.ListState, page []Mail, next string) templ.Component {
	t := ui.Table{Caption: ui.T(ctx, "operations.mail.caption"), State: list, Total: -1, Next: next,
		Columns: columns(ctx, "operations.mail.", "subject", "recipient", "kind", "state", "at"),
		Filters: []templ.Component{ui.Input{Name: "q", Label: ui.T(ctx, "operations.mail.search"), Type: "search", Optional: true}},
		Empty:   ui.Empty{Title: ui.T(ctx, "operations.mail.none"), Text: ui.T(ctx, "operations.mail.none_why")}}
	for _, m := range page {
		t.Rows = append(t.Rows, ui.Row{Name: m.Subject, Cells: []ui.Cell{
			ui.Linked(m.Subject, fmt.Sprintf("/ops/mail/%d", m.ID)), ui.Text(m.To), ui.Text(m.Kind),
			{Content: mailChip(ctx, m.State), Note: m.Error}, ui.In(ui.Time{At: m.At}),
		}})
	}
	return t
}

func mailChip(ctx context.Context, state string) ui.Chip {
	tones := map[string]ui.Tone{"sent": ui.Success, "kept": ui.Success, "failed": ui.Danger, "bounced": ui.Danger, "sending": ui.Info}
	return ui.Chip{Text: ui.T(ctx, "operations.mail.state."+state), Tone: tones[state]}
}

func mailActions(ctx context.Context, m Mail) []ui.Button {
	if m.Hidden {
		return nil
	}
	base := fmt.Sprintf("/ops/mail/%d", m.ID)
	return []ui.Button{
		{Text: ui.T(ctx, "operations.mail.html"), Href: base + "/html", Kind: ui.Secondary},
		{Text: ui.T(ctx, "operations.mail.eml"), Href: base + "/eml", Kind: ui.Quiet},
	}
}

func mailFacts(ctx context.Context, m Mail) ui.Facts {
	return ui.Facts{
		{Term: ui.T(ctx, "operations.mail.recipient"), Cell: ui.Text(m.To)},
		{Term: ui.T(ctx, "operations.mail.state"), Cell: ui.In(mailChip(ctx, m.State))},
		{Term: ui.T(ctx, "operations.mail.at"), Cell: ui.In(ui.Time{At: m.At, Exact: true})},
		{Term: ui.T(ctx, "operations.mail.kind"), Cell: ui.Text(m.Kind)},
	}
}

func auditTable(ctx context.Context, list ui.ListState, page []audit.Entry, next string, names map[string]string) templ.Component {
	t := ui.Table{Caption: ui.T(ctx, "operations.audit.caption"), State: list, Total: -1, Next: next,
		Columns: columns(ctx, "operations.audit.", "seq", "at", "actor", "action", "object", "detail"),
		Filters: []templ.Component{ui.Input{Name: "action", Label: ui.T(ctx, "operations.audit.filter"), Type: "search", Optional: true}},
		Empty:   ui.Empty{Title: ui.T(ctx, "operations.audit.none")}}
	for _, e := range page {
		t.Rows = append(t.Rows, ui.Row{Name: e.Action, Cells: []ui.Cell{
			ui.Text(fmt.Sprint(e.Seq)), ui.In(ui.Time{At: e.Time(), Exact: true}), named(names, e.Actor), ui.Text(e.Action),
			named(names, e.Object), detailCell(e.Detail),
		}})
	}
	return t
}

// detailCell shows what an entry adds, if it adds anything.
func detailCell(detail json.RawMessage) ui.Cell {
	if len(detail) == 0 || string(detail) == "null" {
		return ui.Text("–")
	}
	return ui.In(ui.Code(string(detail)))
}

// named shows a person's name with the number under which the log keeps him.
func named(names map[string]string, actor string) ui.Cell {
	if name := names[actor]; name != "" {
		return ui.Cell{Text: name, Note: actor}
	}
	return ui.Text(actor)
}
