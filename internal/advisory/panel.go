// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"net/url"

	"github.com/a-h/templ"

	"martinella/internal/access"
)

// HomePanel is what a member's home says of alerts to be acknowledged; nil when there are none.
func (m *Module) HomePanel(ctx context.Context, s access.Scope) (templ.Component, error) {
	n, err := m.toAcknowledge(ctx, s)
	if err != nil || n == 0 {
		return nil, err
	}
	org, err := s.Organisation()
	if err != nil {
		return nil, err
	}
	list, err := m.deps.Directory.Named(ctx, access.System("advisory"), []int64{org})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return homePanel("/o/"+url.PathEscape(list[0].Code)+"/advisories?show=waiting", n), nil
}
