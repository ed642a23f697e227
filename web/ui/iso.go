// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"time"

	"martinella/internal/platform/i18n"
)

// iso is a short name for templates.
func iso(t time.Time) string { return i18n.ISO(t) }
