// SPDX-License-Identifier: EUPL-1.2

// Package ui is the design system: every page of Martinella is made of these
// components. Whoever writes a page writes no HTML classes, no styles and no
// scripts of their own.
//
// # How it works
//
// Every component is a plain struct (or a slice) that is itself a
// templ.Component. In a .templ file:
//
//	@ui.Chip{Text: "in attesa", Tone: ui.Warning}
//
// A component with children must be written in parentheses, because of templ's
// grammar:
//
//	@(ui.Section{Title: ui.T(ctx, "inventory.title")}) {
//		<p>…</p>
//	}
//
// The reader's language, time zone and present moment are in the context:
// [Layout] and [Bare] put them there from [Page.L], the web layer does it for
// fragments. In a template, [T] says a sentence and [L] formats numbers and
// dates:
//
//	<p>{ ui.T(ctx, "inventory.items", "n", 3) } – { ui.L(ctx).Date(day) }</p>
//
// A page is a Page and a content:
//
//	ui.Layout(ui.Page{Title: "Dotazione", L: l, Nav: nav, User: user}, stackPage(view)).Render(ctx, w)
//
// # What there is
//
//   - page: [Layout], [Bare], [ErrorPage], [PageHead], [Detail], [Section],
//     [Card], [Columns], [Prose], [Fold], [Tabs]
//   - forms: [Form], [Group], [Input], [Textarea], [Select], [Radios],
//     [Checkbox], [Checkboxes], [File], [Typeahead] with [Suggestions],
//     [Hidden], [Button], [Buttons], [Confirm], [ErrorSummary]
//   - lists: [Table] with [ListState], [Empty], [Facts], [Todos], [Counters]
//   - marks: [Chip], [Chips], [SeverityBadge], [KEV], [Possible], [TLPChip],
//     [Time], [Deadline], [Icon], [Mark]
//   - telling: [Callout], [Flashes], [Progress], [Steps], [Timeline], [Why],
//     [Copyable], [Code], [QR], [CallCard] with [CallRest]
//   - drawing: [Bars], [Line], [Sparkline], [OrgChart]
//
// # A form
//
//	@(ui.Form{Action: "/register", State: v.State, Submit: ui.T(ctx, "x.submit")}) {
//		@ui.Input{Name: "email", Label: ui.T(ctx, "x.email"), Type: "email", Autocomplete: "email"}
//		@ui.Select{Name: "kind", Label: ui.T(ctx, "x.kind"), Options: kinds}
//	}
//
// Fields find by their name, in the form's [FormState], what was typed and what
// is wrong. On a failed post the handler renders the same page again, with
// ui.FormState{Values: r.PostForm, Errors: …} and status 422.
//
// # A table
//
//	@ui.Table{
//		Caption: ui.T(ctx, "inventory.caption"), State: ui.ParseList(r.URL),
//		Columns: []ui.Column{{Key: "product", Title: …}, {Title: …, Numeric: true}},
//		Rows:    rows, Total: 1234, Next: cursor, CSV: true,
//		Filters: []templ.Component{ui.Input{Name: "q", Label: …, Type: "search", Optional: true}},
//		Empty:   ui.Empty{Title: …, Text: …, Actions: []ui.Button{…}},
//	}
//
// The handler reads filters with [ListState.Get], the order with
// [ListState.Sort], the place with [ListState.After] and [ListState.Before],
// and answers with a file when [ListState.CSV] says so. Filters work without
// script; with it they apply as they are changed (htmx asks for the same page
// and takes the table out of it).
//
// # Rules
//
// One primary button a page. Numbers are links to the list they count. Never a
// colour without an icon and a word. No style attribute, no inline script: the
// policy is default-src 'self'; img-src 'self' data:.
package ui
