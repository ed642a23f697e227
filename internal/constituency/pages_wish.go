// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/web"
)

// wishPage shows somebody how he gets his alerts, to be changed.
func (m *Module) wishPage(r *gate.Request) error {
	v, err := m.wishView(r)
	if fault.KindOf(err) == fault.NotFound {
		v.Wrong = r.Say(err) // no mistake of his: it is said on the page
	} else if err != nil {
		return err
	}
	return r.Page(r.L.T("constituency.wish.title"), wishBody(v))
}

func (m *Module) wishView(r *gate.Request) (wishView, error) {
	v := wishView{Action: r.Path("/alert-mails"), Back: r.Path("/advisories"), Email: r.Person.Email}
	var err error
	if v.Org, err = m.Own(r.Context(), r.Scope); err != nil {
		return v, err
	}
	own, err := m.Wished(r.Context(), r.Scope, v.Email)
	if len(own) > 0 {
		v.Form = wishForm(own[0].Wish)
	}
	return v, err
}

func wishFormOf(f web.Form) WishForm {
	return WishForm{QuietFrom: f.Text("quiet_from"), QuietTo: f.Text("quiet_to"), QuietDaysOff: f.Bool("quiet_days_off"), AlertMails: f.Text("alert_mails")}
}

func (m *Module) savingWish(r *gate.Request) error {
	v, err := m.wishView(r)
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	if err := m.SaveWish(r.Context(), r.Scope, r.Person.Email, wishFormOf(f)); err != nil {
		v.State = r.FormState(err)
		return r.Invalid(err, r.L.T("constituency.wish.title"), wishBody(v))
	}
	r.Flash(gate.Success, "constituency.wish.saved")
	return r.Redirect(v.Back)
}

// alertMailsJSON is when and how somebody wants alerts that are not critical.
type alertMailsJSON struct {
	QuietFrom    string `json:"quiet_from,omitempty" maxLength:"5" doc:"They wait from this time of day, on the body's clock: 22:00; missing for none."`
	QuietTo      string `json:"quiet_to,omitempty" maxLength:"5" doc:"Until this one: 07:00."`
	QuietDaysOff bool   `json:"quiet_days_off" doc:"They wait also all of Saturday, Sunday and public holidays."`
	AlertMails   string `json:"alert_mails" enum:"each,collect_lower,collect,portal" doc:"Each in a mail of its own; those of lower severity, or all, in one mail a day; or in the portal only."`
}

func (m *Module) wishAPI(a *api.API) {
	const tag, path = "Contacts", "/organisations/{org}/alert-mails"
	rule := gate.Member(access.AdvisoryRead)
	api.Get(a, path, rule, m.apiWish, api.Op{ID: "get-alert-mails", Tag: tag, Summary: "Say how the person who asks gets the organisation's alerts", Text: "As long as he is one of its contacts; critical ones come by mail at any hour."})
	api.Put(a, path, rule, m.apiSaveWish, api.Op{ID: "set-alert-mails", Tag: tag, Summary: "Choose how to get the organisation's alerts"})
}

func (m *Module) apiWish(r *api.Request, _ *struct{}) (alertMailsJSON, error) {
	own, err := m.Wished(r.Context(), r.Scope, r.Person.Email)
	if err != nil {
		return alertMailsJSON{}, err
	}
	return alertMailsJSON(wishForm(own[0].Wish)), nil
}

type setAlertMails struct{ Body alertMailsJSON }

func (m *Module) apiSaveWish(r *api.Request, in *setAlertMails) (alertMailsJSON, error) {
	if err := m.SaveWish(r.Context(), r.Scope, r.Person.Email, WishForm(in.Body)); err != nil {
		return alertMailsJSON{}, err
	}
	return m.apiWish(r, nil)
}
