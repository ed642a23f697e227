// SPDX-License-Identifier: EUPL-1.2

// Package names finds what product people mean when they type one.
//
// It is pure: no SQL, no HTTP, no clock. An Index is built once from the
// product dictionary (vendor and product names of the CVE corpus with how many
// CVEs name each) and answers two questions without changing:
//
//   - Search, for typing ahead: which vendors and products begin like this,
//     with small typos forgiven, the most frequent first;
//   - Suggest, for free text: which products may "Adobe Acrobat Reader DC
//     23.006 (64-bit)" be, with a confidence from 0 to 100 and the reason.
//
// Names are kept as CPE 2.3 writes them (canonical bound form: lower case,
// backslash before special characters) and compared as people write them.
//
// # How a text is compared
//
// A text is folded (lower case, no accents, no marks) and cut into words.
// Versions are set aside; words that say nothing about the product
// (architecture, language, legal form, edition) weigh nothing when they are
// left over, but may still be part of a product's name. Each other word weighs
// more the fewer products have it. A candidate's confidence follows from how
// much of its name is in the text, how much of the text is in its name, and
// whether the text or the publisher names its vendor (see confidence.go).
//
// Certain is only said of a candidate when vendor and product are both named
// in full, nothing that means something is left over, and no other candidate
// is as good: everything else is a guess until a person confirms it.
package names
