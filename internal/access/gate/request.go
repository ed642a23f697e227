// SPDX-License-Identifier: EUPL-1.2

package gate

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"martinella/internal/access"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

// Request is one request past its rule.
type Request struct {
	W      http.ResponseWriter
	R      *http.Request
	Scope  access.Scope // what the rule allowed, narrowed to Org where there is one
	Person Person       // zero for visitors
	Org    Organisation // zero outside of /o/{org}/
	L      *i18n.Localizer

	gate    *Gate
	session *Session
	opts    options
	form    *web.Form
}

// Context is the request's: it ends when the client goes or the time is over.
func (r *Request) Context() context.Context { return r.R.Context() }

// SignedIn says whether somebody has signed in.
func (r *Request) SignedIn() bool { return r.session != nil }

// Staff says whether the asker is one of the CSIRT's people.
func (r *Request) Staff() bool { return r.session != nil && r.session.Principal.IsStaff() }

// Territory is the asker's scope over all organisations; for members it is one
// that may do nothing.
func (r *Request) Territory() access.Scope {
	if r.session == nil {
		return access.Visitor()
	}
	return r.session.Principal.Territory()
}

// Query gives the query of the address.
func (r *Request) Query() url.Values { return r.R.URL.Query() }

// Param gives a part of the path by the name the pattern gives it.
func (r *Request) Param(name string) string { return r.R.PathValue(name) }

