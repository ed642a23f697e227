// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"net/http"

	"martinella/web/static"
)

// Static serves style sheet, script, icons and fonts; mount it at
// [static.Prefix]. It fails only when the build left no manifest.
func Static() (http.Handler, error) { return static.Handler() }
