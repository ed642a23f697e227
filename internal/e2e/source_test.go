// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"testing"

	"martinella/internal/e2e/browser"
)

// TestSourcesOfAlerts looks at the demonstration's sources, and adds CSIRT Italia's a second time.
func TestSourcesOfAlerts(t *testing.T) {
	i, b := demonstration(t), browser.Start(t)
	admin := b.Visit(t, "it")
	signIn(t, admin, i.base, "admin@csirt.example")
	admin.Open(i.base + "/ops/sources")
	admin.WaitText(browser.CSS("main"), "csaf.fornitore.example ha risposto 502")
	look(admin, "sources")
	admin.CheckAccessible()
	admin.Follow(browser.LinkWith("Documenti CSAF"))
	admin.WaitText(browser.CSS("main"), "non corrisponde alla sua impronta")
	look(admin, "source")
	admin.CheckAccessible()
	admin.Open(i.base + "/ops/sources")
	admin.Follow(browser.LinkWith("Nuova fonte"))
	look(admin, "source-kinds")
	admin.CheckAccessible()
	admin.Follow(browser.LinkWith("Usa questa fonte"))
	look(admin, "source-new")
	admin.CheckAccessible()
	admin.Follow(browser.Words("Salva"))
	admin.WaitText(browser.CSS("main"), "Un'altra fonte ha già questo nome")
	admin.CheckAccessible()
	admin.Fill(browser.Label("Nome"), "Seconda")
	admin.Follow(browser.Words("Salva"))
	admin.WaitText(flash, "La fonte è stata aggiunta")
	admin.WaitText(browser.CSS("main"), "Mai interrogata")
}
