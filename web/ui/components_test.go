// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"martinella/internal/platform/i18n"
)

var moment0 = time.Date(2026, 11, 22, 13, 20, 0, 0, time.UTC)

// bundle is the package's catalogues at a known moment.
func bundle(t testing.TB) *i18n.Bundle {
	t.Helper()
	b, err := i18n.Load(Locale)
	if err != nil {
		t.Fatal(err)
	}
	return b.WithNow(func() time.Time { return moment0 })
}

// html renders a component for an Italian reader.
func html(t testing.TB, c templ.Component) string {
	t.Helper()
	var out strings.Builder
	ctx := i18n.With(context.Background(), bundle(t).Localizer(i18n.Italian, nil))
	if err := c.Render(ctx, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// text is a component to put into slots.
func text(s string) templ.Component { return templ.Raw("<i>" + s + "</i>") }

// with renders a component around a child.
func with(c templ.Component, child string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(templ.WithChildren(ctx, text(child)), w)
	})
}

func TestCataloguesAreComplete(t *testing.T) {
	if err := bundle(t).Check(); err != nil {
		t.Error(err)
	}
}

func TestComponents(t *testing.T) {
	tests := map[string]struct {
		c    templ.Component
		want []string
		not  []string
	}{
		"a button submits": {Button{Text: "Invia", Name: "do", Value: "x", Form: "f", SkipValidation: true},
			[]string{`<button type="submit" class="btn"`, `name="do"`, `value="x"`, `form="f"`, "formnovalidate"}, []string{"href"}},
		"a button with an address is a link": {Button{Text: "Vai", Href: "/a", Kind: Secondary}, []string{`<a class="btn btn-secondary" href="/a"`}, []string{"<button"}},
		"a button without text is nothing":   {Button{Href: "/a"}, nil, []string{"<"}},
		"a dangerous address is defused":     {Button{Text: "x", Href: "javascript:alert(1)"}, nil, []string{"javascript:"}},
		"text is escaped":                    {Chip{Text: "<b>"}, []string{"&lt;b&gt;"}, []string{"<b>"}},
		"a chip has icon and word":           {Chip{Text: "in attesa", Tone: Warning}, []string{"is-warning", "#it-warning-circle", "in attesa"}, nil},
		"severity says the word first":       {SeverityBadge{Level: SeverityHigh, Score: 8.8}, []string{"sev-high", "alta", "8,8"}, nil},
		"unknown severity":                   {SeverityBadge{}, []string{"non valutata"}, []string{"sev-score"}},
		"KEV says since when":                {KEV(moment0), []string{"dal 22 novembre 2026", "KEV"}, nil},
		"possible":                           {Possible(), []string{"possibile, da verificare"}, nil},
		"TLP explains itself":                {TLPChip(TLPAmberStrict), []string{"tlp-amber", "TLP:AMBER+STRICT", "sola organizzazione"}, nil},
		"an unknown TLP is the strictest":    {TLPChip("TLP:PINK"), []string{"tlp-red"}, nil},
		"no TLP is nothing":                  {TLPChip(""), nil, []string{"<"}},
		"chips skip what is missing":         {Chips(nil, Chip{Text: "a"}), []string{"chips", "a"}, nil},
		"time is relative, exact on hover":   {Time{At: moment0.Add(-2 * time.Hour)}, []string{`datetime="2026-11-22T11:20:00Z"`, "2 ore fa", `title="22 novembre 2026, ore 11:20"`}, nil},
		"exact time":                         {Time{At: moment0, Exact: true}, []string{">22 novembre 2026, ore 13:20<"}, nil},
		"no time is a dash":                  {Time{}, []string{"–"}, []string{"<time"}},
		"a passed deadline shows":            {Deadline(moment0.Add(-time.Hour)), []string{"is-over", "scaduto da"}, nil},
		"a callout names its tone":           {with(Callout{Tone: Danger, Title: "Fermo", Text: "t"}, "figlio"), []string{"is-danger", "Importante: ", "figlio"}, []string{"role="}},
		"an urgent flash interrupts":         {Flashes([]Flash{{Danger, "no"}}), []string{`role="alert"`}, nil},
		"a quiet flash waits":                {Flashes([]Flash{{Success, "sì"}}), []string{`role="status"`}, nil},
		"a counter is a link":                {Counters{{N: 1234, Label: "aperte", Href: "/v", Tone: Danger}}, []string{`href="/v"`, "1.234", "is-danger"}, nil},
		"a counter of nothing is calm":       {Counters{{Label: "aperte", Href: "/v", Tone: Danger}}, []string{">0"}, []string{"is-danger"}},
		"something to do has one button":     {Todos{{Title: "a", Why: "b", Due: moment0.Add(3 * time.Hour), Button: Button{Text: "fai", Href: "/x"}}}, []string{"entro 3", `href="/x"`}, nil},
		"tabs are links":                     {Tabs{Label: "Viste", Items: []Tab{{Text: "a", Href: "/a", Current: true, Count: 3}}}, []string{`aria-label="Viste"`, `aria-current="page"`, ">3<"}, nil},
		"steps say their state":              {Steps{{Title: "a", State: StepDone}, {Title: "b", State: StepCurrent}, {Title: "c"}}, []string{"(fatto)", `aria-current="step"`, "(in corso)", "(da fare)"}, nil},
		"a history":                          {Timeline{{At: moment0, Who: "Ada", What: "creato", More: text("m")}}, []string{"Ada", "creato", "<i>m</i>", "adesso"}, nil},
		"an explanation":                     {Why{{Verdict: Holds, Text: "a", Code: "cpe", Because: []Reason{{Text: "b", Note: "n"}}}}, []string{"vero: ", "non si sa: ", "cpe", "why-unknown"}, nil},
		"known progress":                     {Progress{ID: "p", Label: "l", Done: 1, Total: 4, Poll: "/p"}, []string{`value="1"`, `max="4"`, "25%", `hx-get="/p"`, `aria-labelledby="p-label"`}, nil},
		"finished progress is not polled":    {Progress{ID: "p", Label: "l", Done: 4, Total: 4}, []string{"100%"}, []string{"hx-get"}},
		"unknown progress":                   {Progress{ID: "p", Label: "l"}, []string{"<progress"}, []string{"value=", "%"}},
		"something to copy":                  {Copyable{Label: "Codice", Text: "A1"}, []string{"Codice", "A1", "data-copy-button hidden"}, nil},
		"lines to copy can be scrolled to":   {Copyable{Text: "a\nb", Block: true}, []string{`<pre tabindex="0">`}, nil},
		"a QR code has its text":             {QR{PNG: []byte{1}, Alt: "codice", Text: "S3CRET"}, []string{`src="data:image/png;base64,AQ=="`, `alt="codice"`, "S3CRET"}, nil},
		"facts":                              {Facts{{"Ente", Linked("Prato", "/p")}, {"Sede", Text("via")}, {"x", In(text("y"))}}, []string{"<dt>Ente</dt>", `href="/p"`, "via", "<i>y</i>"}, nil},
		"a detail":                           {Detail{Over: "CVE", Title: "t", States: []templ.Component{text("s")}, Facts: []Fact{{"a", Text("b")}}, Now: text("ora")}, []string{"<h1>t</h1>", "Che cosa fare adesso", "<i>ora</i>"}, nil},
		"a page head":                        {with(PageHead{Title: "t", Lead: "l"}, "c"), []string{"<h1>t</h1>", "<i>c</i>"}, nil},
		"a section":                          {with(Section{ID: "s", Title: "t"}, "c"), []string{`id="s"`, "<h2>t</h2>", "<i>c</i>"}, nil},
		"a card":                             {with(Card{Title: "t", Href: "/t"}, "c"), []string{`<a href="/t">t</a>`, "<i>c</i>"}, nil},
		"a fold":                             {with(Fold{Title: "t", Count: 2, Open: true}, "c"), []string{"<details", " open", "<i>c</i>"}, nil},
		"columns and prose":                  {with(Columns(), "c"), []string{`class="columns"`, "<i>c</i>"}, nil},
		"prose":                              {with(Prose(), "c"), []string{`class="prose"`, "<i>c</i>"}, nil},
		"bars are a table":                   {Bars{Title: "t", Head: "h", Unit: "u", Items: []Bar{{Label: "a", Value: 10}, {Label: "b", Value: 5, Shown: "5 su 9"}}}, []string{"<caption>t</caption>", `width="50%"`, "5 su 9"}, nil},
		"a line has its figures":             {Line{ID: "l", Title: "t", Head: "h", Unit: "u", Points: []Point{{"a", 1}, {"b", 1500.5}}}, []string{`role="img"`, "<desc", "1.500,5", "M0 "}, nil},
		"a line of one point is a table":     {Line{ID: "l", Points: []Point{{"a", 1}}}, []string{"<table"}, []string{"<path"}},
		"a sparkline says what it shows":     {Sparkline{Values: []float64{1, 2}, Label: "in crescita"}, []string{`aria-label="in crescita"`, "M0 10 L96 0"}, nil},
		"an error page":                      {ErrorPage{Status: 404, RequestID: "r1"}, []string{"Pagina non trovata", "Non è stato modificato nulla", "r1", `href="/"`}, nil},
		"an error page with its own words":   {ErrorPage{Status: 418, What: "teiera"}, []string{"Qualcosa non ha funzionato", "teiera"}, nil},
		"an icon":                            {IconSearch, []string{"#it-search", `aria-hidden="true"`}, nil},
		"no icon":                            {Icon(""), nil, []string{"<"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := html(t, tt.c)
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in\n%s", want, got)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(got, not) {
					t.Errorf("%q in\n%s", not, got)
				}
			}
		})
	}
}

func TestSeverityOf(t *testing.T) {
	for score, want := range map[float64]Severity{-1: SeverityUnknown, 0: SeverityNone, 0.1: SeverityLow, 3.9: SeverityLow,
		4: SeverityMedium, 6.9: SeverityMedium, 7: SeverityHigh, 8.9: SeverityHigh, 9: SeverityCritical, 10: SeverityCritical} {
		if got := SeverityOf(score); got != want {
			t.Errorf("SeverityOf(%v) = %q, want %q", score, got, want)
		}
	}
}

// Every kind of error page has all its sentences.
func TestErrorPagesAreComplete(t *testing.T) {
	l := bundle(t).Localizer(i18n.Norwegian, nil)
	for status := 400; status < 600; status++ {
		for _, part := range []string{"title", "what", "kept", "do"} {
			if key := "ui.error." + (ErrorPage{Status: status}).kind() + "." + part; !l.Has(key) {
				t.Errorf("status %d has no sentence %s", status, key)
			}
		}
	}
}

// Rendered outside a request a component still speaks.
func TestWithoutLocalizer(t *testing.T) {
	var out strings.Builder
	if err := Possible().Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "possibile") {
		t.Errorf("said %q", out.String())
	}
}
