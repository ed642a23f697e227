// SPDX-License-Identifier: EUPL-1.2

package operations

import (
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
	return r.WidePage(r.L.T("operations.audit.title"), auditPage(list, page, next))
}

func (m *Module) verify(r *gate.Request) error {
	report, err := m.Audit.Verify(r.Context())
	if err != nil {
		return err
	}
	return r.Page(r.L.T("operations.audit.verified"), verifyPage(report))
}
