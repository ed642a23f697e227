// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"fmt"
	"slices"

	"martinella/internal/access"
	"martinella/internal/platform/fault"
)

// Tier is how far an accreditation reaches.
type Tier string

// The tiers; None is that of a body that is not accredited.
const (
	None  Tier = ""
	Basic Tier = "basic"
	Full  Tier = "full"
)

// The services of the catalogue that the program asks for by name.
const (
	ServiceAlerts                 = "alerts"
	ServicePersonalisedCVE        = "personalised_cve"
	ServiceLessonsLearned         = "lessons_learned"
	ServiceIncidentSupport        = "incident_support"
	ServiceAuthorityCommunication = "authority_communication"
)

// TierInfo says for whom a tier is.
type TierInfo struct {
	ID       Tier `json:"id"`
	Name     Text `json:"name"`
	Audience Text `json:"audience"`
}

// Service is something the CSIRT does for its members.
type Service struct {
	ID      string `json:"id"`
	Tiers   []Tier `json:"tiers"`
	Name    Text   `json:"name"`
	Summary Text   `json:"summary"`
}

// In says whether a tier includes the service.
func (s Service) In(t Tier) bool { return slices.Contains(s.Tiers, t) }

// Catalogue is which services exist and which tier includes them.
type Catalogue struct {
	Tiers    []TierInfo `json:"tiers"`
	Services []Service  `json:"services"`
}

// Service gives a service by its id.
func (c Catalogue) Service(id string) (Service, bool) {
	i := slices.IndexFunc(c.Services, func(s Service) bool { return s.ID == id })
	if i < 0 {
		return Service{}, false
	}
	return c.Services[i], true
}

// Tier gives a tier by its id.
func (c Catalogue) Tier(id Tier) (TierInfo, bool) {
	i := slices.IndexFunc(c.Tiers, func(t TierInfo) bool { return t.ID == id })
	if i < 0 {
		return TierInfo{}, false
	}
	return c.Tiers[i], true
}

// Entitled says whether the scope's organisation has a service: it is approved
// and its tier includes it. A service that is not in the catalogue is an error, not a no.
func (m *Module) Entitled(ctx context.Context, s access.Scope, service string) (bool, error) {
	wanted, ok := m.ref.Catalogue.Service(service)
	if !ok {
		return false, fmt.Errorf("service %q is not in the catalogue", service)
	}
	org, err := s.Organisation()
	if err != nil {
		return false, err
	}
	var state State
	var tier Tier
	err = m.db.QueryRow(ctx, "SELECT state, tier FROM organisation WHERE id = $1", org).Scan(&state, &tier)
	if err != nil {
		return false, notFound(err)
	}
	return state == Approved && wanted.In(tier), nil
}

// RequireService returns nil when the scope's organisation has the service,
// else a Forbidden fault whose sentence says how to get it.
func (m *Module) RequireService(ctx context.Context, s access.Scope, service string) error {
	ok, err := m.Entitled(ctx, s, service)
	if err != nil || ok {
		return err
	}
	return fault.New(fault.Forbidden, "constituency.service_not_included")
}
