// SPDX-License-Identifier: EUPL-1.2

package operations

import (
	"testing"
	"time"

	"martinella/web/ui"
)

func TestAnEndIsToldOfEachTimeMoreLoudly(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	for days, want := range map[int]ui.Tone{400: "", 60: "", 59: ui.Info, 30: ui.Info, 29: ui.Warning, 7: ui.Warning, 6: ui.Danger, 0: ui.Danger, -3: ui.Danger} {
		if got := (Signature{Until: now.AddDate(0, 0, days)}).tone(now); got != want {
			t.Errorf("%d days before: %q, want %q", days, got, want)
		}
	}
	if got := (Signature{}).tone(now); got != "" {
		t.Errorf("without an end: %q", got)
	}
}
