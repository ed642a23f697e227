// SPDX-License-Identifier: EUPL-1.2

// Package hook tells other programs what happens in the portal: webhooks
// (feature A5, the part for programs).
//
//   - An organisation, or the CSIRT, registers an https address with the kinds of
//     events it wants. Each kind needs the permission to read what it tells of.
//   - What is sent is thin: which kind of event, when, whose, and the API address
//     where to read on with a token of one's own. Nothing of the content, and of what
//     is above TLP:GREEN or for named people not even that.
//   - Each delivery is signed as Standard Webhooks has it (HMAC-SHA256 over id, time
//     and body). Secrets are shown once and kept sealed; after a rotation the old one
//     signs too for a day.
//   - A delivery and its job are written in the transaction of the event. It is
//     sent at least once, always with the same id, in no promised order.
//   - What fails is tried again for three days; an address that fails so long is
//     paused, one that answers 410 is switched off, and its contact is told by mail.
package hook