// ID gives a part of the path that is a number; what is none cannot be found.
func (r *Request) ID(name string) (int64, error) {
	id, err := strconv.ParseInt(r.R.PathValue(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.New(fault.NotFound, "access.page")
	}
	return id, nil
}

// Form gives the submitted form, parsed once, bounded as the route says.
func (r *Request) Form() (web.Form, error) {
	if r.form == nil {
		f, err := web.ReadForm(r.W, r.R, r.opts.maxBody)
		if err != nil {
			return web.Form{}, err
		}
		r.form = &f
	}
	return *r.form, nil
}

func (r *Request) close() {
	if r.form != nil {
		if err := r.form.Close(); err != nil {
			r.gate.cfg.Log.Warn("removing uploads", "error", err)
		}
	}
}

// URL makes an absolute address of a path, for mails.
func (r *Request) URL(path string) string { return r.gate.cfg.BaseURL + path }

// Secure says whether cookies must be marked secure.
func (r *Request) Secure() bool { return r.gate.cfg.Secure() }

// Client is the address the request came from, as text; "" when unknown.
func (r *Request) Client() string {
	if a := web.Client(r.Context()); a.IsValid() {
		return a.String()
	}
	return ""
}

// Redirect sends the browser on with GET (303), within this site only.
func (r *Request) Redirect(to string) error {
	r.see(localPath(to))
	return nil
}

// see makes htmx leave the page as a browser would, instead of swapping another page in.
func (r *Request) see(to string) {
	if r.IsFragment() {
		r.W.Header().Set("HX-Redirect", to)
		r.W.WriteHeader(http.StatusOK)
		return
	}
	http.Redirect(r.W, r.R, to, http.StatusSeeOther)
}

// IsFragment says whether htmx asks for a part of a page.
func (r *Request) IsFragment() bool {
	return r.R.Header.Get("HX-Request") == "true" && r.R.Header.Get("HX-Boosted") != "true"
}

// FlashKind is the mood of a flash message.
type FlashKind string

// The kinds of flash messages.
const (
	Success FlashKind = "success"
	Info    FlashKind = "info"
	Warning FlashKind = "warning"
	Error   FlashKind = "danger"
)

// Flash leaves a sentence for the next page.
func (r *Request) Flash(kind FlashKind, key string, kv ...any) {
	web.AddFlash(r.W, r.R, web.Flash{Kind: string(kind), Key: key, Args: kv}, r.Secure())
}

func (r *Request) takeFlashes() []ui.Flash {
	var out []ui.Flash
	for _, f := range web.TakeFlashes(r.W, r.R, r.Secure()) {
		for i, arg := range f.Args {
			if n, ok := arg.(float64); ok && n == float64(int64(n)) {
				f.Args[i] = int64(n) // JSON knows one kind of number; sentences count with whole ones
			}
		}
		out = append(out, ui.Flash{Tone: ui.Tone(f.Kind), Text: r.L.T(f.Key, f.Args...)})
	}
	return out
}

// Page answers with a whole page.
func (r *Request) Page(title string, body templ.Component) error {
	return r.page(http.StatusOK, title, body, false)
}

// WidePage answers with a page that takes the whole window: tables for operators.
func (r *Request) WidePage(title string, body templ.Component) error {
	return r.page(http.StatusOK, title, body, true)
}

// Invalid shows the form again with what was typed when err is the user's to
// mend, with the right status; any other err is returned.
func (r *Request) Invalid(err error, title string, body templ.Component) error {
	f := fault.Of(err)
	if f.Kind != fault.Invalid && f.Kind != fault.Conflict && f.Kind != fault.RateLimited {
		return err
	}
	return r.page(web.Status(f.Kind), title, body, false)
}

// Refused shows a page of the route's own for a fault, with its status, where
// the common page would lead somebody the wrong way. An internal error is returned.
func (r *Request) Refused(err error, title string, body templ.Component) error {
	f := fault.Of(err)
	if f.Kind == fault.Internal {
		return err
	}
	r.gate.cfg.Log.Info("request refused", "request", web.RequestID(r.Context()), "route", r.R.Pattern, "error", err)
	return r.page(web.Status(f.Kind), title, body, false)
}

// Fragment answers with a part of a page.
func (r *Request) Fragment(body templ.Component) error {
	return r.write(http.StatusOK, body)
}

// page renders whole before the first byte is sent: a page that cannot be
// rendered is an error, not half a page.
func (r *Request) page(status int, title string, body templ.Component, wide bool) error {
	p := r.frame(title)
	p.Wide = wide
	if status == http.StatusOK {
		p.Canonical, p.Alternates = r.alternates()
	}
	layout := ui.Layout
	if r.opts.bare {
		layout = ui.Bare
	}
	return r.write(status, layout(p, body))
}

func (r *Request) write(status int, body templ.Component) error {
	var buf bytes.Buffer
	if err := body.Render(i18n.With(r.Context(), r.L), &buf); err != nil {
		return fmt.Errorf("rendering: %w", err)
	}
	r.W.Header().Set("Content-Type", "text/html; charset=utf-8")
	r.W.Header().Set("Content-Length", strconv.Itoa(buf.Len()))
	r.W.Header().Set("Vary", "Cookie, HX-Request, Accept-Language")
	r.W.WriteHeader(status)
	if r.R.Method == http.MethodHead {
		return nil
	}
	_, _ = r.W.Write(buf.Bytes()) // a client that has gone is no error of ours
	return nil
}

// Broke notes that an answer broke off after it had begun.
func (r *Request) Broke(err error) {
	r.gate.cfg.Log.Warn("an answer broke off", "request", web.RequestID(r.Context()), "route", r.R.Pattern, "error", err)
}

// JSON answers with v.
func (r *Request) JSON(v any) error { return web.JSON(r.W, http.StatusOK, "application/json", v) }

// Say gives the sentence of a fault in the reader's language.
func (r *Request) Say(err error) string {
	f := fault.Of(err)
	return r.say(f.Code, f.Params)
}

// FormState is what a form shows again: what was typed and, when err is a
// fault, what is wrong with it, beside the fields or, without fields, on top.
func (r *Request) FormState(err error) ui.FormState {
	var state ui.FormState
	if r.form != nil {
		state.Values = r.form.Values()
	}
	if err == nil {
		return state
	}
	f := fault.Of(err)
	for _, field := range f.Fields {
		state.Errors = append(state.Errors, ui.FieldError{Field: field.Name, Message: r.say(field.Code, field.Params)})
	}
	if len(f.Fields) == 0 {
		state.Errors = []ui.FieldError{{Message: r.say(f.Code, f.Params)}}
	}
	return state
}

func (r *Request) say(code string, params fault.P) string {
	kv := make([]any, 0, 2*len(params))
	for k, v := range params {
		kv = append(kv, k, v)
	}
	return r.L.T("fault."+code, kv...)
}

func (r *Request) errorPage(f *fault.Error) error {
	page := ui.ErrorPage{Status: web.Status(f.Kind), RequestID: web.RequestID(r.Context())}
	if f.Kind != fault.Internal && r.L.Has("fault."+f.Code) {
		page.What = r.say(f.Code, f.Params)
	}
	title := page.PageTitle(i18n.With(r.Context(), r.L))
	if r.IsFragment() {
		return r.write(page.Status, page)
	}
	return r.write(page.Status, ui.Bare(r.frame(title), page))
}

// Path makes a path inside the organisation: Path("/stack") is "/o/c_d612/stack".
func (r *Request) Path(rest string) string {
	return "/o/" + url.PathEscape(r.Org.Code) + strings.TrimSuffix(rest, "/")
}
