// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"strconv"
	"time"

	"martinella/internal/access/gate/api"
	"martinella/internal/inventory/intake"
	"martinella/internal/platform/fault"
)

// importJSON is how far an import is and what it would do, or did.
type importJSON struct {
	ID        int64     `json:"id"`
	Kind      Source    `json:"kind" doc:"The format; auto until it is known."`
	File      string    `json:"file"`
	Size      int64     `json:"size" doc:"Bytes."`
	Asset     string    `json:"asset"`
	State     string    `json:"state" doc:"uploading, uploaded, reading, ready, refused, applying or done."`
	Working   bool      `json:"working" doc:"A job is at it: ask again."`
	Refusal   string    `json:"refusal,omitempty" doc:"The code of why it was refused as a whole."`
	Why       string    `json:"why,omitempty" doc:"The same in words."`
	Rows      int64     `json:"rows" doc:"Read."`
	Problems  int64     `json:"problems" doc:"Lines that cannot be read; the others are taken."`
	Added     int64     `json:"added"`
	Changed   int64     `json:"changed"`
	Same      int64     `json:"same"`
	Gone      int64     `json:"gone" doc:"Of the same source, not in the list any more."`
	Assets    int64     `json:"assets" doc:"Hosts and systems the list tells of."`
	AssetsNew int64     `json:"assets_new" doc:"Of them, those that are new."`
	CreatedBy string    `json:"created_by"`
	CreatedAt time.Time `json:"created_at"`

	Table *importTableJSON `json:"table,omitempty" doc:"How a table was understood; missing of other lists. read-import-again says otherwise."`

	org string
}

// importTableJSON is how a table was understood.
type importTableJSON struct {
	Sheet   string             `json:"sheet,omitempty" doc:"Of a workbook: the one that was read."`
	Sheets  []string           `json:"sheets,omitempty" doc:"Those there are."`
	Columns []importColumnJSON `json:"columns" nullable:"false" doc:"In the list's order."`
}

// importColumnJSON is a column of a table.
type importColumnJSON struct {
	Heading string       `json:"heading" doc:"As the list writes it, cut short."`
	Field   intake.Field `json:"field" doc:"What it means; empty: it is not read."`
	Sample  string       `json:"sample,omitempty" doc:"The first line's value, cut short."`
}

func importTable(l intake.Layout) *importTableJSON {
	if len(l.Headings) == 0 {
		return nil
	}
	out := &importTableJSON{Sheet: l.Sheet, Sheets: l.Sheets}
	for i, h := range l.Headings {
		c := importColumnJSON{Heading: h}
		if i < len(l.Columns) {
			c.Field = l.Columns[i]
		}
		if i < len(l.Sample) {
			c.Sample = l.Sample[i]
		}
		out.Columns = append(out.Columns, c)
	}
	return out
}

// Location implements api.Located.
func (i importJSON) Location() string {
	return api.Path("organisations", i.org, "stack", "imports", strconv.FormatInt(i.ID, 10))
}

func importStatus(r *api.Request, i Import) importJSON {
	out := importJSON{ID: i.ID, Kind: i.Kind, File: i.Filename, Size: i.Size, Asset: i.Asset, State: string(i.State), Working: i.Working(),
		Rows: int64(i.Rows), Problems: int64(i.Problems), Added: int64(i.Fresh), Changed: int64(i.Changed), Same: int64(i.Same), Gone: int64(i.Gone),
		Assets: i.Hosts, AssetsNew: i.HostsNew,
		CreatedBy: i.CreatedBy, CreatedAt: i.CreatedAt, Table: importTable(i.Layout), org: r.Org.Code}
	if i.Fault != nil {
		out.Refusal, out.Why = i.Fault.Code, r.Say(i.Fault)
	}
	return out
}

func (m *Module) apiImports(r *api.Request, in *api.Paging) (api.List[importJSON], error) {
	all, err := m.LastImports(r.Context(), r.Scope, in.Limit)
	return api.Items(api.Each(all, func(i Import) importJSON { return importStatus(r, i) }), ""), err
}

type uploadInput struct {
	Kind     Source `query:"kind" enum:"auto,paste,cyclonedx,spdx,glpi,wazuh,openvas,nmap,csv,xlsx,zip" default:"auto" doc:"The format; auto: its content tells."`
	Filename string `query:"filename" maxLength:"255"`
	Asset    string `query:"asset" maxLength:"500" doc:"The system the list is of, where its lines name none."`
}

func (m *Module) apiUpload(r *api.Request, in *uploadInput) (importJSON, error) {
	i, err := m.Upload(r.Context(), r.Scope, in.Kind, in.Filename, in.Asset, r.R.Body)
	return importStatus(r, i), err
}

