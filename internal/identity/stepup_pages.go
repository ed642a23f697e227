// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/web"
)

// stepUpPage asks to confirm it is you. The names of its own fields begin so
// that they cannot be those of a form it keeps.
const (
	stepUpPage = "/account/confirm"
	stepUpCode = "stepup_code"
	stepUpOwn  = "stepup_"

	stepUpWanted = "access.recent"
)

func (m *Module) stepUpRoutes(g *gate.Gate) {
	g.Handle("GET "+stepUpPage, gate.SignedIn(), m.showStepUp, gate.Bare())
	g.Handle("POST "+stepUpPage, gate.SignedIn(), m.stepUp, gate.Bare())
	g.Confirmation(m.stepUpFirst)
}

// stepUpFirst answers instead of a route that wants a recent second factor. A
// page is asked for again afterwards; a form that was sent is kept in the page
// and sent again, but for files, which a page cannot keep.
func (m *Module) stepUpFirst(r *gate.Request) error {
	if r.R.Method != http.MethodPost {
		return r.Redirect(withNext(stepUpPage, r.R.URL.RequestURI()))
	}
	if r.IsFragment() || strings.HasPrefix(r.R.Header.Get("Content-Type"), "multipart/") {
		r.Flash(gate.Warning, "identity.stepup.again")
		return r.Redirect(withNext(stepUpPage, refererPath(r)))
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	// As the wrapper of an invalid form: nothing was done, the page asks for more.
	return m.stepUpForm(r, keep(f, r.R.URL.RequestURI()), fault.New(fault.Invalid, stepUpWanted))
}

// refererPath is the page a form came from, on this site; else the form's own address.
func refererPath(r *gate.Request) string {
	u, err := url.Parse(r.R.Referer())
	if err != nil || u.Host != r.R.Host || u.Path == "" {
		return r.R.URL.RequestURI()
	}
	return u.RequestURI()
}

// kept is a form that waits for the confirmation.
type kept struct {
	Next   string  // where a confirmed visitor goes
	Action string  // where the form is sent then; "": there is none
	Fields []typed // what was typed, in the order of its names
}

// typed is one value of a form.
type typed struct{ Name, Value string }

// keep takes what was typed out of a form, but not the confirmation's own fields.
func keep(f web.Form, action string) kept {
	k := kept{Action: action}
	for name, values := range f.Values() {
		if strings.HasPrefix(name, stepUpOwn) {
			continue
		}
		for _, v := range values {
			k.Fields = append(k.Fields, typed{name, v})
		}
	}
	slices.SortStableFunc(k.Fields, func(a, b typed) int { return strings.Compare(a.Name, b.Name) })
	return k
}

func (k kept) address() string {
	q := url.Values{}
	if k.Action != "" {
		q.Set("again", k.Action)
	} else if k.Next != "" {
		q.Set("next", k.Next)
	}
	if len(q) == 0 {
		return stepUpPage
	}
	return stepUpPage + "?" + q.Encode()
}

func (m *Module) showStepUp(r *gate.Request) error {
	return m.stepUpForm(r, kept{Next: r.Query().Get("next")}, nil)
}

// stepUpForm shows the question, with what was wrong with an attempt.
func (m *Module) stepUpForm(r *gate.Request, k kept, wrong error) error {
	s, err := m.current(r)
	if err != nil {
		return err
	}
	code, err := m.demoCode(r.Context(), r.Person.ID)
	if err != nil {
		return err
	}
	state := r.FormState(wrong)
	if wrong != nil && fault.Of(wrong).Code == stepUpWanted {
		state.Errors = nil // the page itself says it
	}
	for i := range state.Errors {
		if state.Errors[i].Field == "code" {
			state.Errors[i].Field = stepUpCode
		}
	}
	body := stepUpBody(state, k, s, code, m.Config.RecentLife, s.Person.Passkeys > 0 && m.PasskeysOffered(), m.proofWith(k))
	if wrong != nil {
		return r.Invalid(wrong, r.L.T("identity.stepup.title"), body)
	}
	return page(r, "identity.stepup.title", body)
}

func (m *Module) stepUp(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	s, err := m.current(r)
	if err != nil {
		return err
	}
	k := keep(f, r.Query().Get("again"))
	k.Next = r.Query().Get("next")
	token, err := m.stepUpBy(r, s, f)
	if err != nil {
		return m.stepUpForm(r, k, err)
	}
	return steppedUpTo(r, token, k)
}

// stepUpBy takes the passkey's answer when there is one, else the code.
func (m *Module) stepUpBy(r *gate.Request, s Session, f web.Form) (string, error) {
	answer := f.Raw(passkeyAnswer)
	if answer == "" {
		return m.StepUp(r.Context(), s, f.Text(stepUpCode))
	}
	token, err := m.StepUpByPasskey(r.Context(), s, f.Text(passkeyToken), answer)
	if err != nil {
		m.passkeyRefused(r, err)
	}
	return token, err
}

// steppedUpTo leads a confirmed visitor back to what he was doing.
func steppedUpTo(r *gate.Request, token string, k kept) error {
	setCookie(r.W, "session", token, 0, r.Secure())
	switch {
	case k.Action != "":
		return r.Repeat(k.Action)
	case isExport(k.Next):
		// A file would leave the browser on the page that asked: lead to it by hand.
		return page(r, "identity.stepup.done_title", exportReadyBody(k.Next, withoutFormat(k.Next)))
	case k.Next != "":
		return r.Redirect(k.Next)
	}
	return r.Redirect("/home")
}

func isExport(next string) bool {
	u, err := url.Parse(next)
	return err == nil && u.Query().Get("format") != "" && strings.HasPrefix(next, "/") && !strings.HasPrefix(next, "//")
}

// withoutFormat is the list a file is made of.
func withoutFormat(next string) string {
	u, err := url.Parse(next)
	if err != nil {
		return "/home"
	}
	q := u.Query()
	q.Del("format")
	u.RawQuery = q.Encode()
	return u.RequestURI()
}
