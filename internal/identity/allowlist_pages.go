// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"net/netip"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/web"
)

func (m *Module) entranceRoutes(g *gate.Gate) {
	may, small := gate.Member(access.PeopleEdit), gate.MaxBody(smallForm)
	g.Handle("GET /o/{org}/entrance", may, m.showEntrance, gate.Recent())
	g.Handle("POST /o/{org}/entrance", may, m.setEntrance, gate.Recent(), small)
	g.Handle("POST /o/{org}/entrance/open", may, m.openEntrance, gate.Recent(), small)
}

func (m *Module) showEntrance(r *gate.Request) error { return m.entrancePage(r, nil) }

// entrancePage shows the rules, with what was wrong with a change.
func (m *Module) entrancePage(r *gate.Request, wrong error) error {
	e, err := m.Entrance(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	v := entranceView{entrance: e, address: r.Client(), action: r.Path("/entrance"), back: r.Path("/people"), organisation: r.Org.Name, staff: r.Staff(), now: m.Clock.Now()}
	v.locksOut = wrong != nil && fault.Of(wrong).Code == "identity.allowlist_locks_out"
	if address, err := netip.ParseAddr(r.Client()); err == nil {
		networks, _ := ParseNetworks("networks", networksText(e.Networks))
		v.inside = entrance{Limited: len(networks) > 0, Networks: networks}.admits(address, time.Time{})
	}
	body := entranceBody(r.FormState(wrong), v)
	if wrong != nil {
		return r.Invalid(wrong, r.L.T("identity.entrance.title"), body)
	}
	return page(r, "identity.entrance.title", body)
}

func (m *Module) setEntrance(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	err = m.SetEntrance(r.Context(), r.Scope, EntranceChange{
		SecondFactor: f.Bool("second_factor"), Networks: f.Text("networks"), Address: web.Client(r.Context()), Confirmed: f.Bool("confirmed"),
	})
	if err != nil {
		return m.entrancePage(r, err)
	}
	r.Flash(gate.Success, "identity.entrance.saved")
	return r.Redirect(r.Path("/people"))
}

func (m *Module) openEntrance(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	hours, err := f.Int("hours", 0)
	if err == nil {
		err = m.OpenEntrance(r.Context(), r.Scope, r.Org.ID, time.Duration(min(max(hours, 0), 1000))*time.Hour)
	}
	if err != nil {
		return m.entrancePage(r, err)
	}
	r.Flash(gate.Success, "identity.entrance.opened", "n", int(hours))
	return r.Redirect(r.Path("/entrance"))
}