func (m *Module) apiImport(r *api.Request, in *api.ID) (importJSON, error) {
	i, err := m.Import(r.Context(), r.Scope, in.ID)
	return importStatus(r, i), err
}

type importRowsQuery struct {
	api.ID
	api.Paging
}

// importRowJSON is a line of an import as it would be written.
type importRowJSON struct {
	Line   int64            `json:"line"`
	Action string           `json:"action" enum:"add,change,same"`
	Before *StackFieldsJSON `json:"before,omitempty" doc:"Of a change."`
	After  StackFieldsJSON  `json:"after"`
}

func (m *Module) apiPreview(r *api.Request, in *importRowsQuery) (out api.List[importRowJSON], err error) {
	i, err := m.Import(r.Context(), r.Scope, in.ID.ID)
	if err != nil || i.State != Ready {
		return api.Items([]importRowJSON{}, ""), err
	}
	after, err := strconv.ParseInt(in.After(), 10, 64)
	if err != nil {
		after = -1
	}
	rows, err := m.Preview(r.Context(), i, after, in.Limit)
	next := ""
	if len(rows) == in.Limit {
		next = strconv.FormatInt(rows[len(rows)-1].Line, 10)
	}
	return api.Items(api.Each(rows, func(p PreviewRow) importRowJSON {
		row := importRowJSON{Line: p.Line, Action: p.Action, After: fieldsOf(p.After)}
		if p.Action == "change" {
			before := fieldsOf(p.Before)
			row.Before = &before
		}
		return row
	}), next), err
}

// importProblemJSON is a line that cannot be read.
type importProblemJSON struct {
	Line   int    `json:"line"`
	Field  string `json:"field,omitempty"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Text   string `json:"text,omitempty" doc:"The beginning of what was there."`
}

type importProblemsQuery struct {
	api.ID
	api.Paging
}

func (m *Module) apiProblems(r *api.Request, in *importProblemsQuery) (out api.List[importProblemJSON], err error) {
	i, err := m.Import(r.Context(), r.Scope, in.ID.ID)
	if err != nil {
		return out, err
	}
	bad, err := m.BadLines(r.Context(), i)
	return api.Items(api.Each(bad[:min(len(bad), in.Limit)], func(p intake.Problem) importProblemJSON {
		return importProblemJSON{p.Line, string(p.Field), p.Code, r.Say(fault.New(fault.Invalid, p.Code, p.Params)), p.Text}
	}), ""), err
}

type applyInput struct {
	api.ID
	Body struct {
		RemoveGone bool `json:"remove_gone,omitempty" doc:"Also remove what the source has no more."`
	} `nameHint:"ImportApplication"`
}

func (m *Module) apiApply(r *api.Request, in *applyInput) (importJSON, error) {
	i, err := m.Apply(r.Context(), r.Scope, in.ID.ID, in.Body.RemoveGone)
	return importStatus(r, i), err
}

type readAgainInput struct {
	api.ID
	Body struct {
		Kind    Source         `json:"kind" enum:"auto,paste,cyclonedx,spdx,glpi,wazuh,openvas,nmap,csv,xlsx,zip" doc:"The format."`
		Sheet   string         `json:"sheet,omitempty" maxLength:"200" doc:"Of a workbook; missing: the first with rows."`
		Asset   string         `json:"asset,omitempty" maxLength:"500" doc:"The system the list is of, where its lines name none."`
		Columns []intake.Field `json:"columns,omitempty" maxItems:"500" doc:"What each column means, in the list's order, \"\" for not at all; missing: what the headings say. Remembered once the list is applied."`
	} `nameHint:"ImportReading"`
}

func (m *Module) apiReadAgain(r *api.Request, in *readAgainInput) (importJSON, error) {
	i, err := m.ReadAgain(r.Context(), r.Scope, in.ID.ID, AnotherReading{Kind: in.Body.Kind, Sheet: in.Body.Sheet, Asset: in.Body.Asset, Mapping: in.Body.Columns})
	return importStatus(r, i), err
}

// importTextJSON is a list as it was pasted.
type importTextJSON struct {
	Text string `json:"text"`
}

func (m *Module) apiImportText(r *api.Request, in *api.ID) (importTextJSON, error) {
	i, err := m.Import(r.Context(), r.Scope, in.ID)
	if err != nil {
		return importTextJSON{}, err
	}
	text, err := m.Text(r.Context(), i)
	return importTextJSON{text}, err
}

func (m *Module) apiDiscard(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.Discard(r.Context(), r.Scope, in.ID)
}
