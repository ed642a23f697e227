// SPDX-License-Identifier: EUPL-1.2

package hook

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
)

// tell writes to a hook's contact that it was stopped, why, and what to do.
func (m *Module) tell(ctx context.Context, tx *db.Tx, h Hook, to State) error {
	zone, base := m.deps.Zone, "/ops/hooks"
	if h.Organisation != 0 {
		orgs, err := m.deps.Organisations.Organisations(ctx, access.System("hook"), []int64{h.Organisation})
		if err != nil {
			return err
		}
		for _, o := range orgs {
			zone, base = o.Zone, "/o/"+url.PathEscape(o.Code)+"/hooks"
		}
	}
	if zone == nil {
		zone = time.UTC
	}
	l := m.deps.Bundle.Localizer(h.Language, zone)
	subject := l.T("hook.mail.subject", "name", h.Name)
	why := l.T("hook.mail.failing", "name", h.Name, "host", h.Host(), "date", l.DateTime(h.FailingSince))
	if to == Gone {
		subject = l.T("hook.mail.subject.gone", "name", h.Name)
		why = l.T("hook.mail.gone", "name", h.Name, "host", h.Host())
	}
	return m.deps.Mail.Queue(ctx, tx, Mail{
		Kind: "hook.stopped", Organisation: h.Organisation, To: h.Contact, Language: l.Lang(),
		Subject: subject,
		Text: strings.Join([]string{l.T("hook.mail.greeting"), why, l.T("hook.mail.do"), m.deps.BaseURL + base + "/" + strconv.FormatInt(h.ID, 10),
			l.T("hook.mail.lost"), "-- \n" + m.deps.Name}, "\n\n") + "\n",
	})
}
