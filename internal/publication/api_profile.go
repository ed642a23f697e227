// SPDX-License-Identifier: EUPL-1.2

package publication

import (
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
)

func (m *Module) profileAPI(a *api.API) {
	api.Get(a, "/csirt-profile", gate.Public(), m.apiProfile, api.Op{ID: "get-csirt-profile", Tag: "Profile", Summary: "Read what the CSIRT says of itself",
		Text: "The data of its RFC 2350 profile; the profile itself is at `/rfc2350`, as signed plain text at `/rfc2350.txt`."})
	api.Put(a, "/csirt-profile", gate.Staff(access.ProfileEdit), m.apiSetProfile, api.Op{ID: "set-csirt-profile", Tag: "Profile", Summary: "Write what the CSIRT says of itself", Text: "Whole: what is left out is no longer published."})
}

// CSIRTProfileEntryJSON is what is written of the CSIRT.
type CSIRTProfileEntryJSON struct {
	Name    string           `json:"name" maxLength:"200"`
	Address string           `json:"address,omitempty" maxLength:"600" doc:"Several lines."`
	Zone    string           `json:"time_zone" maxLength:"200" doc:"Of the IANA database: Europe/Rome."`
	Phone   string           `json:"phone,omitempty" maxLength:"200"`
	Fax     string           `json:"fax,omitempty" maxLength:"200"`
	Email   string           `json:"email" maxLength:"200"`
	Texts   map[string]Texts `json:"texts,omitempty" doc:"By language (it, en, nb), then by section: distribution, other_telecom, team, other, points, hours, mission, constituency, sponsorship, authority, incidents, cooperation, communication, triage, coordination, resolution, proactive, forms, disclaimers. Plain text."`
}

// csirtProfileJSON is what the CSIRT says of itself.
type csirtProfileJSON struct {
	CSIRTProfileEntryJSON
	ChangedAt time.Time `json:"changed_at,omitzero" doc:"Missing: nobody has written it yet, it is made of the instance's settings."`

	version int64
}

// RecordVersion implements api.Versioned.
func (p csirtProfileJSON) RecordVersion() int64 { return p.version }

func profileView(p Profile) csirtProfileJSON {
	return csirtProfileJSON{CSIRTProfileEntryJSON{p.Name, p.Address, p.Zone, p.Phone, p.Fax, p.Email, p.Texts}, p.Changed, p.Version}
}

func (m *Module) apiProfile(r *api.Request, _ *api.Nothing) (csirtProfileJSON, error) {
	p, err := m.Profile(r.Context(), r.Scope)
	return profileView(p), err
}

type setCSIRTProfile struct {
	api.IfMatch
	Body CSIRTProfileEntryJSON
}

func (m *Module) apiSetProfile(r *api.Request, in *setCSIRTProfile) (csirtProfileJSON, error) {
	e := in.Body
	p, err := m.SetProfile(r.Context(), r.Scope, in.Version(), Profile{Facts: Facts{e.Name, e.Address, e.Zone, e.Phone, e.Fax, e.Email}, Texts: e.Texts})
	return profileView(p), err
}
