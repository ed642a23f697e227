// SPDX-License-Identifier: EUPL-1.2

// Package channel is the secure channel between the CSIRT and a member
// (feature A12): conversations with files, inside the portal.
//
//   - What was said is sealed with age: texts and subjects in the database, files
//     in platform/blob. What stays readable is who wrote when, for how long.
//   - Each conversation has a TLP label (FIRST, version 2.0), and it binds: RED is
//     for named people only, and a notification mail repeats nothing of what is
//     above GREEN.
//   - Receipts say who read what when.
//   - After its life, counted from the last message, a conversation is erased:
//     texts, subject and files go, the trace that there was one stays.
//   - Files are bounded, shown to a malware scanner where there is one, and never
//     opened in the browser.
package channel
