// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"

	"martinella/internal/access"
)

// SpokenCall is somebody to telephone, with all that is said of it in a language.
type SpokenCall struct {
	Call
	RoleName  string
	ReachName string
	Why       []string
	Href      string // dials
}

// SpokenCalls says whom to telephone now about an organisation, the first one first.
func (m *Module) SpokenCalls(ctx context.Context, s access.Scope, organisation int64, lang string) ([]SpokenCall, error) {
	own, err := s.For(organisation)
	if err != nil {
		return nil, err
	}
	on, err := m.OnCall(ctx, own, m.now())
	if err != nil {
		return nil, err
	}
	l := m.deps.Bundle.Localizer(lang, on.Organisation.Zone())
	var out []SpokenCall
	for _, c := range m.tell(lang, on.Organisation, on.Calls) {
		out = append(out, SpokenCall{Call: c.Call, RoleName: c.RoleName, ReachName: l.T("constituency.reach." + string(c.Reach)), Why: c.Why, Href: telephone(c.Phone)})
	}
	return out, nil
}
