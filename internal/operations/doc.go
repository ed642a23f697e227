// SPDX-License-Identifier: EUPL-1.2

// Package operations is the CSIRT's control room ("Sala operativa") and what
// belongs to running the instance: what waits for whom and since when, the
// feeds' health, background work with "try again", the mails that were sent,
// the audit log.
//
// It owns no table: it reads the ground's own (jobs, mails, audit) and asks its
// neighbours, through the interfaces in module.go, what waits for an operator.
package operations

import "embed"

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
