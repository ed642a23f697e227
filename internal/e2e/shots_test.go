// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"os"
	"path/filepath"
	"strconv"

	"martinella/internal/e2e/browser"
)

// The widths at which pages are looked at: a desk, and the narrowest phone that
// must do without being pushed sideways.
const (
	desk  = browser.DeskWidth
	phone = 360
)

// look keeps a picture of the page as it is, on a desk and on a phone, when
// somebody wants to see it.
func look(p *browser.Page, name string) {
	dir := os.Getenv("E2E_SHOTS")
	if dir == "" {
		return
	}
	for _, width := range []int{desk, phone} {
		p.Screenshot(filepath.Join(dir, name+"-"+strconv.Itoa(width)+".png"), width)
	}
}
