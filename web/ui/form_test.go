// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"
)

// inForm renders fields inside a form with a state.
func inForm(t *testing.T, s FormState, fields ...templ.Component) string {
	t.Helper()
	children := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, f := range fields {
			if err := f.Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
	form := Form{Action: "/do", State: s, Submit: "Invia"}
	return html(t, templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return form.Render(templ.WithChildren(ctx, children), w)
	}))
}

func contains(t *testing.T, got string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func lacks(t *testing.T, got string, nots ...string) {
	t.Helper()
	for _, not := range nots {
		if strings.Contains(got, not) {
			t.Errorf("%q in\n%s", not, got)
		}
	}
}

var options = []Option{{Value: "a", Text: "A"}, {Value: "b", Text: "B", Help: "bi"}}

func TestAFreshFormShowsItsFirstValues(t *testing.T) {
	got := inForm(t, FormState{},
		Input{Name: "email", Label: "E-mail", Type: "email", Value: "a@b.it", Help: "aiuto", Autocomplete: "email"},
		Input{Name: "phone", Label: "Telefono", Optional: true, Suffix: "interno"},
		Textarea{Name: "notes", Label: "Note", Value: "ciao"},
		Select{Name: "kind", Label: "Tipo", Options: options, Value: "b", Blank: "Scegliete"},
		Radios{Name: "tier", Label: "Livello", Options: options, Value: "b"},
		Checkboxes{Name: "topics", Label: "Temi", Options: options, Values: []string{"a", "b"}},
		Checkbox{Name: "ok", Label: "Accetto", Checked: true},
		File{Name: "deed", Label: "Atto", Accept: ".pdf"},
		Hidden("v", "3"),
	)
	contains(t, got,
		`<label for="f-email"`, `type="email" value="a@b.it"`, `aria-describedby="f-email-help"`, `autocomplete="email"`,
		"facoltativo", "interno", ">ciao</textarea>", `<option value="b" selected>`, `<option value="">Scegliete`,
		`id="f-tier-2" name="tier" value="b" checked`, `id="f-topics" name="topics" value="a" checked`,
		`value="yes" checked`, `accept=".pdf"`, `name="v" value="3"`, `method="post"`)
	lacks(t, got, "aria-invalid", `role="alert"`)
	if strings.Count(got, " required") != 4 { // email, notes, kind, deed: choices cannot be "required" as a group
		t.Errorf("%d required controls", strings.Count(got, " required"))
	}
}

func TestAFailedFormKeepsWhatWasTyped(t *testing.T) {
	state := FormState{
		Values: url.Values{"email": {"<nobody>"}, "secret": {"hunter2"}, "tier": {"a"}, "topics": {"b"}, "body": {"Prato"}, "code": {"c_g999"}},
		Errors: []FieldError{{"email", "Scrivete un indirizzo completo"}, {"tier", "Scegliete"}, {"", "Non salvato"}},
	}
	got := inForm(t, state,
		Input{Name: "email", Label: "E-mail", Value: "old@b.it", Help: "aiuto"},
		Input{Name: "secret", Label: "Password", Type: "password"},
		Radios{Name: "tier", Label: "Livello", Options: options, Value: "b"},
		Checkboxes{Name: "topics", Label: "Temi", Options: options, Values: []string{"a"}},
		Checkbox{Name: "ok", Label: "Accetto", Checked: true},
		Typeahead{Name: "body", Label: "Ente", URL: "/s", ValueName: "code", Options: []string{"Lucca"}},
	)
	contains(t, got,
		`value="&lt;nobody&gt;"`, `aria-invalid="true"`, `aria-describedby="f-email-error f-email-help"`, `id="f-email-error"`,
		"Ci sono 3 cose da correggere", `<a href="#f-email">`, `<a href="#f-tier">`, "Non salvato",
		`id="f-tier" name="tier" value="a" checked`, `id="f-topics-2" name="topics" value="b" checked`,
		`value="Prato"`, `name="code" value="c_g999"`, `list="f-body-options"`, `<option value="Lucca">`)
	lacks(t, got, "hunter2", "old@b.it", `value="yes" checked`, `name="topics" value="a" checked`)
}

func TestFieldIDsAreSafe(t *testing.T) {
	if got := fieldID(`contact[1].e mail"`); got != "f-contact-1--e-mail-" {
		t.Errorf("fieldID = %q", got)
	}
}

func TestConfirmAsksBeforeDanger(t *testing.T) {
	got := html(t, with(Confirm{Title: "Eliminare?", Text: "Per sempre.", Action: "/x", Submit: "Elimina", Cancel: Link{Text: "No", Href: "/"}}, "id"))
	contains(t, got, "<h1>Eliminare?</h1>", `action="/x"`, "btn-danger", `href="/"`, "<i>id</i>")
	lacks(t, html(t, Confirm{Submit: "Va bene", Harmless: true}), "btn-danger")
}

func TestGroupHasALegend(t *testing.T) {
	contains(t, html(t, with(Group{Legend: "Orari", Help: "h", Row: true}, "c")), "<legend>Orari</legend>", "group-row", "<i>c</i>")
}

func TestFormMayBeASearchOrCarryFiles(t *testing.T) {
	contains(t, html(t, Form{Get: true, ID: "q"}), `method="get"`, `id="q"`)
	contains(t, html(t, Form{Files: true}), `enctype="multipart/form-data"`)
}

func TestSuggestionsAreOptions(t *testing.T) {
	contains(t, html(t, Suggestions{{Value: "cpe", Text: "FortiOS", Hint: "Fortinet"}}),
		`role="option"`, `data-value="cpe"`, `data-text="FortiOS"`, "Fortinet")
}
