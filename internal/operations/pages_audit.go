// SPDX-License-Identifier: EUPL-1.2

package operations

import (
	"context"
	"strings"

	"martinella/internal/access/gate"
	"martinella/internal/platform/audit"
	"martinella/web/ui"
)

func (m *Module) audit(r *gate.Request) error {
	list := ui.ParseList(r.R.URL)
	all, err := m.Audit.List(r.Context(), audit.Query{Action: list.Get("action"), Before: before(r), Limit: pageSize + 1})
	if err != nil {
		return err
	}
	page, next := cut(all, func(e audit.Entry) int64 { return e.Seq })
	return r.WidePage(r.L.T("operations.audit.title"), auditPage(list, page, next, m.names(r.Context(), page)))
}

// names gives the names of the people a page of the log speaks of, by actor: the log itself
// keeps numbers, which outlive people.
func (m *Module) names(ctx context.Context, page []audit.Entry) map[string]string {
	out := map[string]string{}
	for _, e := range page {
		for _, actor := range []string{e.Actor, e.Object} {
			if _, known := out[actor]; !known && m.Who != nil && strings.HasPrefix(actor, "person:") {
				out[actor] = m.Who(ctx, actor)
			}
		}
	}
	return out
}

func (m *Module) verify(r *gate.Request) error {
	report, err := m.Audit.Verify(r.Context())
	if err != nil {
		return err
	}
	return r.Page(r.L.T("operations.audit.verified"), verifyPage(report))
}
