// SPDX-License-Identifier: EUPL-1.2

package inventory_test

import (
	"log/slog"
	"strconv"
	"testing"
	"time"

	"martinella/internal/access/gate"
	"martinella/internal/inventory"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/web/ui"
)

var notFound = fault.New(fault.NotFound, "access.organisation")

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func newGate(t testing.TB) *gate.Gate {
	t.Helper()
	bundle, err := i18n.Load(ui.Locale, gate.Locale, inventory.Locales)
	if err != nil {
		t.Fatal(err)
	}
	bundle = bundle.WithNow(func() time.Time { return morning })
	return gate.New(gate.Config{Auth: desk{}, Directory: desk{}, Bundle: bundle, Log: slog.New(slog.DiscardHandler), Zone: time.UTC, BaseURL: "http://test"})
}
