// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"net/url"
	"strings"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

// namesView is the work list of names nobody resolved.
type namesView struct {
	List   ui.ListState
	Page   NamePage
	Chosen *chosenName // the one being worked on
	State  ui.FormState
}

// chosenName is a name with all that is known of it.
type chosenName struct {
	Name
	Options   []names.Candidate
	Proposals []Proposal
	Holders   []Holder
	Quick     bool   // one name after the other: the first answer has the focus
	Past      string // its place in the work list, for the next
}

const (
	namesOnPage   = 50
	holdersOnPage = 20
)

func (m *Module) namesPage(r *gate.Request) error { return m.showNames(r, nil) }

func (m *Module) showNames(r *gate.Request, failure error) error {
	v := namesView{List: ui.ParseList(r.R.URL), State: r.FormState(failure)}
	q := NameQuery{Text: phraseOf(v.List.Get("q")), Accessories: v.List.Get("kind") == "all", After: r.Query().Get("after"), Limit: namesOnPage}
	var err error
	if v.Page, err = m.Names(r.Context(), r.Scope, q); err != nil {
		return err
	}
	if v.Chosen, err = m.chosenName(r); err != nil {
		return err
	}
	title := r.L.T("inventory.names.title")
	if failure != nil {
		return r.Invalid(failure, title, namesBody(v))
	}
	return r.Page(title, namesBody(v))
}

// phraseOf writes a search as the search column does: words with one blank between.
func phraseOf(q string) string { return wordsKey(q) }

// chosenName gathers what one name may mean; nil when none is chosen.
func (m *Module) chosenName(r *gate.Request) (*chosenName, error) {
	key, err := m.keyChosen(r)
	if err != nil || key == "" {
		return nil, err
	}
	c, err := m.describeName(r.Context(), r.Scope, key)
	if err != nil || c == nil {
		return nil, err
	}
	c.Quick = r.Query().Get("quick") == "yes"
	c.Past, err = m.placeOf(r.Context(), key)
	return c, err
}

// describeName gathers what is known of a name; nil when nothing has it any more.
func (m *Module) describeName(ctx context.Context, s access.Scope, key string) (*chosenName, error) {
	proposals, err := m.Proposals(ctx, s, key)
	if err != nil {
		return nil, err
	}
	n, err := m.nameOf(ctx, key)
	if err != nil || n == nil {
		return nil, err
	}
	c := &chosenName{Name: *n, Proposals: proposals}
	if c.Options, err = m.candidates(ctx, n.Label, n.Publisher, purlOf(key), "", 8); err != nil {
		return nil, err
	}
	c.Holders, err = m.Holders(ctx, s, key, holdersOnPage)
	return c, err
}

// keyChosen is the name in the address or, going through them one after the
// other, the one after the last.
func (m *Module) keyChosen(r *gate.Request) (string, error) {
	key, past := r.Query().Get("name"), r.Query().Get("past")
	if key != "" || past == "" {
		return key, nil
	}
	p, err := m.Names(r.Context(), r.Scope, NameQuery{After: past, Limit: 1})
	if err != nil || len(p.Names) == 0 {
		return "", err
	}
	return p.Names[0].Key, nil
}

// purlOf gives a key back as the package URL it is, "" when it is none.
func purlOf(key string) string {
	if _, ok := names.ParsePURL(key); ok {
		return key
	}
	return ""
}

// nameConfirm says what one name means.
func (m *Module) nameConfirm(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	ref := f.Text("product")
	if ref == "" && f.Text("none") != "yes" {
		failure := fault.New(fault.Invalid, "inventory.entry").Field("label", "inventory.product_unknown")
		return m.showNames(r, failure)
	}
	if err := m.ConfirmName(r.Context(), r.Scope, f.Text("name"), ref); err != nil {
		return err
	}
	r.Flash(gate.Success, "inventory.names.confirmed")
	if past := f.Text("past"); past != "" {
		return r.Redirect(nextAddress(past))
	}
	return r.Redirect(listAddress(f))
}

// nextAddress shows the name after a place of the work list.
func nextAddress(past string) string { return with("/ops/names?quick=yes", "past", past) }

// listAddress is the work list as it was filtered.
func listAddress(f web.Form) string {
	v := url.Values{}
	for _, name := range []string{"q", "kind"} {
		if text := f.Text(name); text != "" {
			v.Set(name, text)
		}
	}
	if len(v) == 0 {
		return "/ops/names"
	}
	return "/ops/names?" + v.Encode()
}

// namesConfirm says what the chosen names mean, all at once: each its first
// candidate as it was shown, all one product, or no product anybody knows.
func (m *Module) namesConfirm(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	choices, err := chosenMeanings(f)
	if err == nil {
		err = m.ConfirmNames(r.Context(), r.Scope, choices)
	}
	if fault.KindOf(err) == fault.Invalid {
		r.Flash(gate.Warning, "fault."+fault.Of(err).Code, "limit", MaxBulk)
		return r.Redirect(listAddress(f))
	}
	if err != nil {
		return err
	}
	r.Flash(gate.Success, "inventory.names.confirmed_many", "n", len(choices))
	return r.Redirect(listAddress(f))
}

// noCandidate stands in a row's value where it has no candidate.
const noCandidate = "-"

// chosenMeanings reads the chosen rows. A row's value is its first candidate, a blank and its name.
func chosenMeanings(f web.Form) (out []NameChoice, err error) {
	for _, row := range f.All("id") {
		ref, key, _ := strings.Cut(row, " ")
		ref = strings.TrimPrefix(ref, noCandidate)
		switch f.Text("do") {
		case "none":
			ref = ""
		case "product":
			if ref = f.Text("product"); ref == "" {
				return nil, fault.New(fault.Invalid, "inventory.product_unknown")
			}
		default:
			if ref == "" {
				return nil, fault.New(fault.Invalid, "inventory.no_candidate")
			}
		}
		out = append(out, NameChoice{key, ref})
	}
	return out, nil
}

// confirmedView is what was said for everyone.
type confirmedView struct {
	List []NameConfirmed
	Next string
	Tab  ui.ListState
	Who  func(actor string) string
}

func (m *Module) confirmedPage(r *gate.Request) error {
	list, next, err := m.ConfirmedNames(r.Context(), r.Scope, r.Query().Get("after"), namesOnPage)
	if err != nil {
		return err
	}
	v := confirmedView{List: list, Next: next, Tab: ui.ParseList(r.R.URL), Who: m.who(r)}
	return r.Page(r.L.T("inventory.names.done"), confirmedBody(v))
}

func (m *Module) nameForget(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	if err := m.ForgetName(r.Context(), r.Scope, f.Text("name")); err != nil {
		return err
	}
	r.Flash(gate.Info, "inventory.names.forgotten")
	return r.Redirect("/ops/names/confirmed")
}
