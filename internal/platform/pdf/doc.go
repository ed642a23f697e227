// SPDX-License-Identifier: EUPL-1.2

// Package pdf writes text documents as PDF that keeps: headings, paragraphs and
// links, tagged, in embedded fonts, as PDF/A-2a (ISO 19005-2) and PDF/UA-1
// (ISO 14289-1) want it. The same document always gives the same bytes.
//
// It writes what such a document needs and nothing else; no library for Go writes
// tags. The fonts are Noto Sans (SIL Open Font License, fonts/OFL.txt), for Latin,
// Greek and Cyrillic letters; another letter is shown as one that is missing.
package pdf
