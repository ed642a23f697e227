// SPDX-License-Identifier: EUPL-1.2

package gate

import "embed"

// Locale holds the sentences of the gate, of access and of platform/web, which
// have no pages of their own.
//
//go:embed locale/*.json
var Locale embed.FS
