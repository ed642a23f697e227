// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
)

// missedBeforeWarning is after how many days without its proof a member is told:
// the first misses are often a server that was away for a night.
const missedBeforeWarning = 3

// warnClaim tells the member's security contacts that a proof is gone, and again
// when the domain does not count as theirs any more; in the transaction that notes it.
func (m *Module) warnClaim(ctx context.Context, tx *db.Tx, s access.Scope, c Claim) error {
	what := ""
	switch {
	case c.State == ClaimExpired:
		what = "constituency.mail.claim_ended"
	case c.Failures == missedBeforeWarning && c.State == ClaimVerified:
		what = "constituency.mail.claim_ends"
	default:
		return nil
	}
	o, err := organisation(ctx, tx, s, c.Organisation)
	if err != nil {
		return err
	}
	all, err := contacts(ctx, tx, s)
	if err != nil {
		return err
	}
	away, err := awayNow(ctx, tx, o, m.now())
	if err != nil {
		return err
	}
	for _, who := range askPeople(m.ref, o, all, away, 2) { // the contacts with their substitutes
		if err := m.mailClaimWarning(ctx, tx, o, c, what, who); err != nil {
			return err
		}
	}
	return nil
}

func (m *Module) mailClaimWarning(ctx context.Context, tx *db.Tx, o Organisation, c Claim, what string, who Recipient) error {
	l := m.deps.Bundle.Localizer(who.Language, o.Zone())
	ends := c.CheckedAt.Add((maxMissing - missedBeforeWarning) * 24 * time.Hour)
	values := []any{"organisation", o.Name, "domain", c.Unicode(), "date", l.Date(ends)}
	parts := []string{
		l.T("constituency.mail.greeting", "name", who.Name), l.T(what+".body", values...),
		l.T("constituency.mail.claim.record", "record", c.Record(), "proof", c.Proof()) + "\n" + l.T("constituency.mail.claim.file", "file", c.File()),
		m.link("/o/" + o.Code + "/networks/" + strconvID(c.ID)), m.signature(l.T("constituency.mail.help")),
	}
	return m.deps.Mail.Queue(ctx, tx, Mail{Kind: "claim.proof", Organisation: o.ID, To: who.Email, ToName: who.Name, Language: l.Lang(),
		Subject: l.T(what+".subject", values...), Text: strings.Join(parts, "\n\n") + "\n"})
}
