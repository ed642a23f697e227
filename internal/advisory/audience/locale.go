// SPDX-License-Identifier: EUPL-1.2

package audience

import "embed"

// Locale holds the sentences of this package's faults.
//
//go:embed locale/*.json
var Locale embed.FS
