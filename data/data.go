// SPDX-License-Identifier: EUPL-1.2

// Package data embeds the versioned domain data: municipalities, kinds of
// organisation, contact roles, services, conditions, names of products. It is data and not code
// so that a CSIRT elsewhere can put its own in place. Each folder that holds
// somebody else's data says whose and under which licence in its README.
package data

import "embed"

// Files holds the data, by the paths of this folder: "geo/comuni-toscana.json".
//
//go:embed geo/*.json services/*.json constituency/*.json conditions/*.json products/*.zst products/*.tsv
//go:embed neverblock/*.txt
//go:embed onboarding/*.json completeness/*.json
var Files embed.FS
