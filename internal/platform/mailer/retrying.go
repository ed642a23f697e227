// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"context"
	"fmt"
)

// Retrying counts the mails that were tried in vain and wait for another
// attempt, up to a limit: how many more there are does not matter.
func (m *Mailer) Retrying(ctx context.Context, limit int) (n int, err error) {
	err = m.db.QueryRow(ctx, "SELECT count(*) FROM (SELECT 1 FROM mail_recipient WHERE state = $1 AND attempts > 0 LIMIT $2) AS late", Queued, limit).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("mailer: counting what waits for another attempt: %w", err)
	}
	return n, nil
}
