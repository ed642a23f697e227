// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"context"
	"database/sql"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/mailcrypt"
)

// Unwrap takes encryption and signatures off a mail that somebody brought by
// hand. A signature counts where its key is one of a mailbox that is active, by
// whichever the mail would have come. Errors: mailcrypt.ErrLocked, mailcrypt.ErrUnpacked.
func (m *Module) Unwrap(ctx context.Context, s access.Scope, raw []byte) (mailcrypt.Opened, error) {
	if err := reads(s); err != nil {
		return mailcrypt.Opened{}, err
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT "+sourceColumns+" FROM intake_source WHERE kind = $1 AND active ORDER BY id", Mailbox)
	boxes, err := db.Collect(rows, err, func(r *sql.Rows) (Source, error) { return scanSource(r) })
	if err != nil {
		return mailcrypt.Opened{}, fmt.Errorf("intake: the keys of senders: %w", err)
	}
	first, err := m.deps.Keys.Open(raw, mailcrypt.Senders{}, m.now())
	if err != nil || len(first.Signatures) == 0 {
		return first, err
	}
	for _, x := range boxes {
		keys, err := mailcrypt.ReadSenders(x.Settings.Keys)
		if err != nil {
			return first, fmt.Errorf("intake: the keys of source %d: %w", x.ID, err)
		}
		if opened, err := m.deps.Keys.Open(raw, keys, m.now()); err == nil && opened.Trusted() {
			return opened, nil
		}
	}
	return first, nil
}
