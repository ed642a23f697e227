// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"context"
	"strconv"
	"strings"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/i18n"
)

// tell writes to a source's owner that it fails, or works again.
func (m *Module) tell(ctx context.Context, tx *db.Tx, x Source, what string, since time.Time) error {
	l := m.deps.Bundle.Localizer(x.Language, m.deps.Zone)
	lines := []string{l.T("intake.mail.greeting"), l.T("intake.mail."+what, "name", x.Name, "host", x.Host(), "date", l.DateTime(since))}
	if what == "failing" {
		lines = append(lines, Sentence(l, x.Code, x.Params), l.T("intake.mail.do"))
	}
	return m.deps.Mail.Queue(ctx, tx, Mail{
		Kind: "source." + what, To: x.Owner, Language: l.Lang(), Subject: l.T("intake.mail.subject."+what, "name", x.Name),
		Text: strings.Join(append(lines, m.deps.BaseURL+path(x.ID, ""), "-- \n"+m.deps.Name), "\n\n") + "\n",
	})
}

// Sentence says a fault that was kept; nothing for no fault.
func Sentence(l *i18n.Localizer, code string, params map[string]any) string {
	if code == "" {
		return ""
	}
	key := "fault." + code
	if !l.Has(key) {
		key = "fault.intake.trouble"
	}
	var values []any
	for name, value := range params {
		values = append(values, name, value)
	}
	return l.T(key, values...)
}

// path is where a source's page is.
func path(id int64, rest string) string { return "/ops/sources/" + strconv.FormatInt(id, 10) + rest }
