// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"context"
	"strings"

	"martinella/internal/platform/bounce"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/mailer"
)

// noteAutomatic keeps a mail nobody wrote to be read. What a report says of a mail
// of ours is noted with that mail in the same transaction.
func (m *Module) noteAutomatic(ctx context.Context, x Source, l letter, v bounce.Verdict) (Delivery, error) {
	return m.leaveWith(ctx, x, l, Noted, func(ctx context.Context, tx *db.Tx) (*fault.Error, error) {
		if v.Kind == bounce.Report {
			return m.noteReport(ctx, tx, v)
		}
		code := map[bounce.Kind]string{bounce.Reply: codeReply, bounce.Receipt: codeReceipt, bounce.Loop: codeLoop}[v.Kind]
		return fault.New(fault.Invalid, code, fault.P{"why": v.Why}), nil
	})
}

// noteReport tells the mailer of everybody a report says does not get his mail.
func (m *Module) noteReport(ctx context.Context, tx *db.Tx, v bounce.Verdict) (*fault.Error, error) {
	var noted, unmatched []string
	for _, r := range v.Failures() {
		became, err := m.deps.Return.Bounced(ctx, tx, mailer.Bounce{MessageID: v.About, Addresses: []string{r.Original, r.Final}, Why: r.Why()})
		switch {
		case err != nil:
			return nil, err
		case became == mailer.NotOurs || became == mailer.OtherAddress:
			unmatched = append(unmatched, r.Address())
		default:
			noted = append(noted, r.Address())
		}
	}
	switch {
	case len(noted) > 0:
		return fault.New(fault.Invalid, codeBounced, fault.P{"address": list(noted)}), nil
	case len(unmatched) > 0:
		return fault.New(fault.Invalid, codeUnmatched, fault.P{"address": list(unmatched)}), nil
	}
	return fault.New(fault.Invalid, codeReport), nil
}

// list writes a few addresses.
func list(all []string) string {
	const few = 5
	if len(all) > few {
		return strings.Join(all[:few], ", ") + ", …"
	}
	return strings.Join(all, ", ")
}
